import { describe, expect, test } from "vitest";
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

/** What would move a protocol, and what explain says besides. */
async function explained(rig: Rig, protocol: string) {
  const { stdout } = await rig.run("explain", protocol);
  return { stdout, next: stdout.split("what would move it\n  ")[1]?.split("\n")[0] };
}

test("what would move a protocol is never a file that only people or runa may write", async () => {
  const rig = await makeRig({
    protocols: [
      { name: "build", requires: ["design", "design-approval"], produces: ["code"] },
      { name: "cancel", requires: ["design"], produces: ["note"], trigger: "on_artifact(design-rejection)" },
      { name: "diagnose", requires: ["failed-attempt"], produces: ["cause"] },
    ],
    schemas: {
      "design-approval": approval("design"),
      "design-rejection": rejection("design"),
      "failed-attempt": { type: "object", "x-runa": { kind: "audit" } },
    },
  });
  const put = "put a file of type design into .runa/workspace/design/";
  expect((await explained(rig, "build")).next).toBe(put);
  expect((await explained(rig, "cancel")).next).toBe(put);
  expect((await explained(rig, "diagnose")).next).toBe("nothing has to be done: failed-attempt would have to change");
  rig.artifact("design/d1", { title: "One" });
  expect((await explained(rig, "build")).next).toBe(
    "decide on it: `runa approve design d1`, or `runa reject design d1`",
  );
  expect((await explained(rig, "cancel")).next).toBe("nothing has to be done: design-rejection would have to change");
  decideIn(rig, { name: "design-rejection/r1", on: "design/d1", by: "ben", verdict: "rejected", note: "Too slow" });
  const { json } = await rig.run("explain", "build", "--json");
  expect(json?.protocols).toMatchObject([
    { next: { kind: "decide", instance_id: "d1", approval_types: ["design-approval"], rejected_by: ["ben"] } },
  ]);
  expect((await explained(rig, "build")).next).toBe(
    "ben rejected it, and can approve it after all: `runa approve design d1`, or withdraw that: `runa revoke design d1 --note NOTE`; other content can take its place too",
  );
});

test("what was rejected is drafted again first, where somebody drafts", async () => {
  const rig = await makeRig(gated);
  expect((await explained(rig, "implement")).next).toBe("`runa step` executes draft");
  await runs(rig, [["design", "d1", { title: "One" }]]);
  decideIn(rig, { name: "design-rejection/r1", on: "design/d1", by: "ben", verdict: "rejected", note: "Too slow" });
  expect((await explained(rig, "implement")).next).toBe("`runa step` executes draft");
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

describe("approved by", () => {
  const design = { "design/d1": { title: "One" } };

  test("two people, of whom one revokes", async () => {
    const rig = await makeRig({
      protocols: [{ name: "build", requires: ["design", "design-approval"], produces: ["code"] }],
      schemas: { "design-approval": approval("design", { min: 2 }) },
      artifacts: design,
    });
    const NOT_YET = "on_artifact(design): no instance of artifact type 'design' is approved by 'design-approval'";
    const waits = (missing: number) => ({
      protocols: [`build: waiting: ${NOT_YET}`],
      awaiting: [`design/d1 {"design-approval":${missing}} for build`],
      plan: [],
      later: [],
      exitCode: 3,
    });
    expect(await standing(rig)).toEqual(waits(2));
    decideIn(rig, { name: "design-approval/a1", on: "design/d1" });
    decideIn(rig, { name: "design-approval/a2", on: "design/d1" });
    expect(await standing(rig)).toEqual(waits(1));
    expect((await rig.run("explain", "build")).stdout).toContain(
      "design/d1 does not count: it has 1 of 2 design-approval",
    );
    decideIn(rig, { name: "design-approval/a3", on: "design/d1", by: "ben" });
    const ready = await standing(rig);
    expect(ready).toMatchObject({
      protocols: ["build: ready: design/d1: design-approval/a2: design-approval/a3"],
      exitCode: 0,
    });
    decideIn(rig, { name: "design-approval/a4", on: "design/d1", verdict: "revoked", note: "On second thought" });
    expect(await standing(rig)).toEqual(waits(1));
    // Who takes the revocation's file away does not bring the approval back.
    rig.remove(rig.path("design-approval/a4"));
    expect(await standing(rig)).toEqual(waits(1));
    decideIn(rig, { name: "design-approval/a5", on: "design/d1" });
    expect((await standing(rig)).exitCode).toBe(0);
  });

  test("legal and security, each for itself", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "publish", requires: ["design", "legal", "security"], produces: ["page"] },
        { name: "archive", requires: ["design", "legal"], produces: ["copy"] },
        { name: "draw", requires: ["design"], produces: ["picture"] },
      ],
      schemas: { legal: approval("design"), security: approval("design") },
      artifacts: { ...design, "design/d2": { title: "Two" } },
    });
    decideIn(rig, { name: "legal/l1", on: "design/d1" });
    decideIn(rig, { name: "security/s2", on: "design/d2" });
    // Who names no approval waits for none, and each sees only what is approved for all that it names.
    expect(await standing(rig)).toEqual({
      protocols: [
        "archive: ready: design/d1: legal/l1",
        "draw: ready: design/d1: design/d2",
        "publish: waiting: on_artifact(design): no instance of artifact type 'design' is approved by 'legal' and 'security'",
      ],
      awaiting: [`design/d1 {"security":1} for publish`, `design/d2 {"legal":1} for publish, archive`],
      plan: ["archive current", "draw current"],
      later: [],
      exitCode: 3,
    });
    decideIn(rig, { name: "security/s1", on: "design/d1" });
    expect((await standing(rig)).protocols).toContain("publish: ready: design/d1: legal/l1: security/s1: security/s2");
  });

  test("somebody, where it is only accepted: nothing else is handed over", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "summarise", requires: ["request"], accepts: ["design", "design-approval"], produces: ["summary"] },
      ],
      schemas: { "design-approval": approval("design") },
      artifacts: { ...design, "design/d2": { title: "Two" }, "request/q1": { title: "Sum up" } },
    });
    expect(await standing(rig)).toMatchObject({ protocols: ["summarise: ready: request/q1"], exitCode: 0 });
    decideIn(rig, { name: "design-approval/a2", on: "design/d2" });
    expect((await standing(rig)).protocols).toEqual(["summarise: ready: request/q1: design/d2: design-approval/a2"]);
    const summary = ["summary", "s1", { title: "Sum" }] as const;
    expect((await runs(rig, [summary])).exitCode).toBe(0);
    // It is current whatever is decided on what it merely accepts.
    decideIn(rig, { name: "design-approval/a1", on: "design/d1" });
    expect((await standing(rig)).protocols).toEqual([`summarise: waiting: ${CURRENT}`]);
  });
});

