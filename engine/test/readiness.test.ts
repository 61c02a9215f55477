import type { WallTime } from "@runa/store";
import type { OpenAttempt } from "@runa/store/attempts";
import { expect, test } from "vitest";
import { conditionText, evaluate, preconditionFailures } from "../src/evaluate/evaluate.ts";
import { debtsOf } from "../src/evaluate/owed.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { declare, instanceOf, methodologyOf, type SnapshotSketch, snapshotOf, unit, when } from "./support/builders.ts";

const TYPES = ["x", "y", "z", "yes", "no"];

function evaluated(
  protocols: readonly ProtocolDeclaration[],
  instances: Parameters<typeof snapshotOf>[1] = [],
  sketch: Omit<SnapshotSketch, "workUnit"> & { workUnit?: string; openAttempts?: readonly OpenAttempt[] } = {},
) {
  const { openAttempts = [], ...rest } = sketch;
  const workUnit = rest.workUnit === undefined ? null : unit(rest.workUnit);
  const snapshot = { ...snapshotOf(TYPES, instances, { ...rest, workUnit }), openAttempts };
  return evaluate(methodologyOf(TYPES, protocols), snapshot, workUnit);
}

/** The words of a WAITING candidate, as every view shows them. */
function words(...args: Parameters<typeof evaluated>): string[][] {
  return evaluated(...args).candidates.map(({ readiness }) =>
    readiness.status === "waiting" ? readiness.conditions.map(conditionText) : [readiness.status],
  );
}

test("why a trigger is not satisfied, one reason for each primitive", () => {
  const trigger = when.all(when.artifact("x"), when.invalid("y"), when.change("z"));
  expect(words([declare("p", { trigger })])).toEqual([
    [
      "on_artifact(x): no valid instances of artifact type 'x' exist",
      "on_invalid(y): no invalid or malformed instances of artifact type 'y' exist",
      "on_change(z): no instances of artifact type 'z' exist",
    ],
  ]);
  const there = [instanceOf("x", "1"), instanceOf("y", "1", { status: "malformed" })];
  expect(words([declare("p", { trigger })], there)).toEqual([
    ["on_change(z): no instances of artifact type 'z' exist"],
  ]);
  const older = [...there, instanceOf("z", "1"), instanceOf("yes", "1", { at: 2 })];
  expect(words([declare("p", { produces: ["yes"], trigger })], older)).toEqual([
    ["on_change(z): no instance of artifact type 'z' is newer than the outputs"],
  ]);
});

test("unhealthy siblings are not why", () => {
  expect(words([declare("p", { trigger: when.artifact("x") })], [instanceOf("x", "1", { status: "invalid" })])).toEqual(
    [["on_artifact(x): no valid instances of artifact type 'x' exist"]],
  );
});

test("a branch that is satisfied gives no reasons", () => {
  const trigger = when.all(when.any(when.artifact("x"), when.invalid("x")), when.artifact("y"));
  expect(words([declare("p", { trigger })], [instanceOf("x", "1")])).toEqual([
    ["on_artifact(y): no valid instances of artifact type 'y' exist"],
  ]);
});

test("a trigger that nothing can ever satisfy", () => {
  expect(words([declare("p", { trigger: when.any() })])).toEqual([
    ["any_of(): no condition of it can ever be satisfied"],
  ]);
  expect(words([declare("p", { trigger: when.all(when.any()) })])).toEqual([
    ["all_of(any_of()): no condition of it can ever be satisfied"],
  ]);
});

test("outputs are current, and the cycle is named", () => {
  const a = declare("a", { requires: ["y"], produces: ["x"], trigger: when.all() });
  const b = declare("b", { requires: ["x"], produces: ["y"], trigger: when.artifact("z") });
  const cycle = "dependency cycle: a -> b -> a";
  expect(words([a, b], [instanceOf("x", "1"), instanceOf("y", "1")])).toEqual([
    ["outputs are current", cycle],
    ["on_artifact(z): no valid instances of artifact type 'z' exist", cycle],
  ]);
});

test("a READY candidate is given every valid instance that it requires or accepts, in the order of its lists", () => {
  const protocol = declare("p", { requires: ["x", "y"], accepts: ["z", "yes"], trigger: when.artifact("x") });
  const there = [
    instanceOf("yes", "1"),
    instanceOf("z", "1"),
    instanceOf("z", "2", { status: "invalid" }),
    instanceOf("x", "1"),
    instanceOf("x", "2"),
    instanceOf("x", "3", { status: "stale" }),
    instanceOf("y", "1", { workUnit: "w1" }),
    instanceOf("y", "2", { workUnit: "w2" }),
  ];
  const given = (sketch: Parameters<typeof evaluated>[2], scoped = false) => {
    const [candidate] = evaluated([{ ...protocol, scoped }], there, sketch).candidates;
    if (candidate?.readiness.status !== "ready") return candidate?.readiness.status;
    return candidate.readiness.inputs.map(
      ({ instance, relationship }) => `${relationship} ${instance.type}/${instance.id}`,
    );
  };
  const required = ["requires x/1", "requires x/2", "requires y/1"];
  expect(given({})).toEqual([...required, "requires y/2", "accepts z/1", "accepts yes/1"]);
  expect(given({ workUnit: "w1" }, true)).toEqual([...required, "accepts z/1", "accepts yes/1"]);
  // A gap in a type that is accepted only drops it.
  expect(given({ gaps: ["z"] })).toEqual([...required, "requires y/2", "accepts yes/1"]);
  expect(given({ gaps: ["y"] })).toBe("blocked");
});

