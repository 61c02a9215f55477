import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstanceRef } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import { findArtifact, removeArtifact } from "../index/artifact-table.ts";
import { makeDurably, moveDurably, UnsafeDirectoryError } from "../workspace/durable-write.ts";
import { fileNameOf } from "../workspace/file-name.ts";
import { reasonOf } from "../workspace/walk.ts";
import { nextMoment } from "./clock-table.ts";
import { append } from "./event-table.ts";
import { type PendingOperation, pendingFor, pendingOperations, removePending } from "./pending-operation-table.ts";
import { newestRecord } from "./record-log.ts";
import { noteRecordGone } from "./record-removal.ts";

/** Where superseded and withdrawn instances go, below the workspace. */
const SUPERSEDED = ".superseded";

/** Where records of attempts go that are old. */
const ARCHIVE = ".archive";

/** An operation that could not be done; it stays pending. */
export interface NotDone extends PendingOperation {
  readonly reason: string;
}

/**
 * Does what attempts have left to be done. Each operation was committed with what makes it necessary, such as the end of an
 * attempt that superseded something; a crash before it is done leaves it to the next command that executes work, which
 * calls this first. A workspace that is not there is left to the scan, which says so.
 * @returns what could not be done
 */
export function finishPendingOperations({ connection }: Store, workspace: string): NotDone[] {
  // Put back, it will hold what is still to be moved.
  if (!existsSync(workspace)) return [];
  return pendingOperations(connection)
    .filter(isMove)
    .flatMap((operation): NotDone[] => {
      try {
        connection.write(() => finish(connection, workspace, operation));
        return [];
      } catch (error) {
        return [notDone(operation, error)];
      }
    });
}

/**
 * What could not be done, and why.
 * @throws whatever is no matter of the file system
 */
export function notDone(operation: PendingOperation, error: unknown): NotDone {
  if (error instanceof UnsafeDirectoryError) return { ...operation, reason: error.message };
  if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  return { ...operation, reason: reasonOf(error) };
}

/** Whether an operation moves an instance away; records are written by who knows the methodology (`writeRecord`). */
function isMove({ kind }: PendingOperation): boolean {
  return kind !== "audit";
}

/**
 * The same for one instance, inside a write transaction: before its name is used again.
 * @throws UnsafeDirectoryError, or an errno exception
 */
export function finishPendingFor({ connection }: Store, workspace: string, instance: InstanceRef): void {
  for (const operation of pendingFor(connection, instance).filter(isMove)) finish(connection, workspace, operation);
}

/**
 * Makes the directory that an instance is to be moved to, where it is not there.
 * @throws UnsafeDirectoryError, or an errno exception
 */
export function prepareMove(workspace: string, attempt: string, type: string): void {
  makeDurably(workspace, [SUPERSEDED, attempt, type]);
}

/** Does an operation. Another runa may have done so meanwhile: then its row is gone. */
function finish(connection: Connection, workspace: string, operation: PendingOperation): void {
  if (!removePending(connection, operation)) return;
  if (operation.kind === "archive") archive(connection, workspace, operation);
  else moveAside(connection, workspace, operation);
}

/** Moves an instance out of the workspace that was superseded or withdrawn. */
function moveAside(connection: Connection, workspace: string, { kind, attempt, type, id }: PendingOperation): void {
  const name = fileNameOf(id);
  moveDurably(
    { directory: join(workspace, type), name },
    { root: workspace, below: [SUPERSEDED, attempt, type], name },
  );
  const known = findArtifact(connection, type, id);
  const body = { artifact_type: type, instance_id: id };
  if (known !== null) {
    const moment = nextMoment(connection);
    removeArtifact(connection, known, moment);
    const told = { ...body, content_hash: known.contentHash, moment };
    if (kind === "withdraw") append(connection, { kind: "withdrawn", attempt, body: { ...told, again: true } });
    else append(connection, { kind: "superseded", attempt, body: told });
  }
  // A withdrawal was told when it was made; again only where a scan has found the file since.
  else if (kind === "supersede") append(connection, { kind: "superseded", attempt, body });
}

/** Moves the record of an attempt to where old ones are; what the log does not tell of is left to lie. */
function archive(connection: Connection, workspace: string, operation: PendingOperation): void {
  const { type, id } = operation;
  const told = newestRecord(connection, operation);
  if (told === null || told.isRemoved) return;
  const name = fileNameOf(id);
  moveDurably({ directory: join(workspace, type), name }, { root: workspace, below: [ARCHIVE, type], name });
  noteRecordGone(connection, operation, told, told);
}
