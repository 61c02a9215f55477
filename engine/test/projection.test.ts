import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../src/evaluate/evaluate.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { project } from "../src/plan/projection.ts";
import { declare, type InstanceSketch, instanceOf, methodologyOf, snapshotOf, unit, when } from "./support/builders.ts";
import { snapshotFrom, worlds } from "./support/worlds.ts";

test("every projection ends, and holds a candidate at most once as current and once as projected", () => {
  const met = { projected: 0, several: 0 };
  fc.assert(
    fc.property(worlds, (world) => {
      const evaluation = evaluate(methodologyOf(world.types, world.protocols), snapshotFrom(world), world.workUnit);
      const ready = evaluation.candidates.filter(({ readiness }) => readiness.status === "ready");
      const plan = project(evaluation);
      const words = plan.map(({ candidate, projection }) => `${candidate.protocol.name} ${projection}`);
      expect(new Set(words).size).toBe(words.length);
      // The first is what `step` would execute; as current stands only what is READY now, with what it is given now.
      expect(plan[0]?.candidate).toBe(ready[0]);
      for (const { candidate, projection } of plan) if (projection === "current") expect(ready).toContain(candidate);
      const inCycles = new Set(evaluation.cycles.flat());
      for (const { candidate } of plan) {
        expect(candidate.workUnit).toBe(world.workUnit);
        expect(inCycles.has(candidate.protocol.name)).toBe(false);
      }
      if (plan.some(({ projection }) => projection === "projected")) met.projected++;
      if (plan.length > 1) met.several++;
    }),
    { numRuns: 1500 },
  );
  expect(Object.entries(met).filter(([, count]) => count < 5)).toEqual([]);
});

const TYPES = ["need", "plan", "code", "note", "yes", "no"];

interface Row {
  readonly title: string;
  readonly protocols: readonly ProtocolDeclaration[];
  readonly instances?: Readonly<Record<string, InstanceSketch>>;
  readonly workUnit?: string;
  readonly plan: readonly string[];
}

const NEED = { need: {} };
const draft = declare("draft", { requires: ["need"], produces: ["plan"], trigger: when.artifact("need") });
const build = declare("build", { requires: ["plan"], produces: ["code"], trigger: when.artifact("plan") });

