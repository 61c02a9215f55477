import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { leftoversOf } from "../../src/process/leftovers.ts";
import { childrenOf, processLives, statOf } from "../../src/process/proc.ts";
import { type SweepOptions, sweep } from "../../src/process/sweep.ts";
import {
  type Begun,
  begin,
  below,
  bystander,
  IGNORES_SIGTERM,
  identify,
  STAYS,
  temporaryDirectory,
  until,
} from "./rig.ts";

/** A sweep after this agent. */
function after(begun: Begun, attempt: string, more: Partial<SweepOptions> = {}) {
  return sweep({ attempt, agent: begun.identity, descendants: begun.agent.descendants(), spare: [], ...more });
}

/** An agent that leaves one process and has ended. */
async function leaving(attempt: string, script: string, options: Parameters<typeof below>[1]) {
  const begun = begin(below(script, options), attempt);
  await begun.agent.ended;
  return { begun, left: identify((await begun.lines(1))[0]) };
}

test("where nothing was left nothing is done", async () => {
  const attempt = randomUUID();
  const begun = begin("", attempt);
  await begun.agent.ended;
  expect(await after(begun, attempt)).toEqual([]);
});

test("a child that was left is asked to end", async () => {
  const attempt = randomUUID();
  const { begun, left } = await leaving(attempt, STAYS, { env: {} });
  expect(await after(begun, attempt)).toEqual([{ pid: left.pid, name: "node", signal: "SIGTERM" }]);
  expect(processLives(left)).toBe(false);
});

test("one that ignores SIGTERM is killed", async () => {
  const attempt = randomUUID();
  const { begun, left } = await leaving(attempt, IGNORES_SIGTERM + STAYS, {});
  expect(await after(begun, attempt)).toEqual([{ pid: left.pid, name: "node", signal: "SIGKILL" }]);
  expect(processLives(left)).toBe(false);
});

test("at once, nothing is asked first; also when that is said while it waits", async () => {
  const attempt = randomUUID();
  const { begun, left } = await leaving(attempt, STAYS, {});
  expect(await after(begun, attempt, { atOnce: true })).toMatchObject([{ pid: left.pid, signal: "SIGKILL" }]);

  const other = randomUUID();
  const stubborn = await leaving(other, IGNORES_SIGTERM + STAYS, {});
  let looks = 0;
  const swept = await sweep({
    attempt: other,
    agent: stubborn.begun.identity,
    descendants: [],
    spare: [],
    get atOnce() {
      looks += 1;
      return looks === 3;
    },
  });
  expect(swept).toMatchObject([{ pid: stubborn.left.pid, signal: "SIGKILL" }]);
  expect(looks).toBeLessThan(10);
});

test("one that is suspended ends by SIGTERM", async () => {
  const attempt = randomUUID();
  const { begun, left } = await leaving(attempt, STAYS, {});
  process.kill(left.pid, "SIGSTOP");
  await until(() => readFileSync(`/proc/${left.pid}/stat`, "utf8").includes(") T "));
  expect(await after(begun, attempt)).toMatchObject([{ pid: left.pid, signal: "SIGTERM" }]);
});

test("a daemon is found by its environment, whichever of the ids in it is swept", async () => {
  const outer = randomUUID();
  const inner = randomUUID();
  const { begun, left } = await leaving(`${outer},${inner}`, STAYS, { detached: true });
  const known = { ...begun, agent: { ...begun.agent, descendants: () => [] } };
  for (const other of [randomUUID(), outer.slice(0, -1), `${outer},${inner}`, ""])
    expect(await after(known, other)).toEqual([]);
  expect(await after(known, outer)).toMatchObject([{ pid: left.pid, signal: "SIGTERM" }]);

  const second = await leaving(`${outer},${inner}`, STAYS, { detached: true });
  expect(await sweep({ attempt: inner, agent: null, descendants: [], spare: [] })).toMatchObject([
    { pid: second.left.pid },
  ]);
});

test("a daemon without its environment is found because it was seen below the agent, with what it started", async () => {
  const attempt = randomUUID();
  const nested = below(below(STAYS, { detached: true, env: {} }) + STAYS, { detached: true, env: {} });
  const begun = begin(nested + STAYS, attempt);
  const left = (await begun.lines(2)).map(identify);
  const first = left.find(({ pid }) => statOf(pid)?.parent === begun.identity.pid);
  begun.agent.kill();
  await begun.agent.ended;
  // Who leaves everything at once escapes.
  expect(await after(begun, attempt, { descendants: [] })).toEqual([]);
  const daemon = begun.agent.descendants().filter(({ pid }) => pid === first?.pid);
  const swept = await after(begun, attempt, { descendants: daemon });
  expect(swept.map(({ pid }) => pid).sort()).toEqual(left.map(({ pid }) => pid).sort());
});

