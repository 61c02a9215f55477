import type { Database } from "better-sqlite3";
import type { InstanceId } from "../artifact.ts";
import { statement } from "./statement.ts";

/** An instance that is to be moved out of the workspace; the row goes when it has been. */
export interface SupersedingRow {
  readonly attempt: string;
  readonly type: string;
  readonly id: InstanceId;
}

interface Columns {
  attempt: string;
  artifact_type: string;
  instance_id: InstanceId;
}

const PUT = "INSERT OR IGNORE INTO superseding VALUES (?, ?, ?)";
const ALL = "SELECT * FROM superseding";
const REMOVE = "DELETE FROM superseding WHERE attempt = ? AND artifact_type = ? AND instance_id = ?";

export function putSuperseding(database: Database, row: SupersedingRow): void {
  statement(database, PUT).run(row.attempt, row.type, row.id);
}

export function allSupersedings(database: Database): SupersedingRow[] {
  return (statement(database, ALL).all() as Columns[]).map((row) => ({
    attempt: row.attempt,
    type: row.artifact_type,
    id: row.instance_id,
  }));
}

export function removeSuperseding(database: Database, row: SupersedingRow): void {
  statement(database, REMOVE).run(row.attempt, row.type, row.id);
}
