import type { Database } from "better-sqlite3";
import type { ContentHash, InstanceId, Moment } from "../artifact.ts";
import { statement } from "./statement.ts";
import { oneOf, stored } from "./stored.ts";

const VIAS = ["tool", "file", "confirmed"] as const;

/** How an instance came to count as delivered (attempts.md section 2). */
export type DeliveredVia = (typeof VIAS)[number];

export const isVia = oneOf(VIAS);

export interface DeliveryRow {
  /** Null for a server that was started by hand. */
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

const PUT = "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?)";
const ANY = "SELECT 1 FROM delivery LIMIT 1";
const OF_ATTEMPT = "SELECT * FROM delivery WHERE attempt = ? ORDER BY at";
const FOREIGN = `SELECT 1 FROM delivery
  WHERE artifact_type = ? AND instance_id = ? AND content_hash = ? AND at > ? AND attempt IS NOT ?`;
const FORGET = "DELETE FROM delivery WHERE attempt = ? AND artifact_type = ? AND instance_id = ?";
const LAST_SUCCESSFUL = `SELECT max(attempt.started) AS started FROM delivery JOIN attempt ON attempt.id = delivery.attempt
  WHERE artifact_type = ? AND instance_id = ? AND attempt.outcome = 'delivered'`;

/** Whether anything was ever delivered. */
export function existsDelivery(database: Database): boolean {
  return statement(database, ANY).get() !== undefined;
}

export function putDelivery(database: Database, row: DeliveryRow): void {
  statement(database, PUT).run(row.attempt, row.type, row.id, row.contentHash, row.at, row.via);
}

export function deliveriesOf(database: Database, attempt: string): DeliveryRow[] {
  return (statement(database, OF_ATTEMPT).all(attempt) as Columns[]).map((row) => ({
    attempt: row.attempt,
    type: row.artifact_type,
    id: row.instance_id,
    contentHash: row.content_hash,
    at: row.at,
    via: stored(database, row.via, isVia),
  }));
}

/** Whether this content was delivered since then by another attempt or by hand. */
export function wasDeliveredElsewhere(
  database: Database,
  { type, id, contentHash }: Pick<DeliveryRow, "type" | "id" | "contentHash">,
  since: Moment,
  attempt: string,
): boolean {
  return statement(database, FOREIGN).get(type, id, contentHash, since, attempt) !== undefined;
}

/** Takes back what an attempt delivered: it withdrew the instance. */
export function forgetDelivery(database: Database, attempt: string, type: string, id: InstanceId): void {
  statement(database, FORGET).run(attempt, type, id);
}

/** The start of the last successful attempt that delivered an instance: what a rebuilt index cannot find in the files. */
export function lastSuccessfulDelivery(database: Database, type: string, id: InstanceId): Moment | null {
  return (statement(database, LAST_SUCCESSFUL).get(type, id) as { started: Moment | null }).started;
}
