import { createHash } from "node:crypto";
import type { Instance, InstanceRef, Moment } from "@runa/store";
import { expect, test } from "vitest";
import type { ClaimedAttempt } from "../src/attempt/attempt.ts";
import { instancesBefore, outputsDigest, seenBy } from "../src/attempt/evidence.ts";
import { ScopeView } from "../src/evaluate/scope-view.ts";
import { declare, instanceOf, methodologyOf, snapshotOf, unit, when } from "./support/builders.ts";

const TYPES = ["in", "out", "note"];

function viewOf(instances: readonly Instance[], workUnit?: string) {
  return new ScopeView(snapshotOf(TYPES, instances), workUnit === undefined ? null : unit(workUnit));
}

/** A digest as every store holds it: of `id/content hash` of each instance, sorted, with a NUL between them. */
function digestOf(instances: readonly Instance[]): string {
  const members = instances.map(({ id, contentHash }) => `${id}/${contentHash}`).sort();
  return `sha256:${createHash("sha256").update(members.join("\0")).digest("hex")}`;
}

/** What is recorded of a type whose instances, all of them valid, are these. */
function allValid(...instances: readonly Instance[]) {
  return { valid: digestOf(instances), all: digestOf(instances) };
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
  return seenBy(
    attempt,
    { view: viewOf(before, workUnit), written, withdrawn: refs(...withdrawn) },
    refs(...superseded),
  );
}

const input = instanceOf("in", "i", { hash: "old" });

test("an attempt records the types that requires or the trigger names, and no other", () => {
  expect(Object.keys(seen({ before: [input], written: [out] }))).toEqual(["in", "note"]);
});

test("every input that it did not write is recorded as it was at the start", () => {
  expect(seen({ before: [input], written: [out] }).in).toEqual(allValid(input));
});

test("what it delivered itself is recorded as it delivered it", () => {
  const written = instanceOf("note", "n", { hash: "written" });
  expect(seen({ before: [note], written: [written] }).note).toEqual(allValid(written));
  expect(seen({ before: [], written: [written] }).note).toEqual(allValid(written));
  // Beside it lay another one that is not its own.
  const other = instanceOf("note", "other");
  expect(seen({ before: [other], written: [written] }).note).toEqual(allValid(other, written));
});

test("what it took away itself is recorded as gone, unless it delivered it again", () => {
  expect(seen({ before: [note], superseded: [note] }).note).toEqual(allValid());
  expect(seen({ before: [note], withdrawn: [note] }).note).toEqual(allValid());
  const again = instanceOf("note", "n", { hash: "again" });
  expect(seen({ before: [note], withdrawn: [note], written: [again] }).note).toEqual(allValid(again));
});

test("the record tells the valid ones apart", () => {
  const bad = broken("note");
  const record = seen({ before: [note, bad] }).note;
  expect(record).toEqual({ valid: digestOf([note]), all: digestOf([note, bad]) });
  expect(record?.all).not.toBe(record?.valid);
});

test("the record holds what its work unit sees", () => {
  const own = of("in", "own", "w1");
  const theirs = of("in", "theirs", "w2");
  const record = seen({ before: [own, theirs, input], workUnit: "w1" });
  expect(record.in).toEqual(allValid(own, input));
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
