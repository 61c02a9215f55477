import type { ContentHash, InstanceId } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { sha256 } from "../json/canonical.ts";
import { append } from "../record/event-table.ts";

/** One change that a scan made to the index. */
export interface ScanChange {
  readonly change: "new" | "modified" | "revalidated" | "removed";
  readonly row: { readonly type: string; readonly id: InstanceId; readonly contentHash: ContentHash };
}

/** So many changes stand in the event one by one; of a longer list the hash stands beside its beginning. */
const MAX_LISTED = 200;

/**
 * Appends the event of one batch of a scan, in the batch's transaction; none where nothing was changed.
 * Each change is listed as change, type, instance and content hash; of what is gone, the hash it had.
 */
export function appendScanned(connection: Connection, made: readonly ScanChange[]): void {
  if (made.length === 0) return;
  const counts = { new: 0, modified: 0, revalidated: 0, removed: 0 };
  for (const { change } of made) counts[change]++;
  // Arrays of strings, whose canonical form is the plain one.
  const changes = made.map(({ change, row }) => [change, row.type, row.id, row.contentHash] as const);
  append(connection, {
    kind: "scanned",
    attempt: null,
    body: {
      ...counts,
      changes: changes.slice(0, MAX_LISTED),
      ...(changes.length > MAX_LISTED && { changes_hash: sha256(JSON.stringify(changes)) }),
    },
  });
}
