import type { Json, WallTime, WorkUnit } from "../artifact.ts";
import type { CandidateName } from "../candidate.ts";
import {
  isCount,
  isNumber,
  isObject,
  isText,
  listOf,
  objectOf,
  oneOf,
  parsed,
  recordOf,
  type Shape,
} from "../connection/stored.ts";
import { isOutcome, isSeen, isUsage } from "./attempt-table.ts";
import { isVia } from "./delivery-table.ts";

/** Why a call was refused, in one word for the log; the text beside it may quote what the caller sent. */
const REFUSAL_REASONS = [
  "bad_arguments",
  "bad_instance_id",
  "not_an_output",
  "invalid_artifact",
  // It cannot be kept as JSON: too long, too deeply nested, not representable.
  "not_json",
  // The artifact, or the instance that lies there, is of another work unit.
  "other_work_unit",
  "attempt_ended",
  "outside_attempt",
  // What is to be confirmed or withdrawn is not there.
  "not_there",
  // What is to be confirmed is not valid.
  "not_valid",
  // What is to be confirmed was written since.
  "changed",
  // The file system refused.
  "not_written",
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What a person says of an instance: yes, no, or that an earlier decision is withdrawn. */
export const VERDICTS = ["approved", "rejected", "revoked"] as const;

export type Verdict = (typeof VERDICTS)[number];

/** What only people do, by the word of its command. */
const DECIDING_VERBS = ["approve", "reject", "revoke", "accept", "reopen", "serve"] as const;

/** Who did what an event tells: a person, the agent of an attempt, or runa of its own accord. */
export type Actor =
  | { readonly kind: "person"; readonly name: string }
  | { readonly kind: "attempt"; readonly attempt: string }
  | { readonly kind: "runa" };

function isActor(value: unknown): value is Actor {
  if (!isObject(value)) return false;
  switch (value.kind) {
    case "person":
      return isText(value.name);
    case "attempt":
      return isText(value.attempt);
    default:
      return value.kind === "runa";
  }
}

const isTrue: Shape<true> = (value): value is true => value === true;
const isChange = oneOf(["new", "modified", "revalidated", "removed"]);

const isBrokenFile = oneOf(["invalid", "malformed"]);

/** What a scan found of an instance beside its content; what is left out is valid, of no work unit, and not known as delivered. */
const isFound = objectOf({}, { status: isBrokenFile, work_unit: isText, delivered_at: isCount });

type ListedChange = readonly [
  change: Typed<typeof isChange>,
  type: string,
  id: string,
  contentHash: string,
  found?: Typed<typeof isFound>,
];

const isListedChange: Shape<ListedChange> = (value): value is ListedChange =>
  Array.isArray(value) &&
  (value.length === 4 || (value.length === 5 && isFound(value[4]))) &&
  isChange(value[0]) &&
  value.slice(0, 4).every(isText);

type ListedGap = readonly [type: string, path: string, reason: string];

const isListedGap: Shape<ListedGap> = (value): value is ListedGap =>
  Array.isArray(value) && value.length === 3 && value.every(isText);

type ListedInput = readonly [type: string, id: string, contentHash: string];

const isListedInput: Shape<ListedInput> = isListedGap;

const WORK_UNIT = { work_unit: isText };
/**
 * When the store learned of it, by its own count. Older runas left it out: an event that has it holds all that decides, so
 * that the state of any moment can be folded from events.
 */
const MOMENT = { moment: isCount };
/** What a success saw, and what lay there when it ended, as its attempt's row has it. */
const LEFT = { ...MOMENT, seen: isSeen, outputs_after: isText };
const INSTANCE = { artifact_type: isText, instance_id: isText };
const isAttemptVia = oneOf(["tool", "file", "confirmed"]);
const isCheckpointReason = oneOf(["count", "upgrade", "rebuild"]);
const isWriter = oneOf(["attempt", "server", "hand"]);
const isInputChange = oneOf(["new", "modified", "spoilt", "unapproved", "removed"]);
const isBroken = oneOf(["invalid", "malformed", "stale"]);
const isFileStatus = oneOf(["valid", "invalid", "malformed"]);
const isReopening = oneOf([
  "input_changed",
  "inputs_changed",
  "input_newer",
  "said_again",
  "output_missing",
  "output_broken",
  "choice_open",
]);
const isVerdict = oneOf(VERDICTS);
const WRITER = objectOf(
  { by: isWriter },
  { attempt: isText, protocol: isText, work_unit: isText, via: isAttemptVia, at: isText },
);
/** Why a candidate is executed again; each kind has its own members. */
const REOPENING = objectOf(
  { kind: isReopening },
  {
    artifact_type: isText,
    instance_id: isText,
    change: isInputChange,
    approval_type: isText,
    from: isText,
    to: isText,
    content_hash: isText,
    origin: WRITER,
    more: isCount,
    status: isBroken,
    choice: isText,
    members: listOf(isText),
    present: listOf(isText),
  },
);
const isGate = oneOf(["requires", "trigger", "accepts"]);
const isDecisionKind = oneOf(["approval", "rejection"]);
/** What a methodology has people decide, and what waits for it. */
const isGatesByProtocol = recordOf(
  objectOf({
    gates: listOf(objectOf({ type: isText, by: isGate }, { trigger: isText })),
    reads: listOf(isText),
    writes: listOf(isText),
  }),
);
const GATES = {
  manifest: isText,
  protocols: isGatesByProtocol,
  types: recordOf(
    objectOf({ kind: isDecisionKind, of: isText, schema: isText }, { min: isCount, role: isText, not_author: isTrue }),
  ),
};
/** That a person takes gates which are looser than before; what is signed is all of it but the signature. */
const ACCEPTANCE = objectOf(
  {
    v: isCount,
    project: isText,
    decision: oneOf(["methodology_accepted"]),
    methodology: isText,
    before: isText,
    by: objectOf({ name: isText }, { key: isText }),
    at: isText,
    log_head: isText,
  },
  { signature: isText },
);
const OWNER = objectOf({ pid: isCount }, { machine: isText });
const DELIVERY = { ...INSTANCE, content_hash: isText, via: isVia };
const RUN = { run: isText, pid: isCount };
const VIOLATIONS = {
  violations: listOf(objectOf({ path: isText, expected: isText }, { keyword: isText })),
  violation_count: isCount,
};

/** What an attempt's end is told with beside its outcome: each outcome has its own, which an older runa may have left out. */
const END_FACTS = {
  errno: isText,
  signal: isText,
  code: isCount,
  limit: oneOf(["wall", "idle", "output"]),
  amount: isNumber,
  invalid: listOf(objectOf(INSTANCE, VIOLATIONS)),
  invalid_count: isCount,
  choices: listOf(objectOf({ name: isText, members: listOf(isText), delivered: listOf(isText) })),
  missing: listOf(isText),
  silence: oneOf([
    "server_never_started",
    "server_failed",
    "no_tool_called",
    "nothing_left",
    "calls_refused",
    "other_delivered",
  ]),
  calls_refused: isCount,
  ended: oneOf(["settled", "exit_code_unknown"]),
  swept: listOf(objectOf({ pid: isCount, name: isText, signal: oneOf(["SIGTERM", "SIGKILL"]) })),
};

/**
 * The kinds of events, in the words of the log, and what the body of each tells (attempts.md section 8): hashes and names,
 * never content or a secret. `schemas/log-event.schema.json` says the same to others.
 */
const BODIES = {
  project_initialised: objectOf({ runa_version: isText, methodology: isText }),
  methodology_changed: objectOf({
    methodology: isText,
    manifest: isText,
    schemas: recordOf(isText),
    instructions: recordOf(isText),
    fingerprint: isText,
  }),
  scanned: objectOf(
    { new: isCount, modified: isCount, revalidated: isCount, removed: isCount, changes: listOf(isListedChange) },
    { ...MOMENT, schemas: recordOf(isText), gaps: listOf(isListedGap), changes_hash: isText },
  ),
  attempt_started: objectOf({ protocol: isText, pid: isCount }, WORK_UNIT),
  attempt_ended: objectOf(
    { protocol: isText, outcome: isOutcome },
    {
      ...WORK_UNIT,
      delivered: listOf(objectOf(DELIVERY)),
      duration_ms: isCount,
      usage: isUsage,
      ...LEFT,
      vouched: listOf(objectOf(INSTANCE)),
      superseded: listOf(objectOf(INSTANCE)),
      retry: isTrue,
      ...END_FACTS,
    },
  ),
  delivery_accepted: objectOf(DELIVERY, { ...WORK_UNIT, ...MOMENT, schema_hash: isText }),
  delivery_refused: objectOf({ reason: oneOf(REFUSAL_REASONS) }, { artifact_type: isText, ...VIOLATIONS }),
  superseded: objectOf(INSTANCE, { content_hash: isText, ...MOMENT }),
  withdrawn: objectOf({ ...INSTANCE, content_hash: isText }, { ...MOMENT, again: isTrue }),
  run_started: objectOf({ ...RUN, jobs: isCount }, { ...WORK_UNIT, aims: listOf(isText), until: isText }),
  run_ended: objectOf(
    {
      ...RUN,
      outcome: oneOf([
        "all_complete",
        "aim_reached",
        "quiescent_with_failures",
        "quiescent_with_blocked_work",
        "limit_reached",
        "methodology_changed",
        "policy_changed",
        "step_done",
        "error",
        "interrupted",
      ]),
      attempts: isCount,
      delivered: isCount,
      failed: isCount,
    },
    WORK_UNIT,
  ),
  claimed: objectOf(
    { protocol: isText, owner: OWNER },
    {
      ...WORK_UNIT,
      agent: listOf(isText),
      binding: isText,
      policy: isText,
      adopted: isTrue,
      ...MOMENT,
      run: isText,
      fingerprint: isText,
      instructions_hash: isText,
      inputs: listOf(isListedInput),
    },
  ),
  released: objectOf({ protocol: isText, owner: OWNER }, WORK_UNIT),
  // By hand it need not have succeeded, and belongs to no attempt.
  reopened: objectOf(
    { protocol: isText },
    { ...WORK_UNIT, ...MOMENT, last_success: isText, because: listOf(REOPENING) },
  ),
  /** The file of a decision, and what it says. What decides is read from here, whatever becomes of the file. */
  decision: objectOf(
    {
      ...INSTANCE,
      content_hash: isText,
      decision: isVerdict,
      subject: objectOf({ ...INSTANCE, content_hash: isText }),
      by: isText,
    },
    { ...WORK_UNIT, ...MOMENT, schema_hash: isText, author: isText, key: isText, policy: isText },
  ),
  // What the last run went by; with an acceptance where it is looser than what the run before went by.
  gates_changed: objectOf(
    { hash: isText, ...GATES },
    { former: isGatesByProtocol, acceptance: ACCEPTANCE, policy: isText },
  ),
  /** The hash of the state that the events up to one lead to; the state itself is kept beside the log. */
  checkpoint: objectOf({ through: isCount, state: isText, reason: isCheckpointReason }),
  /** What only people do was tried inside an attempt. */
  decision_refused: objectOf({ verb: oneOf(DECIDING_VERBS), reason: oneOf(["inside_attempt"]) }),
  accepted: objectOf(
    { protocol: isText, note: isText, outputs: listOf(objectOf({ ...INSTANCE, content_hash: isText })) },
    { ...WORK_UNIT, ...LEFT },
  ),
  /** Contents that were older than what is kept, and that nothing rested on. */
  pruned: objectOf({ contents: isCount, bytes: isCount }),
  /** A content that a person had erased wherever it lay. */
  forgotten: objectOf({ content_hash: isText, note: isText }),
  /** What the record of an attempt is from now on, or was until it was taken away; the work unit is the attempt's. */
  audited: objectOf(
    { ...INSTANCE, content_hash: isText, protocol: isText },
    { ...WORK_UNIT, ...MOMENT, schema_hash: isText, status: isFileStatus, removed: isTrue },
  ),
};

type Typed<S> = S extends Shape<infer T> ? T : never;

/** Everything that the event log tells of. */
export type EventKind = keyof typeof BODIES;

/** What an event of each kind tells besides when, and in which attempt. Any of them may say who did it. */
export type EventBodies = { readonly [Kind in EventKind]: Typed<(typeof BODIES)[Kind]> & { readonly actor?: Actor } };

export type EndFacts = Partial<{ readonly [Key in keyof typeof END_FACTS]: Typed<(typeof END_FACTS)[Key]> }>;

/** What an event of an attempt's end tells of its outcome beside its name, and nothing of what it left. */
export function endFactsOf(body: EventBodies["attempt_ended"]): EndFacts {
  return Object.fromEntries(Object.entries(body).filter(([name]) => Object.hasOwn(END_FACTS, name)));
}

export type LoggedViolations = Pick<EventBodies["delivery_refused"], keyof typeof VIOLATIONS>;

export const EVENT_KINDS = Object.keys(BODIES) as readonly EventKind[];

/** Whether a word is the kind of an event. */
export const isEventKind = oneOf(EVENT_KINDS);

/** An event that is to be appended. */
export type NewEvent = {
  readonly [Kind in EventKind]: {
    readonly kind: Kind;
    /** The attempt that it belongs to. */
    readonly attempt: string | null;
    readonly body: EventBodies[Kind];
  };
}[EventKind];

/** A row as it lies in the table; `body` is canonical JSON. */
export interface EventRow {
  readonly seq: number;
  /** When, by the machine's clock. It may be wrong, or be put back; `seq` is what orders. */
  readonly at: WallTime;
  readonly kind: string;
  readonly attempt: string | null;
  readonly body: string;
  /** The hash of the row before, or `FIRST_PREV`. */
  readonly prev: string;
  readonly hash: string;
}

type Frame = Pick<EventRow, "seq" | "at" | "attempt" | "prev" | "hash">;

/** An event of a kind, and with a body, that this runa knows. The body may hold members that it does not know. */
export type KnownEvent = {
  readonly [Kind in EventKind]: Frame & {
    readonly known: true;
    readonly kind: Kind;
    readonly body: EventBodies[Kind];
  };
}[EventKind];

/** An event that another runa wrote or somebody edited: what stands in its row, and nothing is made of it. */
export interface UnknownEvent extends Frame {
  readonly known: false;
  readonly kind: string;
  readonly body: Readonly<Record<string, Json>>;
}

/** One event of the log. */
export type LogEvent = KnownEvent | UnknownEvent;

/** The last time, in microseconds, that a date can have. */
const LAST_TIME = 8_640_000_000_000_000_000;

/** Whether what the body of a row holds is a decision's. */
export function isDecisionBody(body: unknown): body is EventBodies["decision"] {
  return BODIES.decision(body);
}

/** What a row tells; null for one that no runa can have written. */
export function decoded(row: { readonly [Column in keyof EventRow]: unknown }): LogEvent | null {
  const { seq, at, kind, attempt, prev, hash } = row;
  const body = typeof row.body === "string" ? parsed(row.body) : undefined;
  if (!isCount(seq) || seq === 0 || !isEventTime(at) || !isText(kind) || !isObject(body)) return null;
  const { actor } = body;
  const known = isEventKind(kind) && BODIES[kind](body) && (actor === undefined || isActor(actor));
  return { seq, at, kind, attempt, prev, hash, known, body } as LogEvent;
}

export function isEventTime(at: unknown): at is WallTime {
  return Number.isInteger(at) && Math.abs(at as number) <= LAST_TIME;
}

/** A candidate as the bodies of events name it. */
export function candidateBody({ protocol, workUnit }: CandidateName): { protocol: string; work_unit?: WorkUnit } {
  return { protocol, ...(workUnit !== null && { work_unit: workUnit }) };
}
