import { expect, test } from "vitest";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

/** What is written, and a judge of it whose rejection asks for more. */
const judged: RigOptions = {
  protocols: [
    {
      name: "write",
      accepts: ["rejected"],
      produces: ["text"],
      trigger: "any_of(on_artifact(need), on_artifact(rejected))",
    },
    { name: "judge", requires: ["text"], choices: { verdict: ["approved", "rejected"] } },
  ],
  artifacts: { "need/n": { title: "A text" } },
};

/** Lets the next agent deliver one artifact and end. */
async function next(rig: Rig, protocol: string, type: string, id: string, title: string): Promise<void> {
  const agent = await rig.nextAttempt();
  expect(agent.protocol).toBe(protocol);
  await agent.deliver(type, id, { title });
  await agent.exit(0);
}

test("a reviewer who says the same twice is heard twice", async () => {
  const rig = await makeRig(judged);
  const run = rig.start("run");
  await next(rig, "write", "text", "t", "one");
  await next(rig, "judge", "rejected", "r", "Shorter");
  await next(rig, "write", "text", "t", "two");
  await next(rig, "judge", "rejected", "r", "Shorter");
  await next(rig, "write", "text", "t", "three");
  await next(rig, "judge", "approved", "a", "Good");
  const { exitCode, stdout } = await run.ended();
  expect(stdout).toMatch(/^all_complete: /m);
  expect(exitCode).toBe(0);
});

test("a rejection that was answered with the same work stands, and the run says so", async () => {
  const rig = await makeRig(judged);
  const run = rig.start("run");
  await next(rig, "write", "text", "t", "one");
  await next(rig, "judge", "rejected", "r", "Shorter");
  await next(rig, "write", "text", "t", "one");
  const { exitCode, stdout } = await run.ended();
  expect(stdout).toMatch(/^owed: judge +WAITING +rejected\/r stands: write answered it without a change$/m);
  expect(stdout).toMatch(/^quiescent_with_blocked_work: /m);
  expect(exitCode).toBe(3);
  expect((await rig.run("run", "--dry-run")).exitCode).toBe(3);
  // Moved by hand, the work is judged again, and then nothing stands any more.
  rig.artifact("text/t", { title: "by hand" });
  const again = rig.start("run");
  await next(rig, "judge", "approved", "a", "Good");
  expect((await again.ended()).exitCode).toBe(0);
});

test("a loop that never ends ends as max_reopens says", async () => {
  const rig = await makeRig({ ...judged, config: "[run]\nmax_reopens = 1\n" });
  const run = rig.start("run");
  await next(rig, "write", "text", "t", "one");
  await next(rig, "judge", "rejected", "r", "No");
  await next(rig, "write", "text", "t", "two");
  await next(rig, "judge", "rejected", "r", "No");
  const { exitCode, stdout } = await run.ended();
  expect(stdout).toContain("max_reopens");
  expect(exitCode).toBe(2);
});

test("the same words are news where an output has gone since they were said, though nothing else has changed", async () => {
  const rig = await makeRig({
    protocols: [
      { name: "write", produces: ["text"], trigger: "any_of(on_artifact(need), on_artifact(note))" },
      { name: "critic", requires: ["text"], produces: ["report"], may_produce: ["note"] },
    ],
    schemas: { text: { type: "object", "x-runa": { accumulates: true } } },
    artifacts: { "need/n": { title: "Texts" } },
  });
  const criticise = async (report: string) => {
    const agent = await rig.nextAttempt();
    expect(agent.protocol).toBe("critic");
    await agent.deliver("report", "r", { title: report });
    await agent.deliver("note", "n", { title: "One too many" });
    await agent.exit(0);
  };
  const run = rig.start("run");
  const writer = await rig.nextAttempt();
  for (const id of ["a", "b", "c"]) await writer.deliver("text", id, { title: id });
  await writer.exit(0);
  await criticise("1");
  const withdrawn = await rig.nextAttempt();
  const told = (id: string) => ({ artifact_type: "text", instance_id: id, reason: "One too many" });
  await withdrawn.call("withdraw", told("a"));
  await withdrawn.call("confirm_unchanged", told("b"));
  await withdrawn.exit(0);
  await criticise("2");
  const last = await rig.nextAttempt();
  expect(last.protocol).toBe("write");
  await last.call("confirm_unchanged", told("b"));
  await last.exit(0);
  expect((await run.ended()).exitCode).toBe(0);
  expect((await rig.state()).protocols).toMatchObject([
    { name: "write", unsatisfied_conditions: ["outputs are current"] },
    { name: "critic", unsatisfied_conditions: ["outputs are current"] },
  ]);
});