const TABLE: readonly Row[] = [
  { title: "nothing READY, nothing projected", protocols: [draft, build], plan: [] },
  {
    title: "a projected execution makes its produces exist",
    protocols: [build, draft],
    instances: NEED,
    plan: ["draft current", "build projected"],
  },
  {
    title: "what is current already is left out, what follows from it is not",
    protocols: [draft, build],
    instances: { need: {}, plan: { at: 2 } },
    plan: ["build current"],
  },
  {
    title: "may_produce advances nothing",
    protocols: [declare("draft", { requires: ["need"], mayProduce: ["plan"], trigger: when.artifact("need") }), build],
    instances: NEED,
    plan: ["draft current"],
  },
  {
    title: "may_produce that is on disk already does",
    protocols: [
      declare("draft", {
        requires: ["need"],
        produces: ["note"],
        mayProduce: ["plan"],
        trigger: when.artifact("need"),
      }),
      declare("build", {
        requires: ["plan"],
        produces: ["code"],
        trigger: when.all(when.artifact("plan"), when.artifact("note")),
      }),
    ],
    instances: { need: {}, plan: {} },
    plan: ["draft current", "build projected"],
  },
  {
    title: "choice members advance nothing",
    protocols: [
      declare("judge", {
        requires: ["need"],
        choices: [{ name: "verdict", members: ["yes", "no"] }],
        trigger: when.artifact("need"),
      }),
      declare("ship", { requires: ["yes"], produces: ["code"], trigger: when.artifact("yes") }),
      declare("redo", { requires: ["no"], produces: ["plan"], trigger: when.artifact("no") }),
    ],
    instances: NEED,
    plan: ["judge current"],
  },
  {
    title: "a choice member on disk counts for what reads it",
    protocols: [
      declare("judge", {
        requires: ["need"],
        choices: [{ name: "verdict", members: ["yes", "no"] }],
        trigger: when.artifact("need"),
      }),
      declare("ship", { requires: ["yes"], produces: ["code"], trigger: when.artifact("yes") }),
      declare("redo", { requires: ["no"], produces: ["plan"], trigger: when.artifact("no") }),
    ],
    instances: { need: { at: 5 }, yes: { at: 1 } },
    plan: ["judge current", "ship current"],
  },
  {
    title: "the one member of a choice that lies there is delivered anew",
    protocols: [
      declare("judge", { choices: [{ name: "verdict", members: ["yes", "no"] }], trigger: when.change("need") }),
      declare("ship", { requires: ["yes"], produces: ["code"], trigger: when.change("yes") }),
    ],
    instances: { need: { at: 9 }, yes: { at: 1 }, code: { at: 2 } },
    plan: ["judge current", "ship projected"],
  },
  {
    title: "of two members that lie there none is",
    protocols: [
      declare("judge", { choices: [{ name: "verdict", members: ["yes", "no"] }], trigger: when.change("need") }),
      declare("ship", { requires: ["yes"], produces: ["code"], trigger: when.change("yes") }),
    ],
    instances: { need: { at: 9 }, yes: { at: 1 }, no: { at: 1 }, code: { at: 2 } },
    plan: ["judge current"],
  },
  {
    title: "a candidate that is reopened appears again, as projected",
    protocols: [
      declare("draft", {
        produces: ["plan"],
        trigger: when.any(when.artifact("need"), when.change("note")),
      }),
      declare("review", { requires: ["plan"], produces: ["note"], trigger: when.artifact("plan") }),
    ],
    instances: NEED,
    plan: ["draft current", "review projected", "draft projected"],
  },
  {
    title: "two that keep reopening each other: once as current, once as projected",
    protocols: [
      declare("ping", { produces: ["plan"], trigger: when.change("code") }),
      declare("pong", { produces: ["code"], trigger: when.change("plan") }),
    ],
    instances: { code: {} },
    plan: ["ping current", "pong projected", "ping projected"],
  },
  {
    title: "one without outputs is done once, and again when what it reads comes anew",
    protocols: [
      declare("tell", { trigger: when.any(when.artifact("need"), when.artifact("plan")) }),
      declare("draft", { requires: ["need"], produces: ["plan"], trigger: when.artifact("need") }),
    ],
    instances: NEED,
    plan: ["tell current", "draft current", "tell projected"],
  },
  {
    title: "the members of a hard cycle wait, what follows from them too",
    protocols: [
      declare("a", { requires: ["code"], produces: ["plan"], trigger: when.artifact("need") }),
      declare("b", { requires: ["plan"], produces: ["code"], trigger: when.artifact("need") }),
      declare("after", { requires: ["code"], produces: ["note"], trigger: when.artifact("code") }),
    ],
    instances: NEED,
    plan: [],
  },
  {
    title: "an invalid sibling stays, so the outputs stay incomplete, and yet it ends",
    protocols: [draft, build],
    instances: { need: { at: 3 }, plan: { status: "invalid" } },
    plan: ["draft current", "build projected"],
  },
  {
    title: "an on_invalid watcher sees nothing projected",
    protocols: [
      draft,
      declare("mend", { produces: ["note"], trigger: when.invalid("plan") }),
      declare("watch", { produces: ["code"], trigger: when.artifact("plan") }),
    ],
    instances: NEED,
    plan: ["draft current", "watch projected"],
  },
  {
    title: "unscoped: no work unit's protocol is projected",
    protocols: [draft, declare("build", { ...build, scoped: true })],
    instances: NEED,
    plan: ["draft current"],
  },
  {
    title: "scoped: nothing of the planner's is projected, its work unit's instances count",
    protocols: [
      declare("draft", { ...draft, scoped: true }),
      declare("build", { ...build, scoped: true }),
      declare("planner", { produces: ["note"] }),
    ],
    instances: { need: { workUnit: "w1" } },
    workUnit: "w1",
    plan: ["draft current", "build projected"],
  },
  {
    title: "scoped: another work unit's instances do not",
    protocols: [declare("draft", { ...draft, scoped: true })],
    instances: { need: { workUnit: "w2" } },
    workUnit: "w1",
    plan: [],
  },
];

test.each(TABLE)("$title", ({ protocols, instances = {}, workUnit, plan }) => {
  const there = Object.entries(instances).map(([type, sketch]) => instanceOf(type, "1", sketch));
  const evaluation = evaluate(
    methodologyOf(TYPES, protocols),
    snapshotOf(TYPES, there),
    workUnit === undefined ? null : unit(workUnit),
  );
  const projected = project(evaluation);
  expect(projected.map(({ candidate, projection }) => `${candidate.protocol.name} ${projection}`)).toEqual(plan);
});

test("a cascade of 300 in a row is projected to its end", () => {
  const names = Array.from({ length: 300 }, (_, index) => `t${index}`);
  const protocols = names.map((name, index) => {
    const before = index === 0 ? "need" : (names[index - 1] ?? "");
    return declare(`p${index}`, { requires: [before], produces: [name], trigger: when.artifact(before) });
  });
  const types = ["need", ...names];
  const evaluation = evaluate(methodologyOf(types, protocols), snapshotOf(types, [instanceOf("need", "1")]), null);
  const projected = project(evaluation);
  expect(projected.map(({ candidate }) => candidate.protocol.name)).toEqual(protocols.map(({ name }) => name));
  expect(projected.filter(({ projection }) => projection === "current")).toHaveLength(1);
});
