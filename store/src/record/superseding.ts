import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstanceId } from "../artifact.ts";
import type { Store } from "../connection/store.ts";
import { findArtifact, removeArtifact } from "../index/artifact-table.ts";
import { makeDurably, moveDurably, UnsafeDirectoryError } from "../workspace/durable-write.ts";
import { fileNameOf } from "../workspace/file-name.ts";
import { reasonOf } from "../workspace/walk.ts";
import { nextMoment } from "./clock-table.ts";
import { append } from "./event-table.ts";
import { allSupersedings, removeSuperseding, type SupersedingRow, supersedingsOf } from "./superseding-table.ts";

/** Where superseded and withdrawn instances go, below the workspace. */
const SUPERSEDED = ".superseded";

/** An instance that is to be moved out of the workspace and could not be; it stays listed. */
export interface NotMoved extends Pick<SupersedingRow, "attempt" | "type" | "id"> {
  readonly reason: string;
}

/**
 * Moves everything that a success has superseded and that attempts have withdrawn. What is to be moved was committed with
 * the end of the attempt, or the withdrawal; a crash before this is done leaves it to the next command that executes work,
 * which calls this first. A workspace that is not there is left to the scan, which says so.
 * @returns what could not be moved
 */
export function finishSuperseding(store: Store, workspace: string): NotMoved[] {
  // Put back, it will hold what is still to be moved.
  if (!existsSync(workspace)) return [];
  return allSupersedings(store.connection).flatMap((row): NotMoved[] => {
    try {
      store.connection.write(() => moveOne(store, workspace, row));
      return [];
    } catch (error) {
      if (!(error instanceof UnsafeDirectoryError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
      const reason = error instanceof UnsafeDirectoryError ? error.message : reasonOf(error);
      return [{ attempt: row.attempt, type: row.type, id: row.id, reason }];
    }
  });
}

/**
 * The same for one instance, inside a write transaction: before its name is used again.
 * @throws UnsafeDirectoryError, or an errno exception
 */
export function finishSupersedingOf(store: Store, workspace: string, type: string, id: InstanceId): void {
  for (const row of supersedingsOf(store.connection, type, id)) moveOne(store, workspace, row);
}

/**
 * Makes the directory that an instance is to be moved to, where it is not there.
 * @throws UnsafeDirectoryError, or an errno exception
 */
export function prepareMove(workspace: string, attempt: string, type: string): void {
  makeDurably(workspace, [SUPERSEDED, attempt, type]);
}

/** Another runa may have moved it meanwhile: then its row is gone. */
function moveOne(store: Store, workspace: string, row: SupersedingRow): void {
  const { attempt, type, id, withdrawn } = row;
  if (!removeSuperseding(store.connection, row)) return;
  const name = fileNameOf(id);
  moveDurably(
    { directory: join(workspace, type), name },
    { root: workspace, below: [SUPERSEDED, attempt, type], name },
  );
  const known = findArtifact(store.connection, type, id);
  const body = { artifact_type: type, instance_id: id };
  if (known !== null) {
    removeArtifact(store.connection, known, nextMoment(store.connection));
    const kind = withdrawn ? "withdrawn" : "superseded";
    append(store.connection, { kind, attempt, body: { ...body, content_hash: known.contentHash } });
  }
  // A withdrawal was told when it was made; again only where a scan has found the file since.
  else if (!withdrawn) append(store.connection, { kind: "superseded", attempt, body });
}
