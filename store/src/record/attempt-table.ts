import type { ContentHash, InstanceId, InstanceStatus, Moment, Violation, WallTime, WorkUnit } from "../artifact.ts";
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
  stored,
  storedJson,
  storedJsonOrNull,
} from "../connection/stored.ts";
import { wallTime } from "../wall-time.ts";

const OUTCOMES = [
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

/** Every way in which an attempt can end; `delivered` is the only success (attempts.md section 1). */
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

/** What is known of an attempt when it begins. */
export interface AttemptStart {
  readonly id: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly argv: readonly string[];
  readonly owner: Owner;
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

/** The part of an ended attempt that readiness asks for. */
export interface LastAttempt {
  readonly id: string;
  readonly protocol: string;
  readonly outcome: OutcomeId;
  readonly started: Moment;
  readonly ended: Moment;
  readonly outputsAfter: string;
  readonly fingerprint: string;
  readonly seen: Readonly<Record<string, SeenType>> | null;
  /** Whether its run was to try again after it. */
  readonly retry?: true;
}

/** An attempt that has not ended. */
export interface OpenAttempt {
  readonly id: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly started: Moment;
  readonly startedAt: WallTime;
  readonly owner: Owner;
  readonly agent: ProcessIdentity | null;
  readonly fenced: boolean;
}

/** How far an open attempt has come, for whoever watches it. */
export interface AttemptProgress {
  /** When its server last had a call that delivered, took away, or was refused; null before the first. */
  readonly lastCall: Moment | null;
  readonly ended: boolean;
}

/** A call that was refused, as it is kept: where and what was expected, never what was found. */
export interface Refusal {
  readonly reason: string;
  /** Without a keyword where it was the call's arguments, not the artifact, that were wrong. */
  readonly violations: readonly (Pick<Violation, "path" | "expected"> & Partial<Pick<Violation, "keyword">>)[];
}

/** What an attempt's server noted of its session. */
export interface ServerNotes {
  readonly serverStarted: boolean;
  /** Why it could not start, when it was tried and could not. */
  readonly serverFailure: string | null;
  /** Whether it had a call, one that delivered, took away, or was refused. */
  readonly called: boolean;
  readonly callsRefused: number;
  readonly lastRefusal: Refusal | null;
}

const INSERT = `INSERT INTO attempt (id, protocol, work_unit, argv, owner, started, started_at, fingerprint, instructions_hash, inputs, before)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const SET_AGENT = "UPDATE attempt SET agent = ? WHERE id = ?";
const SET_OWNER = "UPDATE attempt SET owner = ? WHERE id = ? AND owner = ? AND ended IS NULL";
const CALLED = "UPDATE attempt SET last_call = ? WHERE id = ?";
const PROGRESS = "SELECT last_call, ended FROM attempt WHERE id = ?";
const STARTED = "SELECT started_at FROM attempt WHERE id = ?";
// What a person accepted counts as delivered, and as having ended then.
const DELIVERED = "(outcome = 'delivered' OR accepted IS NOT NULL)";
const OUTCOME = "iif(accepted IS NULL, outcome, 'delivered') AS outcome";
// Attempts of one candidate never overlap: of several that ended at one moment, the one that began last is the last.
const LAST_FIRST = "ORDER BY ended DESC, rowid DESC LIMIT 1";
const LAST_OF_CANDIDATE = `SELECT id, ${OUTCOME} FROM attempt WHERE protocol = ? AND work_unit IS ? AND ended IS NOT NULL
  ${LAST_FIRST}`;
const FENCE = "UPDATE attempt SET fenced = ? WHERE id = ? AND fenced IS NULL";
const END = `UPDATE attempt SET ended = ?, fenced = coalesce(fenced, ?), outcome = ?, detail = ?, seen = ?, outputs_after = ?, usage = ?, before = '[]'
  WHERE id = ? AND ended IS NULL AND (? IS NULL OR owner = ?)`;
const ACCEPT = "UPDATE attempt SET accepted = ?, seen = ?, outputs_after = ? WHERE id = ?";
const LAST_COLUMNS = `id, protocol, ${OUTCOME}, started, coalesce(accepted, ended) AS ended, outputs_after, fingerprint, seen`;
const LAST_OF_SCOPE = `SELECT ${LAST_COLUMNS}, json_extract(detail, '$.retry') AS retry FROM attempt
  WHERE rowid IN (${lastOfEach("ended IS NOT NULL")})`;
const LAST_SUCCESS_OF_SCOPE = `SELECT ${LAST_COLUMNS}, NULL AS retry FROM attempt
  WHERE rowid IN (${lastOfEach(DELIVERED)})`;
const WORKED = "SELECT DISTINCT work_unit FROM attempt WHERE work_unit IS NOT NULL";
const OPEN_COLUMNS = "SELECT id, protocol, work_unit, started, started_at, owner, agent, fenced FROM attempt";
const OPEN = `${OPEN_COLUMNS} WHERE ended IS NULL ORDER BY started, rowid`;
const ONE_OPEN = `${OPEN_COLUMNS} WHERE id = ? AND ended IS NULL`;
const BEFORE = "SELECT before FROM attempt WHERE id = ?";
const SERVER_STARTED = "UPDATE attempt SET server_started = 1 WHERE id = ?";
const SERVER_FAILED = "UPDATE attempt SET server_failure = ? WHERE id = ?";
const REFUSED = "UPDATE attempt SET calls_refused = calls_refused + 1, last_refusal = ?, last_call = ? WHERE id = ?";
const NOTES = "SELECT server_started, server_failure, last_call, calls_refused, last_refusal FROM attempt WHERE id = ?";

/** The rows of the last attempts that fulfil a condition, one for each protocol of a scope. */
function lastOfEach(condition: string): string {
  return `SELECT (SELECT rowid FROM attempt WHERE work_unit IS @scope AND protocol = each.protocol AND ${condition} ${LAST_FIRST})
    FROM (SELECT DISTINCT protocol FROM attempt WHERE work_unit IS @scope) AS each`;
}

const isProcess: Shape<ProcessIdentity> = objectOf<ProcessIdentity>({ pid: isCount, startTime: isTextOrNull });
const isOwner: Shape<Owner> = objectOf<Owner>({
  pid: isCount,
  startTime: isTextOrNull,
  machine: isTextOrNull,
  boot: isTextOrNull,
  pidNamespace: isTextOrNull,
});
export const isOutcome = oneOf(OUTCOMES);
export const isUsage = objectOf<object, Usage>({}, { tokens: isNumber, cost_usd: isNumber, model: isText });
const isSeen = recordOf(objectOf<SeenType>({ valid: isText, all: isText }));
const isRefusal = objectOf<Refusal>({
  reason: isText,
  violations: listOf(objectOf({ path: isText, expected: isText })),
});
const isBefore = listOf(
  objectOf<InstanceBefore>({
    type: isText,
    id: isText as Shape<InstanceId>,
    contentHash: isText as Shape<ContentHash>,
    status: oneOf(["valid", "invalid", "malformed", "stale"]),
    mtime: isTextOrNull,
  }),
);

interface LastColumns {
  id: string;
  protocol: string;
  outcome: OutcomeId;
  started: Moment;
  ended: Moment;
  outputs_after: string;
  fingerprint: string;
  seen: string | null;
  retry: number | null;
}

interface OpenColumns {
  id: string;
  protocol: string;
  work_unit: WorkUnit | null;
  started: Moment;
  started_at: WallTime;
  owner: string;
  agent: string | null;
  fenced: Moment | null;
}

export function insertAttempt(connection: Connection, start: AttemptStart, started: Moment): void {
  connection
    .statement(INSERT)
    .run(
      start.id,
      start.protocol,
      start.workUnit,
      JSON.stringify(start.argv),
      JSON.stringify(start.owner),
      started,
      wallTime(),
      start.fingerprint,
      start.instructionsHash,
      JSON.stringify(start.inputs),
      JSON.stringify(start.before),
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

/** Notes that the attempt's server had a call, whatever came of it. */
export function noteCall(connection: Connection, id: string, at: Moment): void {
  connection.statement(CALLED).run(at, id);
}

export function attemptProgress(connection: Connection, id: string): AttemptProgress | null {
  const row = connection.statement(PROGRESS).get(id) as { last_call: Moment | null; ended: Moment | null } | undefined;
  return row === undefined ? null : { lastCall: row.last_call, ended: row.ended !== null };
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

/** The last attempt of a candidate that has ended; null for none. */
export function lastAttemptOf(
  connection: Connection,
  protocol: string,
  workUnit: WorkUnit | null,
): Pick<LastAttempt, "id" | "outcome"> | null {
  const row = connection.statement(LAST_OF_CANDIDATE).get(protocol, workUnit);
  return (row as Pick<LastAttempt, "id" | "outcome"> | undefined) ?? null;
}

function lastFrom(connection: Connection, row: LastColumns): LastAttempt {
  return {
    id: row.id,
    protocol: row.protocol,
    outcome: stored(connection, row.outcome, isOutcome),
    started: stored(connection, row.started, isCount),
    ended: stored(connection, row.ended, isCount),
    outputsAfter: row.outputs_after,
    fingerprint: row.fingerprint,
    seen: storedJsonOrNull(connection, row.seen, isSeen),
    ...(row.retry === 1 && { retry: true }),
  };
}

/** The last ended attempt of each protocol for one work unit, or for none. */
export function lastAttempts(connection: Connection, workUnit: WorkUnit | null): LastAttempt[] {
  return (connection.statement(LAST_OF_SCOPE).all({ scope: workUnit }) as LastColumns[]).map((row) =>
    lastFrom(connection, row),
  );
}

/** The last successful attempt of each protocol for one work unit, or for none. */
export function lastSuccesses(connection: Connection, workUnit: WorkUnit | null): LastAttempt[] {
  return (connection.statement(LAST_SUCCESS_OF_SCOPE).all({ scope: workUnit }) as LastColumns[]).map((row) =>
    lastFrom(connection, row),
  );
}

/** The work units for which there was an attempt. */
export function workedUnits(connection: Connection): ReadonlySet<WorkUnit> {
  return new Set((connection.statement(WORKED).all() as { work_unit: WorkUnit }[]).map((row) => row.work_unit));
}

function openFrom(connection: Connection, row: OpenColumns): OpenAttempt {
  return {
    id: row.id,
    protocol: row.protocol,
    workUnit: row.work_unit,
    started: stored(connection, row.started, isCount),
    startedAt: row.started_at,
    owner: storedJson(connection, row.owner, isOwner),
    agent: storedJsonOrNull(connection, row.agent, isProcess),
    fenced: row.fenced !== null,
  };
}

export function openAttempts(connection: Connection): OpenAttempt[] {
  return (connection.statement(OPEN).all() as OpenColumns[]).map((row) => openFrom(connection, row));
}

export function findOpenAttempt(connection: Connection, id: string): OpenAttempt | null {
  const row = connection.statement(ONE_OPEN).get(id) as OpenColumns | undefined;
  return row === undefined ? null : openFrom(connection, row);
}

/** How everything that an open attempt may read or write lay there before it; empty once it has ended. */
export function instancesBeforeAttempt(connection: Connection, id: string): InstanceBefore[] {
  const row = connection.statement(BEFORE).get(id) as { before: string } | undefined;
  if (row === undefined) throw connection.damaged();
  return [...storedJson(connection, row.before, isBefore)];
}

export function noteServerStarted(connection: Connection, id: string): void {
  connection.statement(SERVER_STARTED).run(id);
}

export function noteServerFailed(connection: Connection, id: string, reason: string): void {
  connection.statement(SERVER_FAILED).run(reason, id);
}

export function noteRefusal(connection: Connection, id: string, refusal: Refusal, at: Moment): void {
  connection.statement(REFUSED).run(JSON.stringify(refusal), at, id);
}

export function serverNotes(connection: Connection, id: string): ServerNotes {
  const row = connection.statement(NOTES).get(id) as
    | {
        server_started: number;
        server_failure: string | null;
        last_call: Moment | null;
        calls_refused: number;
        last_refusal: string | null;
      }
    | undefined;
  // The row of an attempt is never deleted.
  if (row === undefined) throw connection.damaged();
  return {
    serverStarted: row.server_started === 1,
    serverFailure: row.server_failure,
    called: row.last_call !== null,
    callsRefused: row.calls_refused,
    lastRefusal: storedJsonOrNull(connection, row.last_refusal, isRefusal),
  };
}

/** What each column of an attempt's row may hold, but for those that hold any text: a rebuilt store keeps no other value. */
export const ATTEMPT_COLUMNS = {
  json: {
    argv: listOf(isText),
    owner: isOwner,
    agent: isProcess,
    detail: isObject,
    inputs: Array.isArray,
    before: isBefore,
    seen: isSeen,
    last_refusal: isRefusal,
    usage: isUsage,
  },
  words: { outcome: isOutcome },
  counts: ["started", "started_at", "fenced", "ended", "server_started", "calls_refused", "last_call", "accepted"],
  /** What replaces a damaged value by which nothing is decided. */
  instead: { argv: "[]", inputs: "[]", detail: "{}", agent: null, seen: null, last_refusal: null, usage: null },
} as const;
