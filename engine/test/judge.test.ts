import type { Instance, InstanceRef } from "@runa/store";
import type { ServerNotes } from "@runa/store/attempts";
import { expect, test } from "vitest";
import { silenceOf } from "../src/attempt/agent-work.ts";
import { judge } from "../src/attempt/judge.ts";
import { ScopeView } from "../src/evaluate/scope-view.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { declare, instanceOf, snapshotOf, unit } from "./support/builders.ts";

const TYPES = ["in", "out", "more", "yes", "no", "note", "stray"];
const QUIET: ServerNotes = {
  serverStarted: true,
  serverFailure: null,
  called: false,
  callsRefused: 0,
  lastRefusal: null,
};

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
    title: "it only withdrew",
    protocol: maker,
    there: [],
    delivered: [],
    notes: { called: true },
    outcome: { id: "not_delivered", types: ["out"], silence: { kind: "nothing_left" } },
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
  const calls = { ...QUIET, ...notes };
  const evidence = {
    view: viewOf(there, workUnit),
    delivered: refs(...delivered),
    calls,
    silence: silenceOf(calls),
    byFile: [],
    written: [],
    withdrawn: [],
  };
  expect(judge(protocol, evidence)).toEqual(outcome);
});
