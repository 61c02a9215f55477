import type { Instance, InstanceRef, Moment, ServerNotes } from "@runa/store";
import { expect, test } from "vitest";
import { ScopeView, seenOf } from "../src/evaluate/scope-view.ts";
import { instancesBefore, seenBy } from "../src/execute/evidence.ts";
import { judge, supersededBy } from "../src/execute/judge.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { declare, instanceOf, methodologyOf, snapshotOf, unit, when } from "./support/builders.ts";

const TYPES = ["in", "out", "more", "yes", "no", "note", "stray"];
const QUIET: ServerNotes = { serverStarted: true, callsRefused: 0, lastRefusal: null };

const verdict = { name: "verdict", members: ["yes", "no"] };
const maker = declare("maker", { requires: ["in"], produces: ["out"] });
const judging = declare("judging", { choices: [verdict] });

function viewOf(instances: readonly Instance[], workUnit: string | null = null) {
  return new ScopeView(snapshotOf(TYPES, instances), workUnit === null ? null : unit(workUnit));
}

const refs = (...instances: readonly Instance[]): InstanceRef[] => instances.map(({ type, id }) => ({ type, id }));

const out = instanceOf("out", "o");
const more = instanceOf("more", "m");
const note = instanceOf("note", "n");
const yes = instanceOf("yes", "y");
const no = instanceOf("no", "n");
const broken = (type: string, id = "broken") => instanceOf(type, id, { status: "invalid" });

interface Row {
  readonly title: string;
  readonly protocol: ProtocolDeclaration;
  readonly there: readonly Instance[];
  readonly delivered: readonly Instance[];
  readonly notes?: Partial<ServerNotes>;
  readonly workUnit?: string;
  readonly outcome: object;
}

const both = declare("both", { produces: ["out", "more"] });
const optional = declare("optional", { produces: ["out"], mayProduce: ["note"] });

/** Attempts.md section 2, sentence by sentence; the outcomes in the words of its section 1. */
const TABLE: readonly Row[] = [
  { title: "it delivered what it owes", protocol: maker, there: [out], delivered: [out], outcome: { id: "delivered" } },
  {
    title: "a protocol without outputs is delivered when its agent ends well",
    protocol: declare("tell"),
    there: [],
    delivered: [],
    outcome: { id: "delivered" },
  },
  {
    title: "what merely lay there from before does not count",
    protocol: maker,
    there: [out],
    delivered: [],
    outcome: { id: "not_delivered", types: ["out"], silence: { kind: "no_tool_called" } },
  },
  {
    title: "the agent never started the server",
    protocol: maker,
    there: [],
    delivered: [],
    notes: { serverStarted: false },
    outcome: { id: "not_delivered", types: ["out"], silence: { kind: "server_never_started" } },
  },
  {
    title: "every call was refused: how many, and the last violations",
    protocol: maker,
    there: [],
    delivered: [],
    notes: { callsRefused: 3, lastRefusal: { reason: "does not fit its schema", violations: [] } },
    outcome: {
      id: "not_delivered",
      types: ["out"],
      silence: { kind: "calls_refused", count: 3, last: { reason: "does not fit its schema", violations: [] } },
    },
  },
  {
    title: "one of two",
    protocol: both,
    there: [out, more],
    delivered: [more],
    outcome: { id: "not_delivered", types: ["out"], silence: { kind: "other_delivered" } },
  },
  {
    title: "every instance of a produces type has to be valid, those of before too",
    protocol: maker,
    there: [out, broken("out")],
    delivered: [out],
    outcome: { id: "invalid_output", outputs: [{ type: "out", id: "broken", violations: broken("out").violations }] },
  },
  {
    title: "in the scope: another work unit's broken one is its own business",
    protocol: { ...maker, scoped: true },
    there: [out, instanceOf("out", "theirs", { status: "invalid", workUnit: "w2" })],
    delivered: [out],
    workUnit: "w1",
    outcome: { id: "delivered" },
  },
  {
    title: "in the scope: one of no work unit counts",
    protocol: { ...maker, scoped: true },
    there: [out, broken("out")],
    delivered: [out],
    workUnit: "w1",
    outcome: { id: "invalid_output", outputs: [{ type: "out", id: "broken", violations: broken("out").violations }] },
  },
  {
    title: "invalid comes before not delivered",
    protocol: both,
    there: [broken("out"), more],
    delivered: [],
    outcome: { id: "invalid_output", outputs: [{ type: "out", id: "broken", violations: broken("out").violations }] },
  },
  {
    title: "may_produce needs nothing",
    protocol: optional,
    there: [out],
    delivered: [out],
    outcome: { id: "delivered" },
  },
  {
    title: "what is there of may_produce has to be valid",
    protocol: optional,
    there: [out, note, broken("note")],
    delivered: [out],
    outcome: { id: "invalid_output", outputs: [{ type: "note", id: "broken", violations: broken("note").violations }] },
  },
  {
    title: "exactly one member",
    protocol: judging,
    there: [yes],
    delivered: [yes],
    outcome: { id: "delivered" },
  },
  {
    title: "the other member that lay there before is no obstacle: it is superseded",
    protocol: judging,
    there: [yes, no],
    delivered: [yes],
    outcome: { id: "delivered" },
  },
  {
    title: "not even when it is invalid",
    protocol: judging,
    there: [yes, broken("no")],
    delivered: [yes],
    outcome: { id: "delivered" },
  },
  {
    title: "two members",
    protocol: judging,
    there: [yes, no],
    delivered: [yes, no],
    outcome: {
      id: "choice_unmet",
      choices: [{ group: "verdict", members: ["yes", "no"], delivered: ["yes", "no"] }],
      silence: { kind: "other_delivered" },
    },
  },
  {
    title: "no member, whatever lay there",
    protocol: judging,
    there: [yes],
    delivered: [],
    outcome: {
      id: "choice_unmet",
      choices: [{ group: "verdict", members: ["yes", "no"], delivered: [] }],
      silence: { kind: "no_tool_called" },
    },
  },
  {
    title: "the member that it delivered is not valid",
    protocol: judging,
    there: [broken("yes")],
    delivered: [broken("yes")],
    outcome: { id: "invalid_output", outputs: [{ type: "yes", id: "broken", violations: broken("yes").violations }] },
  },
  {
    title: "an unmet choice comes before what is missing",
    protocol: declare("all", { produces: ["out"], choices: [verdict] }),
    there: [],
    delivered: [],
    notes: { serverStarted: false },
    outcome: {
      id: "choice_unmet",
      choices: [{ group: "verdict", members: ["yes", "no"], delivered: [] }],
      silence: { kind: "server_never_started" },
    },
  },
];