test("a member of a choice is approved; where another was chosen nobody has to decide", async () => {
  const rig = await makeRig({
    protocols: [
      { name: "check", requires: ["request"], choices: { verdict: ["release-plan", "needs-work"] } },
      { name: "release", requires: ["release-plan", "plan-approval"], produces: ["note"] },
    ],
    schemas: { "plan-approval": approval("release-plan") },
    artifacts: { "request/q1": { title: "Ship it" } },
  });
  expect(await standing(rig)).toMatchObject({ plan: ["check current"], awaiting: [], later: [] });
  expect((await runs(rig, [["needs-work", "n1", { title: "No" }]])).exitCode).toBe(0);
  rig.artifact("request/q1", { title: "Ship it now" });
  expect((await runs(rig, [["release-plan", "p1", { title: "Plan" }]])).exitCode).toBe(3);
  expect(await standing(rig)).toMatchObject({
    awaiting: [`release-plan/p1 {"plan-approval":1} for release`],
    exitCode: 3,
  });
  decideIn(rig, { name: "plan-approval/a1", on: "release-plan/p1" });
  expect(await standing(rig)).toMatchObject({ plan: ["release current"], exitCode: 0 });
  // A reopened check would make the plan anew, and that would have to be approved again.
  expect((await runs(rig, [["note", "n1", { title: "Released" }]])).exitCode).toBe(0);
  await rig.run("reopen", "check");
  expect(await standing(rig)).toMatchObject({
    plan: ["check current"],
    later: [`release-plan/? {"plan-approval":1} for release`],
    exitCode: 3,
  });
});

test("each work unit waits for its own decisions, and for those on what belongs to none", async () => {
  const rig = await makeRig({
    protocols: [
      { name: "implement", requires: ["task", "task-approval"], produces: ["patch"], scoped: true },
      { name: "report", requires: ["task", "task-approval"], produces: ["report"] },
    ],
    schemas: { "task-approval": approval("task") },
    artifacts: {
      "task/t1": { title: "Pay", work_unit: "checkout" },
      "task/t2": { title: "Find", work_unit: "search" },
      "task/t0": { title: "Both" },
    },
  });
  const NOT_YET = "on_artifact(task): no instance of artifact type 'task' is approved by 'task-approval'";
  expect(await standing(rig, "checkout")).toEqual({
    protocols: [`implement: waiting: ${NOT_YET}`],
    awaiting: [`task/t0 {"task-approval":1} for implement`, `task/t1 {"task-approval":1} for implement`],
    plan: [],
    later: [],
    exitCode: 3,
  });
  decideIn(rig, { name: "task-approval/a1", on: "task/t1" });
  expect((await standing(rig, "checkout")).protocols).toEqual(["implement: ready: task/t1: task-approval/a1"]);
  expect((await standing(rig, "search")).protocols).toEqual([`implement: waiting: ${NOT_YET}`]);
  expect((await standing(rig)).protocols).toEqual(["report: ready: task/t1: task-approval/a1"]);
  decideIn(rig, { name: "task-approval/a0", on: "task/t0" });
  expect((await standing(rig, "search")).protocols).toEqual(["implement: ready: task/t0: task-approval/a0"]);
  expect((await standing(rig, "checkout")).protocols).toEqual([
    "implement: ready: task/t0: task/t1: task-approval/a0: task-approval/a1",
  ]);
});

test("what an agent writes past its server, or copies, approves nothing", async () => {
  const rig = await makeRig(gated);
  await runs(rig, [["design", "d1", { title: "One" }]]);
  decideIn(rig, { name: "design-approval/a1", on: "design/d1" });
  const made = rig.read(rig.path("design-approval/a1"));
  rig.remove(rig.path("design-approval/a1"));
  rig.write(rig.path("design-approval/a2"), made);
  rig.write(rig.path("design-approval/a3"), made.replace('"anna"', '"ben"'));
  expect((await standing(rig)).exitCode).toBe(3);
  const shown = await rig.run("show", "design-approval", "--json");
  expect(shown.json).toMatchObject({
    instances: [
      { instance_id: "a2", status: "invalid" },
      { instance_id: "a3", status: "invalid" },
    ],
  });
  const said = (await rig.run("scan", "--json")).stdout + (await rig.run("doctor")).stdout;
  expect(said.split("not attested: decisions are made with runa approve")).toHaveLength(5);
  // The file as it was made, back at its place, is what the log tells of.
  rig.write(rig.path("design-approval/a1"), made);
  expect((await standing(rig)).protocols[0]).toBe("implement: ready: design/d1: design-approval/a1");
});
