import type { InstanceId, InstanceRef } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";

const PUT = "INSERT OR IGNORE INTO withdrawal VALUES (?, ?, ?)";
const OF_ATTEMPT = "SELECT type, id FROM withdrawal WHERE attempt = ?";

/** Records that an attempt took an output of its own away. */
export function putWithdrawal(connection: Connection, attempt: string, type: string, id: InstanceId): void {
  connection.statement(PUT).run(attempt, type, id);
}

/** The instances that an attempt withdrew. */
export function withdrawalsOf(connection: Connection, attempt: string): InstanceRef[] {
  return connection.statement(OF_ATTEMPT).all(attempt) as InstanceRef[];
}
