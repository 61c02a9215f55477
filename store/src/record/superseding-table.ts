import type { InstanceId } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";

/** An instance that is to be moved out of the workspace; the row goes when it has been. */
export interface SupersedingRow {
  readonly attempt: string;
  readonly type: string;
  readonly id: InstanceId;
  /** Whether its attempt withdrew it itself: that is told already. */
  readonly withdrawn: boolean;
}

interface Columns {
  attempt: string;
  artifact_type: string;
  instance_id: InstanceId;
  withdrawn: number;
}

const PUT = "INSERT OR IGNORE INTO superseding VALUES (?, ?, ?, ?)";
const ALL = "SELECT * FROM superseding";
const OF_INSTANCE = "SELECT * FROM superseding WHERE artifact_type = ? AND instance_id = ?";
const REMOVE = "DELETE FROM superseding WHERE attempt = ? AND artifact_type = ? AND instance_id = ?";

function fromColumns(row: Columns): SupersedingRow {
  return { attempt: row.attempt, type: row.artifact_type, id: row.instance_id, withdrawn: row.withdrawn === 1 };
}

export function putSuperseding(connection: Connection, row: SupersedingRow): void {
  connection.statement(PUT).run(row.attempt, row.type, row.id, row.withdrawn ? 1 : 0);
}

export function allSupersedings(connection: Connection): SupersedingRow[] {
  return (connection.statement(ALL).all() as Columns[]).map(fromColumns);
}

export function supersedingsOf(connection: Connection, type: string, id: InstanceId): SupersedingRow[] {
  return (connection.statement(OF_INSTANCE).all(type, id) as Columns[]).map(fromColumns);
}

/** @returns whether it was still listed */
export function removeSuperseding(connection: Connection, row: SupersedingRow): boolean {
  return connection.statement(REMOVE).run(row.attempt, row.type, row.id).changes > 0;
}
