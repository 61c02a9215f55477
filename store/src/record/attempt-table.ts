import type { ContentHash, InstanceId, InstanceStatus, Moment, WallTime, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import {
  isCount,
  isNumber,
  isObject,
  isText,
  isTextOrNull,
  listOf,
  objectOf,
  oneOf,
  recordOf,
  type Shape,
} from "../connection/stored.ts";
import { isRefusal } from "./server-notes.ts";

/** Every way in which an attempt can end; `delivered` is the only success (attempts.md section 1). */
export const OUTCOMES = [
  "not_started",
  "interrupted",
  "timed_out",
  "signalled",
  "exited",
  "invalid_output",
  "choice_unmet",
  "not_delivered",
  "abandoned",
  "delivered",
] as const;

export type OutcomeId = (typeof OUTCOMES)[number];

/** A process, so that another with the same pid is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the boot, as the system tells it; null where it does not. */
  readonly startTime: string | null;
}

/** The runa that executes an attempt. */
export interface Owner extends ProcessIdentity {
  readonly machine: string | null;
  readonly boot: string | null;
  readonly pidNamespace: string | null;
  /** Absent in what an older runa recorded, as is the user. */
  readonly timeNamespace?: string | null;
  readonly user?: number | null;
}

/** One instance as it was at some moment. */
export interface InstanceState {
  readonly type: string;
  readonly id: InstanceId;
  readonly contentHash: ContentHash;
}

/** An instance as it lay before an attempt, with what tells later whether its file was written. */
export interface InstanceBefore extends InstanceState {
  readonly status: InstanceStatus;
  readonly mtime: string | null;
}

/** What an attempt saw of one type: digests of the set of its valid instances and of all of them. */
export interface SeenType {
  readonly valid: string;
  readonly all: string;
}

/** Where an attempt's work is done. */
export interface Place {
  /** The directory in which it begins. */
  readonly directory: string;
  /** Where its artifacts go. */
  readonly workspace: string;
}

/** What is known of an attempt when it begins. */
export interface AttemptStart {
  readonly id: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly argv: readonly string[];
  readonly owner: Owner;
  readonly place: Place;
  /** Hash over the declaration, the instructions and the schemas that the protocol reads or writes. */
  readonly fingerprint: string;
  readonly instructionsHash: string;
  /** What the agent is given. */
  readonly inputs: readonly InstanceState[];
  /** Every instance that the protocol may read or write, as it lay there. */
  readonly before: readonly InstanceBefore[];
}

/** What an agent reported that it used; what it did not report is absent. */
export interface Usage {
  readonly tokens?: number;
  readonly cost_usd?: number;
  readonly model?: string;
}

/** How an attempt ended. */
export interface AttemptEnd {
  readonly outcome: OutcomeId;
  /** The outcome's own facts: exit code, signal, errno, types. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** For a success: what it saw of each type that its protocol reads. */
  readonly seen: Readonly<Record<string, SeenType>> | null;
  /** Digest of the owed outputs that lay there when it ended. */
  readonly outputsAfter: string;
  readonly usage: Usage | null;
}

/** What makes an attempt's row that of a success, and when that ended: what a person accepted counts as delivered then. */
export const SUCCEEDED = "(outcome = 'delivered' OR accepted IS NOT NULL)";
export const SUCCESS_ENDED = "coalesce(accepted, ended)";

