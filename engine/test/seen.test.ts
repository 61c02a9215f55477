import type { Instance, InstanceRef, Moment, ServerNotes } from "@runa/store";
import { expect, test } from "vitest";
import { ScopeView, seenOf } from "../src/evaluate/scope-view.ts";
import { instancesBefore, seenBy } from "../src/execute/evidence.ts";
import { declare, instanceOf, methodologyOf, snapshotOf, unit, when } from "./support/builders.ts";

const TYPES = ["in", "out", "note"];
const QUIET: ServerNotes = { serverStarted: true, callsRefused: 0, lastRefusal: null };

function viewOf(instances: readonly Instance[], workUnit?: string) {
  return new ScopeView(snapshotOf(TYPES, instances), workUnit === undefined ? null : unit(workUnit));
}

const refs = (...instances: readonly Instance[]): InstanceRef[] => instances.map(({ type, id }) => ({ type, id }));

const out = instanceOf("out", "o");
const note = instanceOf("note", "n");
const broken = (type: string) => instanceOf(type, "broken", { status: "invalid" });
const of = (type: string, id: string, workUnit: string | null) => instanceOf(type, id, { workUnit });

/** A protocol that reads `in` and `note`, and may write `note` itself. */
const reader = declare("reader", {
  requires: ["in"],
  produces: ["out"],
  mayProduce: ["note"],
  trigger: when.any(when.artifact("in"), when.invalid("note")),
});

function seen(rows: {
  before: readonly Instance[];
  after: readonly Instance[];
  delivered?: readonly Instance[];
  gone?: readonly Instance[];
  workUnit?: string;
}) {
  const { before, after, delivered = [], gone = [], workUnit } = rows;
  const [protocol] = methodologyOf(TYPES, [reader]).protocols;
  if (protocol === undefined) throw new Error("one protocol was declared");
  const attempt = {
    id: "a",
    protocol,
    workUnit: workUnit === undefined ? null : unit(workUnit),
    started: 1 as Moment,
    before: instancesBefore(viewOf(before, workUnit), protocol),
  };
  const evidence = { view: viewOf(after, workUnit), delivered: refs(...delivered), notes: QUIET };
  return seenBy(attempt, evidence, refs(...gone));
}

const input = instanceOf("in", "i", { hash: "old" });
const changed = instanceOf("in", "i", { hash: "new" });

test("an attempt records the types that requires or the trigger names, and no other", () => {
  expect(Object.keys(seen({ before: [input], after: [input, out], delivered: [out] }))).toEqual(["in", "note"]);
});

test("every input is recorded as it was at the start, when it was changed, came or went meanwhile", () => {
  const atStart = seenOf([input]);
  expect(seen({ before: [input], after: [input] }).in).toEqual(atStart);
  expect(seen({ before: [input], after: [changed] }).in).toEqual(atStart);
  expect(seen({ before: [input], after: [input, instanceOf("in", "new")] }).in).toEqual(atStart);
  expect(seen({ before: [input], after: [] }).in).toEqual(atStart);
});

test("what it delivered itself is recorded as it delivered it", () => {
  const written = instanceOf("note", "n", { hash: "written" });
  expect(seen({ before: [note], after: [written], delivered: [written] }).note).toEqual(seenOf([written]));
  expect(seen({ before: [], after: [written], delivered: [written] }).note).toEqual(seenOf([written]));
  // Beside it another one changed that is not its own.
  const other = instanceOf("note", "other", { hash: "before" });
  const meanwhile = instanceOf("note", "other", { hash: "after" });
  expect(seen({ before: [other], after: [written, meanwhile], delivered: [written] }).note).toEqual(
    seenOf([other, written]),
  );
});

test("what it took away itself is recorded as gone", () => {
  expect(seen({ before: [note], after: [note], gone: [note] }).note).toEqual(seenOf([]));
  expect(seen({ before: [note], after: [], gone: [note] }).note).toEqual(seenOf([]));
});

test("the record tells the valid ones apart", () => {
  const bad = broken("note");
  const record = seen({ before: [note, bad], after: [note, bad] }).note;
  expect(record).toEqual(seenOf([note, bad]));
  expect(record?.valid).toBe(seenOf([note]).all);
  expect(record?.all).not.toBe(record?.valid);
});

test("the record holds what its work unit sees", () => {
  const own = of("in", "own", "w1");
  const theirs = of("in", "theirs", "w2");
  const record = seen({ before: [own, theirs, input], after: [own, theirs, input], workUnit: "w1" });
  expect(record.in).toEqual(seenOf([own, input]));
});