test.each([
  ["the kernel's name for it", "sleep"],
  ["what it was called as", "fancy-daemon"],
])("a daemon is spared by %s", async (_, name) => {
  const attempt = randomUUID();
  const daemon = await bystander(["/bin/sleep", "1000"], {
    argv0: "/opt/fancy-daemon",
    detached: true,
    env: { RUNA_ATTEMPT: attempt },
  });
  const options = { attempt, agent: null, descendants: [] };
  expect(await sweep({ ...options, spare: [name] })).toEqual([]);
  expect(await sweep({ ...options, spare: ["other"] })).toMatchObject([{ pid: daemon.pid }]);
});

test("what a spared daemon started is spared with it, and nothing else", async () => {
  const attempt = randomUUID();
  const env = { RUNA_ATTEMPT: attempt };
  const script = `process.title = "builder"; ${below(STAYS, { env })} ${STAYS}`;
  const begun = begin(below(script, { detached: true, env }) + below(STAYS, { env }), attempt);
  await begun.agent.ended;
  const pids = (await begun.lines(3)).map(Number);
  for (const pid of pids) identify(pid);
  const builder = await until(
    () => pids.find((pid) => readFileSync(`/proc/${pid}/comm`, "utf8") === "builder\n") ?? null,
  );
  const swept = await after(begun, attempt, { spare: ["builder"] });
  expect(swept).toHaveLength(1);
  expect(swept[0]?.pid).not.toBe(builder);
  expect(pids.filter((pid) => processLives({ pid, startTime: null }))).toHaveLength(2);
  expect(await after(begun, attempt)).toHaveLength(2);
});

test("names that look like something else confuse nobody", async () => {
  const attempt = randomUUID();
  const name = "a) Z 1\n) (1 1\t";
  const program = join(temporaryDirectory(), name);
  symlinkSync("/bin/sleep", program);
  const { pid } = await bystander([program, "1000"], { detached: true, env: { RUNA_ATTEMPT: attempt } });
  expect(await sweep({ attempt, agent: null, descendants: [], spare: [] })).toEqual([{ pid, name, signal: "SIGTERM" }]);
});

test("runa, what it runs under, and whoever got the pid of the agent or a descendant are let be", async () => {
  const other = await bystander(["/bin/sleep", "1000"], { detached: true });
  const descendants = [
    { pid: process.pid, startTime: null },
    { pid: process.ppid, startTime: null },
    { pid: other.pid ?? 0, startTime: "1" },
  ];
  const agent = { pid: other.pid ?? 0, startTime: "1" };
  expect(await sweep({ attempt: randomUUID(), agent, descendants, spare: [] })).toEqual([]);
  expect(processLives(identify(other.pid))).toBe(true);
});

test("a process of another user is none of ours", async () => {
  const attempt = randomUUID();
  const { pid } = await bystander(["/bin/sleep", "1000"], { env: { RUNA_ATTEMPT: attempt } });
  const trail = { attempt, agent: null, seen: new Map(), spare: new Set<string>() };
  const user = process.getuid?.() ?? 0;
  expect(leftoversOf({ ...trail, user }).processes).toMatchObject([{ pid }]);
  expect(leftoversOf({ ...trail, user: user + 1 })).toMatchObject({ processes: [], groups: new Set() });
});

/** A shell that goes on as another process again and again, in the group of whoever started it, until its file goes. */
function hopper(prepare: string): { agent: string; hops: () => boolean } {
  const directory = temporaryDirectory();
  const script = join(directory, "hop.sh");
  const trace = join(directory, "trace");
  writeFileSync(script, `${prepare}\necho $$ >> ${trace}\n[ -e ${script} ] || exit\n/bin/sh ${script} &\n`);
  onTestFinished(() => rmSync(script, { force: true }));
  const hops = () => {
    const before = statSync(trace).size;
    const until = performance.now() + 200;
    while (performance.now() < until) if (statSync(trace).size > before) return true;
    return false;
  };
  const spawned = `require("node:child_process").spawn("/bin/sh", [${JSON.stringify(script)}], { stdio: "ignore" })`;
  return { agent: `${spawned}.on("exit", () => process.exit());`, hops };
}

test.each([
  ["one that SIGTERM ends", ""],
  ["one that ignores SIGTERM", "trap '' TERM"],
])("a process that forks and ends, over and over, in the agent's group does not slip away: %s", async (_, prepare) => {
  const attempt = randomUUID();
  const { agent, hops } = hopper(prepare);
  const begun = begin(agent, attempt);
  await begun.agent.ended;
  expect(hops()).toBe(true);
  const swept = await after(begun, attempt);
  expect(hops()).toBe(false);
  // What was seen is named, however often it was another process by then.
  expect(swept.length).toBeLessThan(8);
});

test("corpses that nobody collects do not keep the sweep waiting", async () => {
  const careless = await bystander(["/bin/sh", "-c", "setsid true & exec sleep 1000"], { detached: true });
  const corpse = await until(() => {
    const [child] = childrenOf(careless.pid ?? 0);
    const stat = child === undefined ? null : statOf(child);
    return stat?.ended && stat.group === stat.pid ? stat : null;
  });
  const begin = performance.now();
  expect(await sweep({ attempt: randomUUID(), agent: corpse, descendants: [], spare: [] })).toEqual([]);
  expect(performance.now() - begin).toBeLessThan(2000);
});