const INSERT = `INSERT INTO attempt (id, protocol, work_unit, argv, owner, place, started, started_at, fingerprint, instructions_hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const SET_AGENT = "UPDATE attempt SET agent = ? WHERE id = ?";
const SET_OWNER = "UPDATE attempt SET owner = ? WHERE id = ? AND owner = ? AND ended IS NULL";
const STARTED = "SELECT started_at FROM attempt WHERE id = ?";
const ACCEPT = "UPDATE attempt SET accepted = ?, seen = ?, outputs_after = ? WHERE id = ?";
const FENCE = "UPDATE attempt SET fenced = ? WHERE id = ? AND fenced IS NULL";
const END = `UPDATE attempt SET ended = ?, fenced = coalesce(fenced, ?), outcome = ?, detail = ?, seen = ?, outputs_after = ?, usage = ?
  WHERE id = ? AND ended IS NULL AND (? IS NULL OR owner = ?)`;

export const isProcess: Shape<ProcessIdentity> = objectOf<ProcessIdentity>({ pid: isCount, startTime: isTextOrNull });
export const isOwner: Shape<Owner> = objectOf<Owner>({
  pid: isCount,
  startTime: isTextOrNull,
  machine: isTextOrNull,
  boot: isTextOrNull,
  pidNamespace: isTextOrNull,
});
export const isPlace = objectOf<Place>({ directory: isText, workspace: isText });
export const isOutcome = oneOf(OUTCOMES);
export const isUsage = objectOf<object, Usage>({}, { tokens: isNumber, cost_usd: isNumber, model: isText });
export const isSeen = recordOf(objectOf<SeenType>({ valid: isText, all: isText }));

export function insertAttempt(
  connection: Connection,
  start: AttemptStart,
  { started, startedAt }: { readonly started: Moment; readonly startedAt: WallTime },
): void {
  connection
    .statement(INSERT)
    .run(
      start.id,
      start.protocol,
      start.workUnit,
      JSON.stringify(start.argv),
      JSON.stringify(start.owner),
      JSON.stringify(start.place),
      started,
      startedAt,
      start.fingerprint,
      start.instructionsHash,
    );
}

export function setAgent(connection: Connection, id: string, agent: ProcessIdentity): void {
  connection.statement(SET_AGENT).run(JSON.stringify(agent), id);
}

/** From now on the attempt's server delivers nothing more. */
export function fence(connection: Connection, id: string, at: Moment): void {
  connection.statement(FENCE).run(at, id);
}

/**
 * Ends an attempt that is open and, where one is named, still that owner's.
 * @returns whether it was
 */
export function endAttemptRow(
  connection: Connection,
  id: string,
  end: AttemptEnd,
  at: Moment,
  owner: Owner | null = null,
): boolean {
  const named = owner === null ? null : JSON.stringify(owner);
  const { changes } = connection
    .statement(END)
    .run(
      at,
      at,
      end.outcome,
      JSON.stringify(end.detail),
      end.seen === null ? null : JSON.stringify(end.seen),
      end.outputsAfter,
      end.usage === null ? null : JSON.stringify(end.usage),
      id,
      named,
      named,
    );
  return changes > 0;
}

/**
 * Gives an open attempt to another owner, if it is still the one that it was found with.
 * @returns whether it was
 */
export function changeOwner(connection: Connection, id: string, from: Owner, to: Owner): boolean {
  return connection.statement(SET_OWNER).run(JSON.stringify(to), id, JSON.stringify(from)).changes > 0;
}

/** When an attempt that is known began. */
export function startOf(connection: Connection, id: string): WallTime {
  return (connection.statement(STARTED).get(id) as { started_at: WallTime }).started_at;
}

/** What an attempt that failed is accepted with. */
export interface Acceptance extends Pick<AttemptEnd, "outputsAfter"> {
  readonly seen: Readonly<Record<string, SeenType>>;
}

/** Has an attempt that failed count as delivered from now on, with what its candidate reads as it is now. */
export function acceptAttemptRow(
  connection: Connection,
  id: string,
  { seen, outputsAfter }: Acceptance,
  at: Moment,
): void {
  connection.statement(ACCEPT).run(at, JSON.stringify(seen), outputsAfter, id);
}

/** What each column of an attempt's row may hold, but for those that hold any text: a rebuilt store keeps no other value. */
export const ATTEMPT_COLUMNS = {
  json: {
    argv: listOf(isText),
    owner: isOwner,
    agent: isProcess,
    place: isPlace,
    detail: isObject,
    seen: isSeen,
    last_refusal: isRefusal,
    usage: isUsage,
  },
  words: { outcome: isOutcome },
  counts: ["started", "started_at", "fenced", "ended", "server_started", "calls_refused", "last_call", "accepted"],
  /** What replaces a damaged value by which nothing is decided. */
  instead: {
    argv: "[]",
    detail: "{}",
    agent: null,
    place: null,
    seen: null,
    last_refusal: null,
    usage: null,
  },
} as const;