test("what a protocol lacks is told whatever its trigger says, and whatever its scope", () => {
  const protocols = [
    declare("p", { requires: ["x", "y", "z", "yes"], trigger: when.artifact("no") }),
    declare("q", { requires: ["x"], scoped: true }),
  ];
  const there = [
    instanceOf("y", "1", { status: "malformed" }),
    instanceOf("z", "1", { status: "stale" }),
    instanceOf("yes", "1"),
  ];
  const evaluation = evaluated(protocols, there, { gaps: ["yes"] });
  const [p, q] = evaluation.methodology.protocols.map((protocol) => preconditionFailures(evaluation, protocol));
  expect(p).toEqual([
    { artifactType: "x", namedBy: "requires", reason: "missing" },
    { artifactType: "y", namedBy: "requires", reason: "invalid" },
    { artifactType: "z", namedBy: "requires", reason: "stale" },
    { artifactType: "yes", namedBy: "requires", reason: "scan_incomplete" },
  ]);
  expect(q).toEqual([{ artifactType: "x", namedBy: "requires", reason: "missing" }]);
});

test("an attempt that is executing a candidate is shown with it, and with no other work unit's", () => {
  const open = (id: string, protocol: string, workUnit: string | null): OpenAttempt => ({
    ...{
      id,
      protocol,
      workUnit: workUnit === null ? null : unit(workUnit),
      started: instanceOf("x", "1").lastModified,
      startedAt: 0 as WallTime,
    },
    ...{
      owner: { pid: 1, startTime: null, machine: null, boot: null, pidNamespace: null },
      agent: null,
      place: null,
      fenced: false,
    },
  });
  const openAttempts = [open("one", "p", null), open("two", "q", "w1"), open("three", "q", "w2")];
  const protocols = [declare("p"), declare("q", { scoped: true })];
  const attempts = (workUnit?: string) =>
    evaluated(protocols, [], { openAttempts, ...(workUnit !== undefined && { workUnit }) }).candidates.map(
      ({ protocol, attempt }) => `${protocol.name} ${attempt?.id}`,
    );
  expect(attempts()).toEqual(["p one"]);
  expect(attempts("w1")).toEqual(["q two"]);
  expect(attempts("w3")).toEqual(["q undefined"]);
});

test("what is owed when a choice was settled, and how it was", () => {
  const judge = declare("judge", {
    requires: ["x"],
    choices: [{ name: "verdict", members: ["yes", "no"] }],
    trigger: when.artifact("x"),
  });
  const ship = declare("ship", { requires: ["yes"], produces: ["y"], trigger: when.artifact("yes") });
  const deploy = declare("deploy", { requires: ["y"], produces: ["z"], trigger: when.artifact("y") });
  const there = [instanceOf("x", "1"), instanceOf("no", "1", { at: 2 })];
  const { owing, settled } = debtsOf(evaluated([judge, ship, deploy], there));
  expect(owing).toEqual([]);
  expect(settled).toEqual([{ protocol: "judge", group: "verdict", member: "no" }]);
  const open = debtsOf(evaluated([judge, ship, deploy], [instanceOf("x", "1")]));
  expect(open.owing.map(({ protocol }) => protocol.name)).toEqual(["judge", "ship", "deploy"]);
  expect(open.settled).toEqual([]);
});

test("a settled choice owes its other members nothing, though its owner is blocked, unless another could write them", () => {
  const judge = declare("judge", {
    requires: ["x"],
    choices: [{ name: "verdict", members: ["yes", "no"] }],
    trigger: when.all(),
  });
  const ship = declare("ship", { produces: ["y"], trigger: when.artifact("yes") });
  const overrule = declare("overrule", { mayProduce: ["yes"], trigger: when.artifact("z") });
  const there = [instanceOf("x", "1"), instanceOf("no", "1", { at: 2 })];
  const owing = (...protocols: ProtocolDeclaration[]) =>
    debtsOf(evaluated(protocols, there, { gaps: ["x"] })).owing.map(({ protocol }) => protocol.name);
  expect(owing(judge, ship)).toEqual(["judge"]);
  expect(owing(judge, ship, overrule)).toEqual(["judge", "ship", "overrule"]);
});
