import type { BigIntStats } from "node:fs";
import type { InstanceId, Moment, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { type ArtifactColumns, type ArtifactRow, fromColumns, toColumns } from "./artifact-row.ts";
import { indexWrites } from "./index-writes.ts";
import { noteRemoval } from "./removal-table.ts";

const ONE = "SELECT * FROM artifact WHERE artifact_type = ? AND instance_id = ?";
const VALID = `SELECT 1 FROM artifact WHERE artifact_type = ? AND status = 'valid'
  AND (? IS NULL OR work_unit IS NULL OR work_unit = ?) LIMIT 1`;
const UNHEALTHY = "SELECT * FROM artifact WHERE status <> 'valid' ORDER BY artifact_type, instance_id";
const PUT = "INSERT OR REPLACE INTO artifact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const REMOVE = "DELETE FROM artifact WHERE artifact_type = ? AND instance_id = ?";
const DELIVERED = "UPDATE artifact SET delivered_at = ? WHERE artifact_type = ? AND instance_id = ?";

/** Whether a valid instance of a type exists for a work unit or for none; null asks for any. */
export function existsValid(connection: Connection, type: string, workUnit: WorkUnit | null): boolean {
  return connection.statement(VALID).get(type, workUnit, workUnit) !== undefined;
}

export function findArtifact(connection: Connection, type: string, id: InstanceId): ArtifactRow | null {
  const row = connection.statement(ONE).get(type, id) as ArtifactColumns | undefined;
  return row === undefined ? null : fromColumns(connection, row);
}

/** Every instance that is not valid, by type and id. */
export function unhealthyArtifacts(connection: Connection): ArtifactRow[] {
  return (connection.statement(UNHEALTHY).all() as ArtifactColumns[]).map((row) => fromColumns(connection, row));
}

export function putArtifact(connection: Connection, row: ArtifactRow): void {
  connection.statement(PUT).run(...toColumns(row));
  indexWrites(connection).note(row.type);
}

/**
 * Indexes a file that was just written. Its times are too new to be trusted (racy clean): the next scan reads it once.
 * @param written its stats after that
 */
export function putWritten(
  connection: Connection,
  row: Omit<ArtifactRow, "stat" | "mtime">,
  written: Pick<BigIntStats, "mtimeNs">,
): void {
  putArtifact(connection, { ...row, stat: null, mtime: String(written.mtimeNs) });
}

/** Takes an instance out of the index and notes when it went. */
export function removeArtifact(
  connection: Connection,
  { type, id, workUnit }: Pick<ArtifactRow, "type" | "id" | "workUnit">,
  at: Moment,
): void {
  connection.statement(REMOVE).run(type, id);
  indexWrites(connection).note(type);
  noteRemoval(connection, type, workUnit, at);
}

/** Marks an instance as delivered by a successful attempt that started then. */
export function markDelivered(connection: Connection, type: string, id: InstanceId, attemptStarted: Moment): void {
  connection.statement(DELIVERED).run(attemptStarted, type, id);
  indexWrites(connection).note(type);
}
