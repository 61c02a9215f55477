import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { startRelay } from "../../src/process/relay.ts";
import { temporaryDirectory } from "./rig.ts";

function relayed() {
  const directory = temporaryDirectory();
  const log = join(directory, "log");
  const file = openSync(log, "a");
  const relay = startRelay(join(directory, "pipe"), file);
  if (relay === null) throw new Error("no relay");
  return { directory, relay, file, content: () => readFileSync(log, "utf8") };
}

test("what is written to it is in the file when it has ended, and its place is free at once", async () => {
  const { directory, relay, content } = relayed();
  expect(readdirSync(directory)).toEqual(["log"]);
  const much = "much ".repeat(100_000);
  const writer = spawn("cat", [], { stdio: ["pipe", relay.input, "ignore"] });
  closeSync(relay.input);
  writer.stdin?.end(much);
  await relay.ended;
  expect(content()).toBe(much);
});

test("who opens it anew empties nothing", async () => {
  const { relay, content } = relayed();
  execFileSync("/bin/sh", ["-c", "echo one; echo two > /dev/stdout; echo three"], { stdio: ["ignore", relay.input] });
  closeSync(relay.input);
  await relay.ended;
  expect(content()).toBe("one\ntwo\nthree\n");
});

test("it lives until the last one has let go", async () => {
  const { relay, content } = relayed();
  const late = spawn("/bin/sh", ["-c", "read go; echo late"], { stdio: ["pipe", relay.input, "ignore"] });
  closeSync(relay.input);
  expect(
    await Promise.race([relay.ended.then(() => "ended"), new Promise((done) => setImmediate(done, "lives"))]),
  ).toBe("lives");
  late.stdin?.end("go\n");
  await relay.ended;
  expect(content()).toBe("late\n");
});

test("without the programs that it takes there is none, and nothing stays open", () => {
  vi.stubEnv("PATH", "/nowhere");
  const directory = temporaryDirectory();
  const before = readdirSync("/proc/self/fd").length;
  expect(startRelay(join(directory, "pipe"), 1)).toBeNull();
  vi.unstubAllEnvs();
  expect(readdirSync("/proc/self/fd").length).toBe(before);
  expect(readdirSync(directory)).toEqual([]);
});
