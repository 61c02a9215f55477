import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adoptAgent, findAgentOf } from "../../src/process/agent-process.ts";
import { processLives, statOf } from "../../src/process/proc.ts";
import { begin, below, bystander, IGNORES_SIGTERM, identify, STAYS, until } from "./rig.ts";

const READY = 'process.stdout.write("ready\\n");';

test("the prompt is its stdin, and what it writes goes to files that only this user reads", async () => {
  const { agent, directory, printed } = begin(
    'process.stdin.on("data", (text) => { process.stdout.write(text); process.stderr.write("oh"); process.exitCode = 7; });',
    randomUUID(),
  );
  expect(await agent.ended).toEqual({ kind: "exited", code: 7 });
  await agent.outputWritten();
  expect(printed()).toBe("the prompt");
  expect(readFileSync(join(directory, "stderr.log"), "utf8")).toBe("oh");
  expect(statSync(join(directory, "stdout.log")).mode & 0o777).toBe(0o600);
});

test("it leads a session and a group of its own", async () => {
  const { lines, identity } = begin(READY + STAYS, randomUUID());
  await lines(1);
  expect(statOf(identity.pid)).toMatchObject({ session: identity.pid, group: identity.pid });
});

test.each([
  ["a program that is missing", { argv: ["/nowhere/agent"] as const }, "ENOENT"],
  ["a program that is a directory", { argv: ["/"] as const }, "EACCES"],
  ["an environment that the system refuses", { environment: { BIG: "x".repeat(2 ** 22) } }, "E2BIG"],
])("%s never starts", async (_, given, errno) => {
  const { agent } = begin("", randomUUID(), given);
  expect(agent.identity).toBeNull();
  expect(await agent.ended).toEqual({ kind: "not_started", errno });
  await agent.groupEnded;
  agent.stop();
  agent.kill();
});

test("a signal from outside is told", async () => {
  const { agent, identity, lines } = begin(READY + STAYS, randomUUID());
  await lines(1);
  process.kill(identity.pid, "SIGUSR2");
  expect(await agent.ended).toEqual({ kind: "signalled", signal: "SIGUSR2" });
});

test("one that ignores SIGTERM is killed after the grace, and its group with it", async () => {
  const stubborn = IGNORES_SIGTERM + READY + STAYS;
  const { agent, lines } = begin(IGNORES_SIGTERM + below(IGNORES_SIGTERM + STAYS, {}) + stubborn, randomUUID(), {
    grace: 50,
  });
  const child = identify((await lines(2)).find((line) => line !== "ready"));
  agent.stop();
  agent.stop();
  expect(await agent.ended).toEqual({ kind: "signalled", signal: "SIGKILL" });
  await until(() => !processLives(child));
  agent.stop();
  agent.kill();
});

test("what it left in its group has the grace as well, and is waited for", async () => {
  const slow = 'process.on("SIGTERM", () => setTimeout(() => { console.log("mended"); process.exit(); }, 400));';
  const { agent, lines } = begin(below(slow + STAYS, {}) + STAYS, randomUUID());
  const child = identify((await lines(1))[0]);
  agent.stop();
  expect(await agent.ended).toEqual({ kind: "signalled", signal: "SIGTERM" });
  expect(processLives(child)).toBe(true);
  await agent.groupEnded;
  expect(processLives(child)).toBe(false);
  expect(await lines(2)).toContain("mended");
});

test.each(["grace", "kill"])("what it left in its group and does not end is killed: %s", async (how) => {
  const { agent, lines } = begin(below(IGNORES_SIGTERM + STAYS, {}) + STAYS, randomUUID(), {
    grace: how === "grace" ? 300 : 60_000,
  });
  const child = identify((await lines(1))[0]);
  agent.stop();
  await agent.ended;
  expect(processLives(child)).toBe(true);
  if (how === "kill") agent.kill();
  await agent.groupEnded;
  await until(() => !processLives(child));
});

test("what it left when it ended by itself is not waited for", async () => {
  const { agent, lines } = begin(below(STAYS, {}), randomUUID());
  const child = identify((await lines(1))[0]);
  await agent.groupEnded;
  expect(processLives(child)).toBe(true);
});

test("one that is suspended ends by SIGTERM, within the grace", async () => {
  const { agent, identity, lines } = begin(READY + STAYS, randomUUID());
  await lines(1);
  process.kill(identity.pid, "SIGSTOP");
  await until(() => readFileSync(`/proc/${identity.pid}/stat`, "utf8").includes(") T "));
  agent.stop();
  expect(await agent.ended).toEqual({ kind: "signalled", signal: "SIGTERM" });
});

