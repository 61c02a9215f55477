import type { ContentHash, InstanceId, Moment, ScanGap, SchemaHash, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import type { ArtifactRow } from "../index/artifact-row.ts";
import { append } from "../record/event-table.ts";
import type { EventBodies } from "../record/events.ts";

/** One change that a scan made to the index, with the row as it was written; of what is gone, as it had been. */
export interface ScanChange {
  readonly change: "new" | "modified" | "revalidated" | "removed";
  readonly row: {
    readonly type: string;
    readonly id: InstanceId;
    readonly contentHash: ContentHash;
    readonly schemaHash: SchemaHash;
    readonly status: ArtifactRow["status"];
    readonly workUnit: WorkUnit | null;
    readonly deliveredAt: Moment | null;
  };
}

type Listed = EventBodies["scanned"]["changes"][number];

/**
 * Appends the event of one batch of a scan, in the batch's transaction. Each change is listed, with all that decides: a list
 * that were cut could not be replayed.
 * @param gaps what could not be read, where that is not what the last scan could not read
 */
export function appendScanned(
  connection: Connection,
  made: readonly ScanChange[],
  at: Moment,
  gaps?: readonly ScanGap[],
): void {
  const counts = { new: 0, modified: 0, revalidated: 0, removed: 0 };
  const schemas: Record<string, string> = {};
  for (const { change, row } of made) {
    counts[change]++;
    if (change !== "removed") schemas[row.type] = row.schemaHash;
  }
  append(connection, {
    kind: "scanned",
    attempt: null,
    body: {
      ...counts,
      moment: at,
      schemas,
      changes: made.map(listed),
      ...(gaps !== undefined && { gaps: gaps.map(({ type, path, reason }) => [type, path, reason] as const) }),
    },
  });
}

function listed({ change, row }: ScanChange): Listed {
  const { type, id, contentHash, status, workUnit, deliveredAt } = row;
  if (change === "removed" || (status === "valid" && workUnit === null && deliveredAt === null))
    return [change, type, id, contentHash];
  const found = {
    ...(status !== "valid" && { status }),
    ...(workUnit !== null && { work_unit: workUnit }),
    ...(deliveredAt !== null && { delivered_at: deliveredAt }),
  };
  return [change, type, id, contentHash, found];
}
