import fc from "fast-check";
import { expect, test } from "vitest";
import { executionOrder, graphOf } from "../src/methodology/graph.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { cyclesOf, isStuckOverSoftEdges, orderOf } from "./model/graph.ts";
import { declare } from "./support/builders.ts";

const TYPES = ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"];

const list = (maxLength: number) => fc.array(fc.constantFrom(...TYPES), { maxLength });

/** Up to eight protocols, at most one owner a type; who requires what is anyone's guess. */
const protocols: fc.Arbitrary<ProtocolDeclaration[]> = fc
  .array(
    fc.record({
      requires: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...TYPES).map((type) => [type]) }, list(3)),
      accepts: list(1),
      owns: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      mayProduce: list(1),
      members: list(2),
      scoped: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
    { minLength: 3, maxLength: TYPES.length, size: "max" },
  )
  .map((drawn) =>
    drawn.map(({ requires, accepts, owns, mayProduce, members, scoped }, index) => {
      const choices = members.length === 2 ? [{ name: "choice", members }] : [];
      const produces = owns ? [`t${index}`] : [];
      return declare(`p${index}`, { requires, accepts, produces, mayProduce, choices, scoped });
    }),
  );

const namesOf = (list: readonly ProtocolDeclaration[]) => list.map(({ name }) => name);

test("order and cycles are those of a naive model", () => {
  const met = { cycles: 0, severalCycles: 0, softStuck: 0, plain: 0 };
  fc.assert(
    fc.property(protocols, (all) => {
      const scope = all.filter(({ scoped }) => !scoped);
      const { order, cycles } = graphOf(scope, all);
      expect(namesOf(order)).toEqual(orderOf(scope, all));
      expect(cycles).toEqual(cyclesOf(scope, all));
      if (cycles.length > 1) met.severalCycles++;
      if (cycles.length > 0) met.cycles++;
      else if (isStuckOverSoftEdges(scope, all)) met.softStuck++;
      else met.plain++;
    }),
    { numRuns: 4000 },
  );
  expect(Object.entries(met).filter(([, count]) => count < 5)).toEqual([]);
});

/** Declared in this order, executed in that. */
const TABLE: readonly { title: string; protocols: ProtocolDeclaration[]; order: string; cycles?: string[] }[] = [
  {
    title: "nothing between them: the manifest's order",
    protocols: [declare("z"), declare("a"), declare("m")],
    order: "z a m",
  },
  {
    title: "who produces goes before who requires",
    protocols: [declare("late", { requires: ["x"] }), declare("early", { produces: ["x"] })],
    order: "early late",
  },
  {
    title: "among the free ones always the first of the manifest, also when it became free only now",
    protocols: [
      declare("c", { requires: ["b"] }),
      declare("b", { produces: ["b"], requires: ["a"] }),
      declare("other"),
      declare("a", { produces: ["a"] }),
      declare("last"),
    ],
    order: "other a b c last",
  },
  {
    title: "accepts, optional outputs and choice members order too",
    protocols: [
      declare("reads-choice", { accepts: ["yes"] }),
      declare("reads-optional", { requires: ["note"] }),
      declare("chooses", { choices: [{ name: "c", members: ["yes", "no"] }] }),
      declare("notes", { mayProduce: ["note"] }),
    ],
    order: "chooses reads-choice notes reads-optional",
  },
  {
    title: "a type with an owner has edges to that owner only",
    protocols: [
      declare("reader", { requires: ["x"] }),
      declare("owner", { produces: ["x"] }),
      declare("also", { mayProduce: ["x"] }),
    ],
    order: "owner reader also",
  },
  {
    title: "inside a circle soft edges are left out, elsewhere they hold",
    protocols: [
      declare("before", { accepts: ["note"] }),
      declare("work", { accepts: ["review"], produces: ["design"] }),
      declare("review", { requires: ["design"], produces: ["review"] }),
      declare("scribe", { mayProduce: ["note"] }),
    ],
    order: "work review scribe before",
  },
  {
    title: "a review loop does not loosen what lies behind it",
    protocols: [
      declare("publish", { requires: ["approved"] }),
      declare("judge", { requires: ["text"], choices: [{ name: "verdict", members: ["approved", "rejected"] }] }),
      declare("write", { accepts: ["rejected"], produces: ["text"] }),
    ],
    order: "write judge publish",
  },
  {
    title: "a soft circle goes over hard edges too, and what lies behind it comes after all of it",
    protocols: [
      declare("behind", { accepts: ["report"] }),
      declare("test", { requires: ["code"], produces: ["report"], mayProduce: ["bug"] }),
      declare("build", { requires: ["text"], produces: ["code"] }),
      declare("write", { accepts: ["bug"], produces: ["text"] }),
    ],
    order: "write build test behind",
  },
  {
    title: "a circle of hard edges: the first one left in the manifest goes next",
    protocols: [
      declare("after", { requires: ["b"] }),
      declare("b", { requires: ["c"], produces: ["b"] }),
      declare("c", { requires: ["b"], produces: ["c"] }),
      declare("free"),
    ],
    order: "free after b c",
    cycles: ["b c"],
  },
  {
    title: "rings that share a member are one cycle, others are told apart",
    protocols: [
      declare("x", { requires: ["y"], produces: ["x"] }),
      declare("a", { requires: ["b"], produces: ["a"] }),
      declare("b", { requires: ["a", "c"], produces: ["b"] }),
      declare("c", { requires: ["b"], produces: ["c"] }),
      declare("y", { requires: ["x"], produces: ["y"] }),
    ],
    order: "x y a b c",
    cycles: ["x y", "a b c"],
  },
  {
    title: "what a protocol requires of itself is no cycle",
    protocols: [declare("grow", { requires: ["log"], produces: ["log"] })],
    order: "grow",
  },
  {
    title: "a circle over a soft edge is no cycle",
    protocols: [
      declare("ask", { requires: ["answer"], produces: ["question"] }),
      declare("reply", { requires: ["question"], mayProduce: ["answer"] }),
    ],
    order: "ask reply",
  },
];

