import { expect, test } from "vitest";
import type { Attempt } from "./rig/attempt.ts";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

/** Lets the next agent of a `step` do something and end; resolves when the step has ended. */
async function stepWith(rig: Rig, deeds: (agent: Attempt) => Promise<unknown>, exitCode = 0): Promise<Attempt> {
  const step = rig.start("step");
  const agent = await rig.nextAttempt();
  await deeds(agent);
  await agent.exit(exitCode);
  expect((await step.ended()).exitCode).toBe(exitCode);
  return agent;
}

/** What lies in the workspace, without what was moved away. */
function outputs(rig: Rig): string[] {
  return rig.artifacts().filter((name) => !name.startsWith(".superseded"));
}

const confirm = (agent: Attempt, type: string, id: string) =>
  agent.call("confirm_unchanged", { artifact_type: type, instance_id: id, reason: "It still holds." });

test("a success supersedes what earlier attempts wrote, but for what it delivers or confirms again", async () => {
  const rig = await makeRig(draft);
  await stepWith(rig, async (agent) => {
    expect(agent.prompt).not.toContain("## What was delivered before");
    for (const id of ["changed", "confirmed", "left"]) await agent.deliver("design", id, { title: id });
  });
  rig.artifact("design/by-hand", { title: "Mine" });
  rig.artifact("requirements/r1", { title: "Other requirements" });
  const second = await stepWith(rig, async (agent) => {
    expect(agent.prompt).toContain("## What was delivered before");
    expect(agent.prompt).toContain("- `design` left: .runa/workspace/design/left.json\n");
    expect(agent.prompt).not.toContain("by-hand");
    await agent.deliver("design", "changed", { title: "anew" });
    expect((await confirm(agent, "design", "confirmed")).isError).toBe(false);
  });
  expect(rig.artifacts()).toEqual([
    `.superseded/${second.id}/design/left`,
    "design/by-hand",
    "design/changed",
    "design/confirmed",
    "requirements/r1",
  ]);
  expect((await rig.events("superseded")).map(({ body }) => body.instance_id)).toEqual(["left"]);
  expect((await rig.state()).protocols).toMatchObject([{ unsatisfied_conditions: ["outputs are current"] }]);
});

test("what somebody has changed since is not the candidate's any more", async () => {
  const rig = await makeRig(draft);
  await stepWith(rig, (agent) => agent.deliver("design", "old", { title: "Old" }));
  rig.artifact("design/old", { title: "Rewritten by a person" });
  rig.artifact("requirements/r1", { title: "Other requirements" });
  await stepWith(rig, async (agent) => {
    expect(agent.prompt).toContain("- `design` old: .runa/workspace/design/old.json (stays)\n");
    await agent.deliver("design", "new", { title: "New" });
  });
  expect(outputs(rig)).toEqual(["design/new", "design/old", "requirements/r1"]);
});

test("what a failed attempt got done since the last success is not lost; the next success but one takes it away", async () => {
  const rig = await makeRig(draft);
  await stepWith(rig, async (agent) => {
    await agent.deliver("design", "first", { title: "First" });
    await agent.deliver("design", "kept", { title: "Kept" });
  });
  rig.artifact("requirements/r1", { title: "Two" });
  await stepWith(
    rig,
    async (agent) => {
      await agent.deliver("design", "half", { title: "Half" });
      await confirm(agent, "design", "kept");
    },
    1,
  );
  await stepWith(rig, async (agent) => {
    expect(agent.prompt).toContain("- `design` half: .runa/workspace/design/half.json (stays)\n");
    expect(agent.prompt).toContain("- `design` first: .runa/workspace/design/first.json\n");
    await agent.deliver("design", "rest", { title: "Rest" });
  });
  expect(outputs(rig)).toEqual(["design/half", "design/kept", "design/rest", "requirements/r1"]);
  rig.artifact("requirements/r1", { title: "Three" });
  await stepWith(rig, (agent) => agent.deliver("design", "rest", { title: "Rest" }));
  expect(outputs(rig)).toEqual(["design/rest", "requirements/r1"]);
});

test("instances of a type that accumulates add up", async () => {
  const rig = await makeRig({
    ...draft,
    schemas: { design: { type: "object", "x-runa": { accumulates: true } } },
  });
  await stepWith(rig, (agent) => agent.deliver("design", "one", { title: "One" }));
  rig.artifact("requirements/r1", { title: "Other requirements" });
  await stepWith(rig, async (agent) => {
    expect(agent.prompt).toContain("- `design` one: .runa/workspace/design/one.json (stays)\n");
    await agent.deliver("design", "two", { title: "Two" });
  });
  expect(outputs(rig)).toEqual(["design/one", "design/two", "requirements/r1"]);
});

test("the chosen member of a choice is superseded too, optional outputs are not", async () => {
  const rig = await makeRig({
    protocols: [
      {
        name: "review",
        requires: ["design"],
        choices: { verdict: ["approved", "rejected"] },
        may_produce: ["remark"],
      },
    ],
    artifacts: { "design/d": { title: "One" } },
  });
  await stepWith(rig, async (agent) => {
    await agent.deliver("rejected", "r1", { title: "Too long" });
    await agent.deliver("remark", "m1", { title: "Nice font" });
  });
  rig.artifact("design/d", { title: "Two" });
  await stepWith(rig, async (agent) => {
    expect(agent.prompt).toContain("- `remark` m1: .runa/workspace/remark/m1.json (stays)\n");
    await agent.deliver("rejected", "r2", { title: "Too short" });
  });
  expect(outputs(rig)).toEqual(["design/d", "rejected/r2", "remark/m1"]);
});

test("an attempt supersedes nothing of another work unit", async () => {
  const scoped: RigOptions = {
    protocols: [{ name: "build", requires: ["task"], produces: ["code"], scoped: true }],
    artifacts: { "task/a": { title: "A", work_unit: "a" }, "task/b": { title: "B", work_unit: "b" } },
  };
  const rig = await makeRig(scoped);
  const run = async (unit: string, id: string) => {
    const step = rig.start("step", "--work-unit", unit);
    const agent = await rig.nextAttempt();
    await agent.deliver("code", id, { title: id });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
  };
  await run("a", "a1");
  await run("b", "b1");
  rig.artifact("task/a", { title: "A again", work_unit: "a" });
  await run("a", "a2");
  expect(outputs(rig)).toEqual(["code/a2", "code/b1", "task/a", "task/b"]);
});
