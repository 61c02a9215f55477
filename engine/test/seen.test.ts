import type { Instance, InstanceRef, Moment } from "@runa/store";
import { expect, test } from "vitest";
import type { ClaimedAttempt } from "../src/attempt/attempt.ts";
import { instancesBefore, outputsDigest, seenBy } from "../src/attempt/evidence.ts";
import { ScopeView, seenOf } from "../src/evaluate/scope-view.ts";
import { declare, instanceOf, methodologyOf, snapshotOf, unit, when } from "./support/builders.ts";

const TYPES = ["in", "out", "note"];

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
  written?: readonly Instance[];
  withdrawn?: readonly Instance[];
  superseded?: readonly Instance[];
  workUnit?: string;
}) {
  const { before, written = [], withdrawn = [], superseded = [], workUnit } = rows;
  const [protocol] = methodologyOf(TYPES, [reader]).protocols;
  if (protocol === undefined) throw new Error("one protocol was declared");
  const attempt: ClaimedAttempt = {
    phase: "claimed",
    id: "a",
    candidate: { protocol, workUnit: workUnit === undefined ? null : unit(workUnit) },
    place: { directory: "/", workspace: "/workspace" },
    started: 1 as Moment,
    since: 0,
    before: instancesBefore(viewOf(before, workUnit), protocol),
    tries: 1,
    adopted: false,
  };
  return seenBy(attempt, { written, withdrawn: refs(...withdrawn) }, refs(...superseded));
}

const input = instanceOf("in", "i", { hash: "old" });

test("an attempt records the types that requires or the trigger names, and no other", () => {
  expect(Object.keys(seen({ before: [input], written: [out] }))).toEqual(["in", "note"]);
});

test("every input that it did not write is recorded as it was at the start", () => {
  expect(seen({ before: [input], written: [out] }).in).toEqual(seenOf([input]));
});

test("what it delivered itself is recorded as it delivered it", () => {
  const written = instanceOf("note", "n", { hash: "written" });
  expect(seen({ before: [note], written: [written] }).note).toEqual(seenOf([written]));
  expect(seen({ before: [], written: [written] }).note).toEqual(seenOf([written]));
  // Beside it lay another one that is not its own.
  const other = instanceOf("note", "other");
  expect(seen({ before: [other], written: [written] }).note).toEqual(seenOf([other, written]));
});

test("what it took away itself is recorded as gone, unless it delivered it again", () => {
  expect(seen({ before: [note], superseded: [note] }).note).toEqual(seenOf([]));
  expect(seen({ before: [note], withdrawn: [note] }).note).toEqual(seenOf([]));
  const again = instanceOf("note", "n", { hash: "again" });
  expect(seen({ before: [note], withdrawn: [note], written: [again] }).note).toEqual(seenOf([again]));
});

test("the record tells the valid ones apart", () => {
  const bad = broken("note");
  const record = seen({ before: [note, bad] }).note;
  expect(record).toEqual(seenOf([note, bad]));
  expect(record?.valid).toBe(seenOf([note]).all);
  expect(record?.all).not.toBe(record?.valid);
});

test("the record holds what its work unit sees", () => {
  const own = of("in", "own", "w1");
  const theirs = of("in", "theirs", "w2");
  const record = seen({ before: [own, theirs, input], workUnit: "w1" });
  expect(record.in).toEqual(seenOf([own, input]));
});

test("a digest of outputs holds every type that may be written, but what was taken away", () => {
  const [protocol] = methodologyOf(TYPES, [reader]).protocols;
  if (protocol === undefined) throw new Error("one protocol was declared");
  const whole = outputsDigest(viewOf([out, note, input]), protocol);
  expect(outputsDigest(viewOf([out, note]), protocol)).toBe(whole);
  expect(outputsDigest(viewOf([out]), protocol)).not.toBe(whole);
  expect(outputsDigest(viewOf([note]), protocol)).not.toBe(whole);
  expect(outputsDigest(viewOf([out, note, broken("note")]), protocol, refs(broken("note")))).toBe(whole);
});
