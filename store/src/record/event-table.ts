import type { WallTime } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { canonicalJson, sha256 } from "../json/canonical.ts";
import { rfc3339, wallTime } from "../wall-time.ts";
import { noteStepBack } from "./clock-table.ts";
import type { EventBodies, EventKind, EventRow, NewEvent } from "./events.ts";

/** Which events are asked for; what is left out asks for all. */
export interface EventFilter {
  /** Only later ones than this `seq`. */
  readonly after?: number | undefined;
  /** The id of an attempt. */
  readonly attempt?: string | undefined;
  /** Of this protocol, or of one of its attempts. */
  readonly protocol?: string | undefined;
  /** Of this work unit, or of one of its attempts. */
  readonly workUnit?: string | undefined;
  readonly kind?: EventKind | undefined;
  /** Dated then or later. */
  readonly since?: WallTime | undefined;
}

/** What the first row has for the hash of a row before it. */
export const FIRST_PREV = `sha256:${"0".repeat(64)}`;

const LAST = "SELECT seq, at, hash FROM event ORDER BY seq DESC LIMIT 1";
const UNTIL = "SELECT seq, at FROM event WHERE at <= ? AND seq <= ? ORDER BY seq DESC LIMIT 1";
const ONE = "SELECT * FROM event WHERE seq = ?";
const APPEND = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)";
const ATTEMPTS = "SELECT DISTINCT attempt FROM event WHERE attempt >= ? AND attempt < ? || char(0x10ffff) LIMIT ?";
const OF_PROTOCOL = `? IN (CASE WHEN json_valid(body) THEN json_extract(body, '$.protocol') END, (SELECT protocol FROM attempt WHERE id = event.attempt))`;
const OF_WORK_UNIT = `? IN (CASE WHEN json_valid(body) THEN json_extract(body, '$.work_unit') END, (SELECT work_unit FROM attempt WHERE id = event.attempt))`;
const PROTOCOLS = `SELECT DISTINCT json_extract(body, '$.protocol') AS protocol FROM event
  WHERE json_valid(body) AND json_type(body, '$.protocol') = 'text' ORDER BY protocol`;
const METHODOLOGY = `SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.fingerprint') END AS fingerprint FROM event
  WHERE kind = 'methodology_changed' ORDER BY seq DESC LIMIT 1`;

const GATES = "SELECT * FROM event WHERE kind = 'gates_changed' ORDER BY seq";
const LAST_GATES = `${GATES} DESC LIMIT 1`;

/** By so much, in microseconds, time synchronisation sets a clock back in daily use: no event is made of it. */
export const SET_RIGHT = 1_000_000;

/** Where the log ends: the last row's number, time and hash; null for an empty log. */
export function lastEvent(connection: Connection): Pick<EventRow, "seq" | "at" | "hash"> | null {
  return (connection.statement(LAST).get() as Pick<EventRow, "seq" | "at" | "hash"> | undefined) ?? null;
}

/**
 * Appends one event; only inside a write transaction, the one that records the fact it tells, so that neither is there
 * without the other.
 * @throws StoreError where the log does not end with a number that another could follow
 */
export function append(connection: Connection, event: NewEvent, at: WallTime = wallTime()): void {
  const last = lastEvent(connection);
  const seq = (last?.seq ?? 0) + 1;
  if (seq < 1 || !Number.isSafeInteger(seq)) throw connection.damaged();
  if (last !== null && last.at - at > SET_RIGHT) noteStepBack(connection, seq);
  const { kind, attempt } = event;
  const prev = last?.hash ?? FIRST_PREV;
  const body = canonicalJson(event.body);
  const hash = eventHash({ seq, at, kind, attempt, body, prev });
  connection.statement(APPEND).run(seq, at, kind, attempt, body, prev, hash);
}

/**
 * The hash that a row must have: over the hash before it and the canonical JSON of everything else, with `at` in RFC
 * 3339, as `runa log --json` prints it. The body goes in as the bytes that are stored.
 */
