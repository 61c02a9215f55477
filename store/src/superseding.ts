import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Store, write } from "./store.ts";
import { findArtifact, removeArtifact } from "./tables/artifact-table.ts";
import { nextMoment } from "./tables/clock-table.ts";
import { appendEvent } from "./tables/event-table.ts";
import { allSupersedings, removeSuperseding, type SupersedingRow } from "./tables/superseding-table.ts";
import { moveDurably } from "./workspace/durable-write.ts";
import { fileNameOf } from "./workspace/file-name.ts";

/** Where superseded and withdrawn instances go, below the workspace. */
const SUPERSEDED = ".superseded";

/**
 * Moves one instance's file to `<workspace>/.superseded/<attempt>/<type>/` and forgets that it is to be moved.
 * @throws UnsafeDirectoryError where a link leads out of the workspace
 */
export function moveSuperseded(store: Store, workspace: string, row: SupersedingRow): void {
  const name = fileNameOf(row.id);
  moveDurably(
    { directory: join(workspace, row.type), name },
    { root: workspace, below: [SUPERSEDED, row.attempt, row.type], name },
  );
  removeSuperseding(store.database, row);
}

/**
 * Moves everything that a success has superseded. The end of the attempt committed the list; a crash before this is
 * done leaves it to the next command that executes work, which calls this first. A workspace that is not there is left to
 * the scan, which says so.
 * @throws UnsafeDirectoryError where a link leads out of the workspace; what is listed stays listed
 */
export function finishSuperseding(store: Store, workspace: string): void {
  // Put back, it will hold what is still to be moved.
  if (!existsSync(workspace)) return;
  for (const row of allSupersedings(store.database)) {
    write(store, () => {
      const { attempt, type, id } = row;
      moveSuperseded(store, workspace, row);
      const contentHash = findArtifact(store.database, type, id)?.contentHash;
      removeArtifact(store.database, type, id);
      appendEvent(store.database, nextMoment(store.database), "superseded", attempt, {
        artifact_type: type,
        instance_id: id,
        ...(contentHash !== undefined && { content_hash: contentHash }),
      });
    });
  }
}
