import type { ScanGap } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { isText, listOf, objectOf, storedJsonOrNull } from "../connection/stored.ts";

const READ = "SELECT gaps FROM clock";
const WRITE = "UPDATE clock SET gaps = ?";

/** Whether this is what the column holds. */
export const isGaps = listOf(objectOf<ScanGap>({ type: isText, path: isText, reason: isText }));

/** What the last scan could not read. */
export function knownGaps(connection: Connection): readonly ScanGap[] {
  const { gaps } = connection.statement(READ).get() as { gaps: string | null };
  return storedJsonOrNull(connection, gaps, isGaps) ?? [];
}

/** Whether this is what the last scan could not read, so that nothing has to be told of it. */
export function areKnownGaps(connection: Connection, gaps: readonly ScanGap[]): boolean {
  const { gaps: known } = connection.statement(READ).get() as { gaps: string | null };
  return (known ?? "[]") === textOf(gaps);
}

export function putKnownGaps(connection: Connection, gaps: readonly ScanGap[]): void {
  connection.statement(WRITE).run(gaps.length === 0 ? null : textOf(gaps));
}

function textOf(gaps: readonly ScanGap[]): string {
  return JSON.stringify(gaps.map(({ type, path, reason }) => ({ type, path, reason })));
}