test.each(TABLE)("order: $title", ({ protocols, order, cycles = [] }) => {
  const graph = executionOrder({ protocols });
  expect(namesOf(graph.order).join(" ")).toBe(order);
  expect(graph.cycles.map((cycle) => cycle.join(" "))).toEqual(cycles);
});

test("the owner of a type may be in the other scope: then nobody of this scope goes before its reader", () => {
  const reader = declare("reader", { requires: ["x"], scoped: true });
  const also = declare("also", { mayProduce: ["x"], scoped: true });
  const owner = declare("owner", { produces: ["x"] });
  expect(namesOf(graphOf([reader, also], [reader, also, owner]).order)).toEqual(["reader", "also"]);
  expect(namesOf(graphOf([reader, also], [reader, also]).order)).toEqual(["also", "reader"]);
});

const LONG = 20_000;

/** `p0` requires nothing, each other one what the one before it produces. */
function chain(direction: "forwards" | "backwards"): ProtocolDeclaration[] {
  const links = Array.from({ length: LONG }, (_, index) =>
    declare(`p${index}`, { requires: index === 0 ? [] : [`t${index - 1}`], produces: [`t${index}`] }),
  );
  return direction === "forwards" ? links : links.reverse();
}

test.each(["forwards", "backwards"] as const)("a chain of 20,000, declared %s", { timeout: 10_000 }, (direction) => {
  const { order, cycles } = executionOrder({ protocols: chain(direction) });
  expect(order.every(({ name }, index) => name === `p${index}`)).toBe(true);
  expect(order).toHaveLength(LONG);
  expect(cycles).toEqual([]);
});

test("a ring of 20,000 is one cycle in the manifest's order", { timeout: 10_000 }, () => {
  const [first, ...rest] = chain("forwards");
  const ring = [declare("p0", { ...first, requires: [`t${LONG - 1}`] }), ...rest];
  const { order, cycles } = executionOrder({ protocols: ring });
  expect(order.every(({ name }, index) => name === `p${index}`)).toBe(true);
  expect(cycles.map((cycle) => [cycle.length, cycle[0], cycle.at(-1)])).toEqual([[LONG, "p0", `p${LONG - 1}`]]);
});

test("one that 20,000 wait for, and one that waits for 20,000", { timeout: 10_000 }, () => {
  const names = Array.from({ length: LONG }, (_, index) => `p${index}`);
  const readers = names.map((name) => declare(name, { requires: ["seed"], produces: [`of-${name}`] }));
  const all = [
    declare("last", { accepts: names.map((name) => `of-${name}`) }),
    ...readers,
    declare("first", { produces: ["seed"] }),
  ];
  expect(namesOf(executionOrder({ protocols: all }).order)).toEqual(["first", ...names, "last"]);
});
