import type { ContentHash, InstanceRef, Moment, WallTime, WorkUnit } from "../artifact.ts";
import type { Store } from "../connection/store.ts";
import { isText } from "../connection/stored.ts";
import { type InstanceState, SUCCEEDED, SUCCESS_ENDED } from "./attempt-table.ts";
import { type DeliveredVia, deliveriesOf, isVia } from "./delivery-table.ts";
import { lastEvent } from "./event-table.ts";
import { inputsOfAttempt } from "./given-table.ts";

/** One change of an instance, as the log tells of it. */
export interface LoggedChange extends InstanceRef {
  readonly seq: number;
  readonly at: WallTime;
  /** What it was then, or had been until it went; null where the log does not tell. */
  readonly contentHash: ContentHash | null;
  readonly isGone: boolean;
  /** The attempt that delivered it or took it away; null for what a scan found, and for a server that was started by hand. */
  readonly attempt: string | null;
}

/** What is recorded of an attempt for whoever asks why it was made. */
export interface AttemptFacts {
  readonly id: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly startedAt: WallTime;
  /** What its agent was given. */
  readonly inputs: readonly InstanceState[];
  /** What it delivered or confirmed; of several deliveries of one instance the last. */
  readonly delivered: readonly InstanceState[];
  /** The last success of the same candidate before it. */
  readonly successBefore: string | null;
}

/** A delivery of content that lay there already. */
export interface Redelivery extends InstanceState {
  readonly attempt: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly via: DeliveredVia;
  /** Null where the log does not tell. */
  readonly at: WallTime | null;
}

// A body that is no JSON, because somebody edited it, tells of no change. The order in which SQL looks at conditions is free.
const SOUND_BODY = "CASE WHEN json_valid(body) THEN body ELSE '{}' END";
const CHANGES = `
  SELECT seq, at, json_extract(change.value, '$[1]') AS type, json_extract(change.value, '$[2]') AS id,
      json_extract(change.value, '$[3]') AS contentHash, json_extract(change.value, '$[0]') = 'removed' AS isGone, NULL AS attempt
    FROM event, json_each(${SOUND_BODY}, '$.changes') AS change
    WHERE seq > @after AND seq <= @until AND kind = 'scanned'
      AND (@type IS NULL OR json_extract(change.value, '$[1]') = @type)
      AND (@id IS NULL OR json_extract(change.value, '$[2]') = @id)
      AND json_extract(change.value, '$[0]') <> 'revalidated'
  UNION ALL
  SELECT seq, at, json_extract(${SOUND_BODY}, '$.artifact_type') AS told, json_extract(${SOUND_BODY}, '$.instance_id') AS named,
      json_extract(${SOUND_BODY}, '$.content_hash'),
      kind IN ('superseded', 'withdrawn') OR coalesce(json_extract(${SOUND_BODY}, '$.removed'), 0), attempt
    FROM event
    WHERE seq > @after AND seq <= @until
      AND kind IN ('delivery_accepted', 'superseded', 'withdrawn', 'decision', 'audited')
      AND (@type IS NULL OR told = @type) AND (@id IS NULL OR named = @id)
  ORDER BY seq`;
const CLAIM = "SELECT min(seq) AS seq FROM event WHERE attempt = ? AND kind = 'claimed'";
const FACTS = `SELECT id, protocol, work_unit AS workUnit, started_at AS startedAt,
    (SELECT id FROM attempt WHERE protocol = this.protocol AND work_unit IS this.work_unit
      AND ${SUCCEEDED} AND ${SUCCESS_ENDED} < this.started ORDER BY ${SUCCESS_ENDED} DESC LIMIT 1) AS successBefore
  FROM attempt AS this WHERE id = ?`;
const REDELIVERED = `SELECT artifact_type AS type, instance_id AS id, content_hash AS contentHash, via, delivery.attempt,
    protocol, work_unit AS workUnit,
    (SELECT max(event.at) FROM event WHERE event.attempt = delivery.attempt AND kind = 'delivery_accepted'
      AND json_extract(body, '$.artifact_type') = artifact_type AND json_extract(body, '$.instance_id') = instance_id) AS at
  FROM delivery JOIN attempt ON attempt.id = delivery.attempt
  WHERE artifact_type = @type AND instance_id = @id AND content_hash = @contentHash AND delivery.at > @after
  ORDER BY delivery.at DESC LIMIT 1`;
const TAKEN_AWAY = `SELECT json_extract(${SOUND_BODY}, '$.artifact_type') AS type, json_extract(${SOUND_BODY}, '$.instance_id') AS id
  FROM event WHERE attempt = ? AND kind IN ('superseded', 'withdrawn')`;

/** Which changes are asked for; what is left out asks for all. */
export interface ChangeQuery {
  readonly type?: string | undefined;
  readonly id?: string | undefined;
  /** Up to the event of this number. */
  readonly until?: number | undefined;
}

/** So many events are read at once: those of a long log need not fit into memory. */
const TOGETHER = 20_000;

/**
 * How instances came, changed and went, the earliest first. A scan of an older runa that found many lists only the first of them.
 * @throws StoreError
 */
export function* changesIn({ connection }: Store, { type, id, until }: ChangeQuery): Generator<LoggedChange> {
  const last = Math.min(until ?? Number.POSITIVE_INFINITY, lastEvent(connection)?.seq ?? 0);
  for (let after = 0; after < last; after += TOGETHER) {
    const rows = connection
      .statement(CHANGES)
      .all({ type: type ?? null, id: id ?? null, after, until: Math.min(last, after + TOGETHER) });
    for (const row of rows as (Omit<LoggedChange, "isGone"> & { isGone: number })[])
      if (isText(row.type) && isText(row.id)) yield { ...row, isGone: row.isGone === 1 };
  }
}

/** How instances of a type came, changed and went, the earliest first. */
export function changesOf(store: Store, type: string): LoggedChange[] {
  return [...changesIn(store, { type })];
}

/** The number of the event that tells of an attempt's claim; null where the log does not. */
export function claimOf({ connection }: Store, attempt: string): number | null {
  return (connection.statement(CLAIM).get(attempt) as { seq: number | null }).seq;
}

/** What is recorded of an attempt; null for one that is not known. */
export function attemptFacts({ connection }: Store, id: string): AttemptFacts | null {
  const row = connection.statement(FACTS).get(id) as Omit<AttemptFacts, "inputs" | "delivered"> | undefined;
  if (row === undefined) return null;
  const delivered = new Map(deliveriesOf(connection, id).map((one) => [`${one.type}/${one.id}`, one]));
  return { ...row, inputs: inputsOfAttempt(connection, id), delivered: [...delivered.values()] };
}

/** What an attempt withdrew, and what its success superseded, as the log tells. */
export function takenAwayBy({ connection }: Store, attempt: string): InstanceRef[] {
  return connection.statement(TAKEN_AWAY).all(attempt) as InstanceRef[];
}

/** The last time after a moment that an attempt delivered or confirmed exactly this content; null for never. */
export function redelivered({ connection }: Store, instance: InstanceState, after: Moment): Redelivery | null {
  const { type, id, contentHash } = instance;
  const row = connection.statement(REDELIVERED).get({ type, id, contentHash, after }) as Redelivery | undefined;
  return row !== undefined && isVia(row.via) ? row : null;
}
