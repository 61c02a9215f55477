import type { ContentHash, InstanceId, Moment, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { oneOf, stored } from "../connection/stored.ts";
import { SUCCEEDED } from "./attempt-table.ts";

const VIAS = ["tool", "file", "confirmed", "hand"] as const;

/** How an instance came to count as delivered (attempts.md section 2); `hand`: a person delivered it, outside of any attempt. */
export type DeliveredVia = (typeof VIAS)[number];

export const isVia = oneOf(VIAS);

export interface DeliveryRow {
  /** Null for a person, and for a server that was started by hand. */
  readonly attempt: string | null;
  readonly type: string;
  readonly id: InstanceId;
  readonly contentHash: ContentHash;
  readonly at: Moment;
  readonly via: DeliveredVia;
}

interface Columns {
  attempt: string | null;
  artifact_type: string;
  instance_id: InstanceId;
  content_hash: ContentHash;
  at: Moment;
  via: DeliveredVia;
}

/** What ended attempts of a candidate did with one instance. */
export interface EarlierDelivery extends Pick<DeliveryRow, "type" | "id"> {
  /** The content that attempts up to its last success wrote last; null where they wrote none. */
  readonly written: ContentHash | null;
  /** Whether a failed attempt since then delivered or confirmed it. */
  readonly since: boolean;
}

/** A delivery or confirmation of a type to which a protocol listens, by its candidate's scope. */
export interface HeardDelivery extends Pick<DeliveryRow, "id" | "contentHash" | "at"> {
  readonly protocol: string;
  /** When the same content of the same instance was delivered or confirmed before, by anybody; null for never. */
  readonly before: Moment | null;
}

const PUT = "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?)";
const ANY = "SELECT 1 FROM delivery LIMIT 1";
const OF_ATTEMPT = "SELECT * FROM delivery WHERE attempt = ? ORDER BY at, rowid";
const FOREIGN = `SELECT 1 FROM delivery
  WHERE artifact_type = ? AND instance_id = ? AND content_hash = ? AND at > ? AND attempt IS NOT ?`;
const FORGET = "DELETE FROM delivery WHERE attempt = ? AND artifact_type = ? AND instance_id = ?";
const OF_CANDIDATE = `SELECT artifact_type, instance_id, content_hash, via = 'confirmed' AS confirmed, max(at),
    attempt.ended > coalesce(
      (SELECT max(ended) FROM attempt
        WHERE protocol = @protocol AND work_unit IS @workUnit AND ${SUCCEEDED}), 0
    ) AS since
  FROM attempt JOIN delivery ON delivery.attempt = attempt.id
  WHERE protocol = @protocol AND work_unit IS @workUnit AND attempt.ended IS NOT NULL
  GROUP BY artifact_type, instance_id, confirmed, since`;
const HEARD = `SELECT instance_id AS id, content_hash AS contentHash, at, protocol,
    (SELECT max(earlier.at) FROM delivery AS earlier WHERE earlier.artifact_type = heard.artifact_type
      AND earlier.instance_id = heard.instance_id AND earlier.content_hash = heard.content_hash AND earlier.at < heard.at) AS before
  FROM delivery AS heard JOIN attempt ON attempt.id = heard.attempt
  WHERE artifact_type = ? AND at > ? AND work_unit IS ? ORDER BY at`;
const LAST_SUCCESSFUL = `SELECT max(coalesce(attempt.accepted, attempt.started)) AS started
  FROM delivery JOIN attempt ON attempt.id = delivery.attempt
  WHERE artifact_type = ? AND instance_id = ? AND ${SUCCEEDED}`;

/** Whether anything was ever delivered. */
export function existsDelivery(connection: Connection): boolean {
  return connection.statement(ANY).get() !== undefined;
}

export function putDelivery(connection: Connection, row: DeliveryRow): void {
  connection.statement(PUT).run(row.attempt, row.type, row.id, row.contentHash, row.at, row.via);
}

export function deliveriesOf(connection: Connection, attempt: string): DeliveryRow[] {
  return (connection.statement(OF_ATTEMPT).all(attempt) as Columns[]).map((row) => ({
    attempt: row.attempt,
    type: row.artifact_type,
    id: row.instance_id,
    contentHash: row.content_hash,
    at: row.at,
    via: stored(connection, row.via, isVia),
  }));
}

/** Everything that attempts of a candidate delivered or confirmed, those that have ended. */
export function earlierDeliveriesOf(
  connection: Connection,
  protocol: string,
  workUnit: WorkUnit | null,
): EarlierDelivery[] {
  const found = new Map<string, EarlierDelivery>();
  const rows = connection.statement(OF_CANDIDATE).all({ protocol, workUnit });
  for (const row of rows as (Pick<Columns, "artifact_type" | "instance_id" | "content_hash"> & {
    confirmed: number;
    since: number;
  })[]) {
    const key = `${row.artifact_type}/${row.instance_id}`;
    const { written = null, since = false } = found.get(key) ?? {};
    found.set(key, {
      type: row.artifact_type,
      id: row.instance_id,
      written: row.since === 0 && row.confirmed === 0 ? row.content_hash : written,
      since: since || row.since === 1,
    });
  }
  return [...found.values()];
}

/** What attempts of one work unit, or of none, delivered or confirmed of a type after a moment. */
export function heardDeliveries(
  connection: Connection,
  type: string,
  after: Moment,
  workUnit: WorkUnit | null,
): HeardDelivery[] {
  return connection.statement(HEARD).all(type, after, workUnit) as HeardDelivery[];
}

/** Whether this content was delivered since then by another attempt or by hand. */
export function wasDeliveredElsewhere(
  connection: Connection,
  { type, id, contentHash }: Pick<DeliveryRow, "type" | "id" | "contentHash">,
  since: Moment,
  attempt: string,
): boolean {
  return connection.statement(FOREIGN).get(type, id, contentHash, since, attempt) !== undefined;
}

/** Takes back what an attempt delivered: it withdrew the instance. */
export function forgetDelivery(connection: Connection, attempt: string, type: string, id: InstanceId): void {
  connection.statement(FORGET).run(attempt, type, id);
}

/** The start of the last successful attempt that delivered an instance, or when it was accepted: what a rebuilt index cannot find in the files. */
export function lastSuccessfulDelivery(connection: Connection, type: string, id: InstanceId): Moment | null {
  return (connection.statement(LAST_SUCCESSFUL).get(type, id) as { started: Moment | null }).started;
}
