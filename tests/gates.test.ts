import { expect, test } from "vitest";
import { decideIn } from "./rig/decide.ts";
import type { Envelope } from "./rig/envelope.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

const approval = (of: string, rest: object = {}) => ({
  type: "object",
  "x-runa": { kind: "approval", of, ...rest },
});
const rejection = (of: string) => ({ type: "object", required: ["note"], "x-runa": { kind: "rejection", of } });

/** A design that has to be approved before it is implemented, and is drafted again where it is rejected. */
const gated: RigOptions = {
  protocols: [
    {
      name: "draft",
      requires: ["requirements"],
      accepts: ["design-rejection"],
      produces: ["design"],
      trigger: "any_of(on_artifact(requirements), on_artifact(design-rejection))",
    },
    {
      name: "implement",
      requires: ["design", "design-approval"],
      produces: ["code"],
      trigger: "on_artifact(design-approval)",
    },
  ],
  schemas: { "design-approval": approval("design"), "design-rejection": rejection("design") },
  artifacts: { "requirements/r1": { title: "Fast" } },
};

interface Awaited {
  readonly artifact_type: string;
  readonly instance_id?: string;
  readonly approval_types: readonly string[];
  readonly missing: object;
  readonly rejected_by?: readonly string[];
  readonly waiters?: readonly string[];
}

interface Decided extends Envelope {
  readonly awaiting_decision?: readonly Awaited[];
  readonly projected_decisions?: readonly Awaited[];
}

/** Where each protocol stands, what is awaited, and what a dry run projects and ends with: everything that can disagree. */
async function standing(rig: Rig, workUnit?: string) {
  const scope = workUnit === undefined ? [] : ["--work-unit", workUnit];
  const state = (await rig.state(workUnit)) as Decided;
  const dry = await rig.run("run", "--dry-run", "--json", ...scope);
  const json = dry.json as Decided;
  expect(json.awaiting_decision).toEqual(state.awaiting_decision);
  expect(json.protocols).toEqual(state.protocols);
  return {
    protocols: state.protocols.map((entry) => {
      const why = [
        ...(entry.inputs ?? []).map((one) => `${one.artifact_type}/${one.instance_id}`),
        ...(entry.precondition_failures ?? []).map((one) => `${one.artifact_type} ${one.reason}`),
        ...(entry.unsatisfied_conditions ?? []),
      ];
      return [entry.name, entry.status, ...why].join(": ");
    }),
    awaiting: (state.awaiting_decision ?? []).map(awaitedText),
    plan: (json.execution_plan ?? []).map((entry) => `${entry.protocol} ${entry.projection}`),
    later: (json.projected_decisions ?? []).map(awaitedText),
    exitCode: dry.exitCode,
  };
}

function awaitedText({ artifact_type, instance_id = "?", missing, rejected_by, waiters = [] }: Awaited): string {
  const rejected = rejected_by === undefined ? "" : ` rejected by ${rejected_by.join(", ")}`;
  return `${artifact_type}/${instance_id} ${JSON.stringify(missing)}${rejected} for ${waiters.join(", ")}`;
}

/** Lets one attempt deliver one artifact while `run` goes on, and ends `run`. */
async function runs(
  rig: Rig,
  deliveries: readonly (readonly [type: string, id: string, artifact: object])[],
  ...args: string[]
) {
  const run = rig.start("run", ...args);
  const prompts: string[] = [];
  for (const [type, id, artifact] of deliveries) {
    const agent = await rig.nextAttempt();
    prompts.push(agent.prompt);
    await agent.deliver(type, id, artifact);
    await agent.exit(0);
  }
  const { exitCode, stdout } = await run.ended();
  return { exitCode, stdout, prompts };
}

const NOT_APPROVED =
  "on_artifact(design-approval): no instance of artifact type 'design' is approved by 'design-approval'";
const CURRENT = "outputs are current";

