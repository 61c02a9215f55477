import type { Moment, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";

const AGAIN = "UPDATE removal SET at = ? WHERE artifact_type = ? AND work_unit IS ?";
const FIRST = "INSERT INTO removal VALUES (?, ?, ?)";
const LAST = `SELECT artifact_type, max(at) AS at FROM removal
  WHERE @workUnit IS NULL OR work_unit IS NULL OR work_unit = @workUnit GROUP BY artifact_type`;

/** Notes that an instance went: of each type and work unit only the last time is kept. */
export function noteRemoval(connection: Connection, type: string, workUnit: WorkUnit | null, at: Moment): void {
  if (connection.statement(AGAIN).run(at, type, workUnit).changes > 0) return;
  connection.statement(FIRST).run(type, workUnit, at);
}

/** By type, when an instance that a scope sees went last. Without a work unit all instances are seen. */
export function lastRemovals(connection: Connection, workUnit: WorkUnit | null): Map<string, Moment> {
  const rows = connection.statement(LAST).all({ workUnit }) as { artifact_type: string; at: Moment }[];
  return new Map(rows.map(({ artifact_type, at }) => [artifact_type, at]));
}