export function eventHash({ seq, at, kind, attempt, body, prev }: Omit<EventRow, "hash">): string {
  const ofAttempt = attempt === null ? "" : `"attempt":${JSON.stringify(attempt)},`;
  return sha256(
    `${prev}{"at":${JSON.stringify(rfc3339(at))},${ofAttempt}"body":${body},"kind":${JSON.stringify(kind)},"seq":${seq}}`,
  );
}

/** The last event that is dated then or before, of those up to one; null where there is none. */
export function lastEventUntil(
  connection: Connection,
  at: WallTime,
  upTo: number = Number.MAX_SAFE_INTEGER,
): Pick<EventRow, "seq" | "at"> | null {
  return (connection.statement(UNTIL).get(at, upTo) as Pick<EventRow, "seq" | "at"> | undefined) ?? null;
}

/** One event; null where there is none of this number. */
export function findEvent(connection: Connection, seq: number): EventRow | null {
  return (connection.statement(ONE).get(seq) as EventRow | undefined) ?? null;
}

/** The events chosen, in order; with `last`, where there are more than `limit`, the last ones. A negative limit is none. */
export function events(connection: Connection, filter: EventFilter, limit: number, last: boolean): EventRow[] {
  const { where, values } = conditions(filter);
  const rows = connection
    .statement(`SELECT * FROM event ${where} ORDER BY seq ${last ? "DESC" : ""} LIMIT ?`)
    .all(...values, limit) as EventRow[];
  return last ? rows.reverse() : rows;
}

export function countEvents(connection: Connection, filter: EventFilter): number {
  const { where, values } = conditions(filter);
  return (connection.statement(`SELECT count(*) AS count FROM event ${where}`).get(...values) as { count: number })
    .count;
}

function conditions({ after, attempt, protocol, workUnit, kind, since }: EventFilter): {
  where: string;
  values: unknown[];
} {
  const chosen: [string, unknown][] = [];
  if (after !== undefined) chosen.push(["seq > ?", after]);
  if (since !== undefined) chosen.push(["at >= ?", since]);
  if (attempt !== undefined) chosen.push(["attempt = ?", attempt]);
  if (kind !== undefined) chosen.push(["kind = ?", kind]);
  if (protocol !== undefined) chosen.push([OF_PROTOCOL, protocol]);
  if (workUnit !== undefined) chosen.push([OF_WORK_UNIT, workUnit]);
  return {
    where: chosen.length === 0 ? "" : `WHERE ${chosen.map(([condition]) => condition).join(" AND ")}`,
    values: chosen.map(([, value]) => value),
  };
}

/** Attempts that the log tells of and whose id begins so, at most `limit`. */
export function attemptsBeginning(connection: Connection, prefix: string, limit: number): string[] {
  const rows = connection.statement(ATTEMPTS).all(prefix, prefix, limit) as { attempt: string }[];
  return rows.map(({ attempt }) => attempt);
}

/** The protocols that events name. */
export function protocolsIn(connection: Connection): string[] {
  const rows = connection.statement(PROTOCOLS).all() as { protocol: string }[];
  return rows.map(({ protocol }) => protocol);
}

/** The fingerprint of the methodology that the log told of last; null where it told of none. */
export function lastMethodology(connection: Connection): string | null {
  return (connection.statement(METHODOLOGY).get() as { fingerprint: string | null } | undefined)?.fingerprint ?? null;
}

/** A methodology as the log tells of it; the body is made only when it is needed. */
export interface ToldMethodology {
  readonly fingerprint: string;
  readonly body: () => Omit<EventBodies["methodology_changed"], "fingerprint">;
}

/** Has the log tell of a methodology, unless it told of that one last; only inside a write transaction. */
export function appendMethodology(connection: Connection, { fingerprint, body }: ToldMethodology): void {
  if (lastMethodology(connection) === fingerprint) return;
  append(connection, { kind: "methodology_changed", attempt: null, body: { ...body(), fingerprint } });
}

/** The event that told of gates last; null where none did. */
export function lastGates(connection: Connection): EventRow | null {
  return (connection.statement(LAST_GATES).get() as EventRow | undefined) ?? null;
}

/** Every event that told of gates, in order. */
export function everyGates(connection: Connection): EventRow[] {
  return connection.statement(GATES).all() as EventRow[];
}