test.each(TABLE)("judge: $title", ({ protocol, there, delivered, notes, workUnit, outcome }) => {
  const evidence = { view: viewOf(there, workUnit), delivered: refs(...delivered), notes: { ...QUIET, ...notes } };
  expect(judge(protocol, evidence)).toEqual(outcome);
});

const of = (type: string, id: string, workUnit: string | null) => instanceOf(type, id, { workUnit });

test.each([
  { title: "nothing of another member, nothing superseded", there: [yes], delivered: [yes], gone: [] },
  {
    title: "every instance of the other member",
    there: [yes, no, instanceOf("no", "n2")],
    delivered: [yes],
    gone: ["no/n", "no/n2"],
  },
  {
    title: "an older instance of the same member stays",
    there: [yes, instanceOf("yes", "older")],
    delivered: [yes],
    gone: [],
  },
  { title: "also where it was not valid", there: [yes, broken("no")], delivered: [yes], gone: ["no/broken"] },
  {
    title: "of its own work unit only",
    workUnit: "w1",
    there: [of("yes", "y", "w1"), of("no", "mine", "w1"), of("no", "theirs", "w2"), of("no", "shared", null)],
    delivered: [of("yes", "y", "w1")],
    gone: ["no/mine"],
  },
  {
    title: "one that counts for every work unit supersedes what does so too",
    workUnit: "w1",
    there: [of("yes", "y", null), of("no", "shared", null), of("no", "theirs", "w2")],
    delivered: [of("yes", "y", null)],
    gone: ["no/shared"],
  },
  {
    title: "an unscoped attempt decides for all",
    there: [of("yes", "y", null), of("no", "a", "w1"), of("no", "b", null)],
    delivered: [of("yes", "y", null)],
    gone: ["no/a", "no/b"],
  },
  {
    title: "what is no member of the choice stays",
    there: [yes, out, note],
    delivered: [yes, out],
    gone: [],
  },
])("superseded: $title", ({ there, delivered, workUnit, gone }) => {
  const superseded = supersededBy(judging, viewOf(there, workUnit), refs(...delivered));
  expect(superseded.map(({ type, id }) => `${type}/${id}`)).toEqual(gone);
});

test("each choice group for itself", () => {
  const protocol = declare("two", { choices: [verdict, { name: "size", members: ["out", "more"] }] });
  const superseded = supersededBy(protocol, viewOf([yes, no, out, more]), refs(no, out));
  expect(superseded.map(({ type }) => type)).toEqual(["yes", "more"]);
});

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
