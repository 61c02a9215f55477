import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import {
  attemptsOf,
  childrenByParent,
  childrenOf,
  livingProcesses,
  processLives,
  startTimeOf,
  statOf,
  userOf,
} from "../../src/process/proc.ts";
import { bystander, until } from "./rig.ts";

const NOBODY = 2 ** 30;

test("the children of every thread are found, as a look at all processes finds them", async () => {
  const first = await bystander(["/bin/sleep", "1000"]);
  const worker = new Worker(
    `const child = require("node:child_process").spawn("/bin/sleep", ["1000"]);
     child.once("spawn", () => require("node:worker_threads").parentPort.postMessage(child.pid));`,
    { eval: true },
  );
  const second = await new Promise<number>((resolve) => worker.once("message", resolve));
  onTestFinished(async () => {
    process.kill(second, "SIGKILL");
    await worker.terminate();
  });
  const found = childrenOf(process.pid);
  expect(found).toEqual(expect.arrayContaining([first.pid, second]));
  expect(found.sort()).toEqual(childrenByParent(livingProcesses().values()).get(process.pid)?.sort());
});

test("a process is known by its pid and start", async () => {
  const child = await bystander(["/bin/sleep", "1000"]);
  const pid = child.pid ?? 0;
  const startTime = startTimeOf(pid);
  expect(Number(startTime)).toBeGreaterThanOrEqual(Number(startTimeOf(process.pid)));
  expect(statOf(pid)).toMatchObject({ name: "sleep", parent: process.pid, ended: false });
  expect(processLives({ pid, startTime })).toBe(true);
  expect(processLives({ pid, startTime: null })).toBe(true);
  expect(processLives({ pid, startTime: "1" })).toBe(false);
  child.kill();
  await until(() => !processLives({ pid, startTime }));
});

test("of a process that is not there nothing is told", () => {
  expect(statOf(NOBODY)).toBeNull();
  expect(startTimeOf(NOBODY)).toBeNull();
  expect(userOf(NOBODY)).toBeNull();
  expect(attemptsOf(NOBODY)).toEqual([]);
  expect(childrenOf(NOBODY)).toEqual([]);
  expect(processLives({ pid: NOBODY, startTime: null })).toBe(false);
});

test("attempts are read from the variable of that name only", async () => {
  const { pid } = await bystander(["/bin/sleep", "1000"], {
    env: { XRUNA_ATTEMPT: "x", RUNA_ATTEMPT_2: "y", NOTE: "RUNA_ATTEMPT=z", RUNA_ATTEMPT: "one,two" },
  });
  expect(attemptsOf(pid ?? 0)).toEqual(["one", "two"]);
  expect(userOf(pid ?? 0)).toBe(process.getuid?.());
});