test("kill waits for nothing", async () => {
  const { agent, lines } = begin(IGNORES_SIGTERM + READY + STAYS, randomUUID());
  await lines(1);
  agent.kill();
  expect(await agent.ended).toEqual({ kind: "signalled", signal: "SIGKILL" });
});

test("a child that keeps the output open keeps nobody waiting", async () => {
  const { agent, lines } = begin(below(STAYS, {}), randomUUID());
  expect(await agent.ended).toEqual({ kind: "exited", code: 0 });
  const [pid] = await lines(1);
  expect(processLives(identify(pid))).toBe(true);
});

test("what leaves session and environment is seen below it before it is gone", async () => {
  const { agent, lines } = begin(below(STAYS, { detached: true, env: {} }) + STAYS, randomUUID());
  const [pid] = await lines(1);
  const daemon = identify(pid);
  agent.kill();
  expect(agent.descendants()).toEqual([daemon]);
  await agent.ended;
  expect(agent.descendants()).toEqual([daemon]);
});

test("descendants are looked for by themselves, and forgotten when they have ended", async () => {
  const { agent, lines } = begin(below(STAYS, { detached: true, env: {} }) + STAYS, randomUUID());
  const [pid] = await lines(1);
  const daemon = identify(pid);
  await until(() => agent.descendants().some(({ pid }) => pid === daemon.pid));
  process.kill(daemon.pid, "SIGKILL");
  await until(() => agent.descendants().length === 0);
});

test("an adopted one is waited for, and nobody knows how it ended", async () => {
  const { agent, identity, lines } = begin(READY + STAYS, randomUUID());
  await lines(1);
  const adopted = adoptAgent(identity, 60_000);
  expect(adopted.identity).toEqual(identity);
  adopted.stop();
  expect(await adopted.ended).toEqual({ kind: "unknown" });
  expect(await agent.ended).toEqual({ kind: "signalled", signal: "SIGTERM" });
});

test("an adopted one that ignores SIGTERM is killed after the grace", async () => {
  const { agent, identity, lines } = begin(IGNORES_SIGTERM + READY + STAYS, randomUUID());
  await lines(1);
  adoptAgent(identity, 50).stop();
  expect(await agent.ended).toEqual({ kind: "signalled", signal: "SIGKILL" });
});

test("a process that got the pid of the one to adopt is let be", async () => {
  const { agent, identity, lines } = begin(READY + STAYS, randomUUID());
  await lines(1);
  const adopted = adoptAgent({ pid: identity.pid, startTime: "1" }, 1);
  adopted.kill();
  expect(await adopted.ended).toEqual({ kind: "unknown" });
  adopted.stop();
  expect(processLives(identity)).toBe(true);
  agent.kill();
  expect(await agent.ended).toMatchObject({ signal: "SIGKILL" });
});

test("an agent that nobody could find has ended", async () => {
  const adopted = adoptAgent(null, 1);
  expect(adopted.identity).toBeNull();
  expect(await adopted.ended).toEqual({ kind: "unknown" });
});

test("one that has ended and was never collected is over", async () => {
  const { identity, lines } = begin("", randomUUID(), {
    argv: ["/bin/sh", "-c", "sleep 1000 & echo $!; exec sleep 1000"],
  });
  const child = identify((await lines(1))[0]);
  // A shell collects what ends before its next command; the program that it becomes collects nothing.
  await until(() => readFileSync(`/proc/${identity.pid}/comm`, "utf8") === "sleep\n");
  process.kill(child.pid, "SIGKILL");
  await until(() => statOf(child.pid)?.ended === true);
  expect(await adoptAgent(child, 1).ended).toEqual({ kind: "unknown" });
});

test("the agent of an attempt is found by its environment: not a daemon of it, not an agent inside", async () => {
  const attempt = randomUUID();
  const inside = await bystander(["sleep", "1000"], {
    detached: true,
    env: { ...process.env, RUNA_ATTEMPT: `${attempt},${randomUUID()}` },
  });
  const { identity, lines } = begin(
    below(STAYS, { detached: true, env: { RUNA_ATTEMPT: attempt } }) + STAYS,
    `${randomUUID()},${attempt}`,
  );
  const daemon = identify((await lines(1))[0]);
  expect(statOf(daemon.pid)).toMatchObject({ session: daemon.pid });
  expect(statOf(inside.pid ?? 0)).toMatchObject({ session: inside.pid });
  expect(findAgentOf(attempt)).toEqual(identity);
  expect(findAgentOf(randomUUID())).toBeNull();
});