test("a design is rejected, drafted again, approved, edited, and approved again", async () => {
  const rig = await makeRig(gated);
  const NONE = "on_artifact(design-approval): no valid instances of artifact type 'design-approval' exist";
  expect(await standing(rig)).toEqual({
    protocols: ["draft: ready: requirements/r1", `implement: waiting: ${NONE}`],
    awaiting: [],
    plan: ["draft current"],
    later: [`design/? {"design-approval":1} for implement`],
    exitCode: 3,
  });
  expect((await runs(rig, [["design", "d1", { title: "One" }]])).exitCode).toBe(3);
  const waits = {
    protocols: [`draft: waiting: ${CURRENT}`, `implement: waiting: ${NOT_APPROVED}`],
    awaiting: [`design/d1 {"design-approval":1} for implement`],
    plan: [],
    later: [],
    exitCode: 3,
  };
  expect(await standing(rig)).toEqual(waits);

  decideIn(rig, {
    name: "design-rejection/r1",
    on: "design/d1",
    by: "ben",
    verdict: "rejected",
    note: "Too slow for us",
  });
  expect(await standing(rig)).toEqual({
    protocols: ["draft: ready: requirements/r1: design-rejection/r1", `implement: waiting: ${NOT_APPROVED}`],
    awaiting: [],
    plan: ["draft current"],
    later: [`design/? {"design-approval":1} for implement`],
    exitCode: 3,
  });
  const rework = await runs(rig, [["design", "d1", { title: "Two" }]]);
  expect(rework.exitCode).toBe(3);
  expect(rework.prompts[0]).toContain("Too slow for us");
  expect(await standing(rig)).toEqual(waits);

  decideIn(rig, { name: "design-approval/a1", on: "design/d1" });
  expect(await standing(rig)).toEqual({
    protocols: ["implement: ready: design/d1: design-approval/a1", `draft: waiting: ${CURRENT}`],
    awaiting: [],
    plan: ["implement current"],
    later: [],
    exitCode: 0,
  });
  expect((await runs(rig, [["code", "c1", { title: "Code" }]])).exitCode).toBe(0);
  const done = {
    protocols: [`draft: waiting: ${CURRENT}`, `implement: waiting: ${CURRENT}`],
    awaiting: [],
    plan: [],
    later: [],
    exitCode: 0,
  };
  expect(await standing(rig)).toEqual(done);

  rig.artifact("design/d1", { title: "Edited" });
  expect(await standing(rig)).toEqual(waits);
  expect((await runs(rig, [])).exitCode).toBe(3);
  const shown = await rig.run("show", "design-approval", "--json");
  expect(shown.json).toMatchObject({ instances: [{ instance_id: "a1", status: "stale" }] });
  const health = await rig.run("doctor", "--json");
  expect(health.json).toMatchObject({
    readiness: [
      { protocol: "implement", precondition_failures: [{ artifact_type: "design-approval", reason: "stale" }] },
    ],
  });

  decideIn(rig, { name: "design-approval/a2", on: "design/d1" });
  expect((await standing(rig)).protocols).toEqual([
    "implement: ready: design/d1: design-approval/a2",
    `draft: waiting: ${CURRENT}`,
  ]);
  // A third person says the same: nothing is done again for it.
  expect((await runs(rig, [["code", "c1", { title: "Code 2" }]])).exitCode).toBe(0);
  decideIn(rig, { name: "design-approval/a3", on: "design/d1", by: "cleo" });
  expect(await standing(rig)).toEqual(done);
  // And what was approved before, replaced and approved anew, is not approved when it comes back.
  rig.artifact("design/d1", { title: "Two" });
  expect(await standing(rig)).toEqual(waits);
});

test("work that answers a rejection without a change has to be decided on again", async () => {
  const rig = await makeRig(gated);
  await runs(rig, [["design", "d1", { title: "One" }]]);
  decideIn(rig, { name: "design-rejection/r1", on: "design/d1", by: "ben", verdict: "rejected", note: "No" });
  expect((await runs(rig, [["design", "d1", { title: "One" }]])).exitCode).toBe(3);
  expect(await standing(rig)).toEqual({
    protocols: [`draft: waiting: ${CURRENT}`, `implement: waiting: ${NOT_APPROVED}`],
    awaiting: [`design/d1 {"design-approval":1} rejected by ben for implement`],
    plan: [],
    later: [],
    exitCode: 3,
  });
  // Somebody else's approval does not outweigh it; ben's own does.
  decideIn(rig, { name: "design-approval/a1", on: "design/d1" });
  expect((await standing(rig)).awaiting).toEqual([`design/d1 {"design-approval":0} rejected by ben for implement`]);
  expect((await rig.run("explain", "implement")).stdout).toContain("design/d1 does not count: it is rejected by ben");
  decideIn(rig, { name: "design-approval/a2", on: "design/d1", by: "ben" });
  expect((await standing(rig)).protocols[0]).toBe(
    "implement: ready: design/d1: design-approval/a1: design-approval/a2",
  );
});
