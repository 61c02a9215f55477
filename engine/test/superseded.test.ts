import type { Instance, InstanceRef } from "@runa/store";
import { expect, test } from "vitest";
import { supersededBy } from "../src/attempt/judge.ts";
import { ScopeView } from "../src/evaluate/scope-view.ts";
import { declare, instanceOf, snapshotOf, unit } from "./support/builders.ts";

const TYPES = ["out", "more", "yes", "no", "note"];

const verdict = { name: "verdict", members: ["yes", "no"] };
const judging = declare("judging", { choices: [verdict] });

function viewOf(instances: readonly Instance[], workUnit?: string) {
  return new ScopeView(snapshotOf(TYPES, instances), workUnit === undefined ? null : unit(workUnit));
}

const refs = (...instances: readonly Instance[]): InstanceRef[] => instances.map(({ type, id }) => ({ type, id }));

const out = instanceOf("out", "o");
const more = instanceOf("more", "m");
const note = instanceOf("note", "n");
const yes = instanceOf("yes", "y");
const no = instanceOf("no", "n");
const broken = (type: string) => instanceOf(type, "broken", { status: "invalid" });

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
    title: "of its own work unit or of none, as its scope counts them",
    workUnit: "w1",
    there: [of("yes", "y", "w1"), of("no", "mine", "w1"), of("no", "theirs", "w2"), of("no", "shared", null)],
    delivered: [of("yes", "y", "w1")],
    gone: ["no/mine", "no/shared"],
  },
  {
    title: "the same by one that counts for every work unit",
    workUnit: "w1",
    there: [of("yes", "y", null), of("no", "mine", "w1"), of("no", "shared", null), of("no", "theirs", "w2")],
    delivered: [of("yes", "y", null)],
    gone: ["no/mine", "no/shared"],
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
