import type { Database } from "better-sqlite3";
import type { InstanceId, Moment, WorkUnit } from "../artifact.ts";
import { statement } from "../connection/statement.ts";
import { type ArtifactColumns, type ArtifactRow, fromColumns, toColumns } from "./artifact-row.ts";
import { noteRemoval } from "./removal-table.ts";

const ONE = "SELECT * FROM artifact WHERE artifact_type = ? AND instance_id = ?";
const VALID = `SELECT 1 FROM artifact WHERE artifact_type = ? AND status = 'valid'
  AND (? IS NULL OR work_unit IS NULL OR work_unit = ?) LIMIT 1`;
const UNHEALTHY = "SELECT * FROM artifact WHERE status <> 'valid' ORDER BY artifact_type, instance_id";
const PUT = "INSERT OR REPLACE INTO artifact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const REMOVE = "DELETE FROM artifact WHERE artifact_type = ? AND instance_id = ?";
const DELIVERED = "UPDATE artifact SET delivered_at = ? WHERE artifact_type = ? AND instance_id = ?";

/** Whether a valid instance of a type exists for a work unit or for none; null asks for any. */
export function existsValid(database: Database, type: string, workUnit: WorkUnit | null): boolean {
  return statement(database, VALID).get(type, workUnit, workUnit) !== undefined;
}

export function findArtifact(database: Database, type: string, id: InstanceId): ArtifactRow | null {
  const row = statement(database, ONE).get(type, id) as ArtifactColumns | undefined;
  return row === undefined ? null : fromColumns(database, row);
}

/** Every instance that is not valid, by type and id. */
export function unhealthyArtifacts(database: Database): ArtifactRow[] {
  return (statement(database, UNHEALTHY).all() as ArtifactColumns[]).map((row) => fromColumns(database, row));
}

export function putArtifact(database: Database, row: ArtifactRow): void {
  statement(database, PUT).run(...toColumns(row));
}

/** Takes an instance out of the index and notes when it went. */
export function removeArtifact(
  database: Database,
  { type, id, workUnit }: Pick<ArtifactRow, "type" | "id" | "workUnit">,
  at: Moment,
): void {
  statement(database, REMOVE).run(type, id);
  noteRemoval(database, type, workUnit, at);
}

/** Marks an instance as delivered by a successful attempt that started then. */
export function markDelivered(database: Database, type: string, id: InstanceId, attemptStarted: Moment): void {
  statement(database, DELIVERED).run(attemptStarted, type, id);
}
