import { type BigIntStats, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ContentHash, InstanceId, SchemaHash, WorkUnit } from "../artifact.ts";
import { requirePersistent, type Store } from "../connection/store.ts";
import { contentNamed } from "../contents/content.ts";
import { keepContents, prepareContents } from "../contents/keep.ts";
import { existsValid, findArtifact, putWritten, removeArtifact } from "../index/artifact-table.ts";
import { contentHash } from "../json/canonical.ts";
import { parseJsonBytes } from "../json/parse.ts";
import {
  refusedAttemptEnded,
  refusedChanged,
  refusedNotMoved,
  refusedNotReadable,
  refusedNotThere,
  refusedNotValid,
  refusedNotWritten,
  refusedOtherWorkUnit,
} from "../messages.ts";
import { contentOf, workUnitOf } from "../workspace/content.ts";
import { UnsafeDirectoryError, writeDurably } from "../workspace/durable-write.ts";
import { fileNameOf } from "../workspace/file-name.ts";
import { isThere, readRegularFile } from "../workspace/read-file.ts";
import { reasonOf } from "../workspace/walk.ts";
import { nextMoment } from "./clock-table.ts";
import { forgetDelivery } from "./delivery-table.ts";
import { append } from "./event-table.ts";
import type { RefusalReason } from "./events.ts";
import { findOpenAttempt } from "./open-attempts.ts";
import { putPending } from "./pending-operation-table.ts";
import { finishPendingFor, finishPendingOperations, prepareMove } from "./pending-operations.ts";
import { recordDelivery } from "./record-delivery.ts";
import { refusalBody } from "./refusal.ts";
import { noteCall, noteRefusal, noteServerFailed, noteServerStarted, type Refusal } from "./server-notes.ts";
import { putWithdrawal } from "./withdrawal-table.ts";

/** Who delivers: an attempt and its work unit; a person, and a server that was started by hand, have no attempt. */
export interface Deliverer {
  readonly workspace: string;
  readonly attempt: string | null;
  readonly workUnit: WorkUnit | null;
  /** There where a person delivers; a server otherwise. */
  readonly via?: "hand";
}

/** A delivery that was not made, with the reason in words for whoever called. Nothing was written. */
export class RefusedError extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** An artifact that was judged valid and is to be written. */
export interface ValidArtifact {
  readonly type: string;
  readonly id: InstanceId;
  /** The file's text. */
  readonly text: string;
  readonly canonical: string;
  readonly schemaHash: SchemaHash;
  readonly workUnit: WorkUnit | null;
}

/**
 * Delivers one valid artifact in one immediate transaction: is the attempt open? write, fsync, rename, fsync the
 * directory, record, commit (attempts.md section 2). The end of an attempt takes the same lock, so no delivery comes
 * after it. Dying before the rename leaves nothing; dying between rename and commit leaves a whole file that the next
 * scan finds and counts as written by the attempt; the record never names a file that is not there.
 * @throws RefusedError, StoreError
 */
export function deliverArtifact(store: Store, deliverer: Deliverer, artifact: ValidArtifact): ContentHash {
  const directory = join(deliverer.workspace, artifact.type);
  const name = fileNameOf(artifact.id);
  const hash = contentHash(artifact.canonical);
  const content = contentNamed(hash, () => artifact.canonical);
  requirePersistent(store);
  // Compressed while nobody has to wait for it.
  prepareContents(store, [content]);
  return store.connection.write(() => {
    refuseIfEnded(store, deliverer);
    const old = findArtifact(store.connection, artifact.type, artifact.id);
    refuseForeign(join(directory, name), deliverer, old?.workUnit ?? null);
    // Before the file: where there is no room for it, nothing is delivered.
    keepContents(store, [content]);
    let written: BigIntStats;
    try {
      // An earlier file of this name that is still to be moved away goes first, or the new one would be moved in its place.
      finishPendingFor(store, deliverer.workspace, artifact);
      written = writeArtifact(deliverer.workspace, directory, name, artifact.text);
    } catch (error) {
      throw refused(refusedNotWritten, error);
    }
    const at = nextMoment(store.connection);
    putWritten(
      store.connection,
      {
        type: artifact.type,
        id: artifact.id,
        status: "valid",
        contentHash: hash,
        schemaHash: artifact.schemaHash,
        workUnit: artifact.workUnit,
        lastModified: old !== null && old.contentHash === hash ? old.lastModified : at,
        deliveredAt: old?.deliveredAt ?? null,
        violations: [],
      },
      written,
    );
    const { type, id, workUnit } = artifact;
    recordDelivery(store.connection, {
      attempt: deliverer.attempt,
      type,
      id,
      contentHash: hash,
      workUnit,
      at,
      via: deliverer.via ?? "tool",
      schemaHash: artifact.schemaHash,
    });
    return hash;
  });
}

/** Writes into the workspace, which need not be there yet. */
export function writeArtifact(workspace: string, directory: string, name: string, text: string): BigIntStats {
  try {
    return writeDurably(directory, name, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(workspace, { recursive: true });
    return writeDurably(directory, name, text);
  }
}

/**
 * Counts an output that lies there as delivered by the attempt, as it is (`confirm_unchanged`).
 * @throws RefusedError
 */
export function confirmArtifact(
  store: Store,
  deliverer: Deliverer & { attempt: string },
  type: string,
  id: InstanceId,
): ContentHash {
  requirePersistent(store);
  return store.connection.write(() => {
    refuseIfEnded(store, deliverer);
    const row = findArtifact(store.connection, type, id);
    if (row === null || !belongs(row.workUnit, deliverer))
      throw new RefusedError("not_there", refusedNotThere(type, id));
    if (row.status !== "valid") throw new RefusedError("not_valid", refusedNotValid(type, id, row.status));
    const file = readPresent(join(deliverer.workspace, type, fileNameOf(id)));
    const found = file === null ? null : contentOf(file.bytes);
    if (found === null || found.hash !== row.contentHash) throw new RefusedError("changed", refusedChanged(type, id));
    const { attempt } = deliverer;
    const { contentHash, workUnit } = row;
    keepContents(store, [contentNamed(contentHash, () => found.hashed)]);
    const at = nextMoment(store.connection);
    recordDelivery(store.connection, { attempt, type, id, contentHash, workUnit, at, via: "confirmed" });
    return contentHash;
  });
}

/**
 * Takes an output of the candidate away (`withdraw`): its file moves out of the workspace, as a superseded one does. It is
 * withdrawn with the commit; what dies between that and the move leaves it to the next command that executes work.
 * @throws RefusedError
 */
export function withdrawArtifact(
  store: Store,
  deliverer: Deliverer & { attempt: string },
  type: string,
  id: InstanceId,
): ContentHash {
  const contentHash = recordWithdrawal(store, deliverer, type, id);
  finishPendingOperations(store, deliverer.workspace);
  return contentHash;
}

/** The transaction of a withdrawal: whole or not at all. */
export function recordWithdrawal(
  store: Store,
  deliverer: Deliverer & { attempt: string },
  type: string,
  id: InstanceId,
): ContentHash {
  const { attempt, workspace } = deliverer;
  requirePersistent(store);
  return store.connection.write(() => {
    refuseIfEnded(store, deliverer);
    const row = findArtifact(store.connection, type, id);
    if (row === null || !belongs(row.workUnit, deliverer))
      throw new RefusedError("not_there", refusedNotThere(type, id));
    try {
      prepareMove(workspace, attempt, type);
    } catch (error) {
      throw refused(refusedNotMoved, error);
    }
    putPending(store.connection, { kind: "withdraw", attempt, type, id });
    putWithdrawal(store.connection, attempt, type, id);
    const at = nextMoment(store.connection);
    removeArtifact(store.connection, row, at);
    forgetDelivery(store.connection, attempt, type, id);
    append(store.connection, {
      kind: "withdrawn",
      attempt,
      body: { artifact_type: type, instance_id: id, content_hash: row.contentHash, moment: at },
    });
    return row.contentHash;
  });
}

/** Notes that the attempt's server was started and could not serve; only an open attempt's. */
export function recordServerFailure(store: Store, attempt: string, reason: string): void {
  store.connection.write(() => {
    if (findOpenAttempt(store.connection, attempt) !== null) noteServerFailed(store.connection, attempt, reason);
  });
}

/** Notes that the attempt's server was started, for the reason when nothing is delivered. */
export function recordServerStart(store: Store, attempt: string): void {
  store.connection.write(() => noteServerStarted(store.connection, attempt));
}

/**
 * Notes a call that was refused, for the attempt's report and in the log; only what the schema expects is kept, never
 * what was found. The log has the reason as one word: its text may quote what the caller sent.
 * @param type the output that was meant, where the call named one
 */
export function recordRefusal(
  store: Store,
  attempt: string | null,
  reason: RefusalReason,
  type: string | null,
  refusal: Refusal,
): void {
  store.connection.write(() => {
    if (attempt !== null) noteRefusal(store.connection, attempt, refusal, nextMoment(store.connection));
    const body = refusalBody(reason, type, refusal.violations);
    append(store.connection, { kind: "delivery_refused", attempt, body });
  });
}

/** Whether a valid instance of a type exists that belongs to a work unit or to none. */
export function hasValidInstance(store: Store, type: string, workUnit: WorkUnit | null): boolean {
  return existsValid(store.connection, type, workUnit);
}

function refuseIfEnded(store: Store, { attempt }: Deliverer): void {
  if (attempt === null) return;
  const open = findOpenAttempt(store.connection, attempt);
  if (open === null || open.fenced) throw new RefusedError("attempt_ended", refusedAttemptEnded(attempt));
  noteCall(store.connection, attempt, nextMoment(store.connection));
}

function refuseForeign(path: string, deliverer: Deliverer, recorded: WorkUnit | null): void {
  // By the file itself, which may have changed since the last scan.
  let owner = recorded;
  const file = readPresent(path);
  if (file !== null) {
    try {
      owner = workUnitOf(parseJsonBytes(file.bytes).value);
    } catch {
      // Malformed: it keeps the work unit it had.
    }
  }
  if (!belongs(owner, deliverer)) throw new RefusedError("other_work_unit", refusedOtherWorkUnit(String(owner)));
}

/**
 * The file of an artifact; null where nothing has its name.
 * @throws RefusedError where it cannot be read
 */
export function readPresent(path: string): ReturnType<typeof readRegularFile> {
  try {
    return isThere(path) ? readRegularFile(path) : null;
  } catch (error) {
    throw refused(refusedNotReadable, error);
  }
}

/** A refusal of the file system, in words. */
export function refused(message: (reason: string) => string, error: unknown): RefusedError {
  if (error instanceof UnsafeDirectoryError) return new RefusedError("not_written", error.message);
  return new RefusedError("not_written", message(reasonOf(error)));
}

/** Whether an instance of that work unit is the deliverer's to replace; an unscoped one may replace any. */
function belongs(owner: WorkUnit | null, { workUnit }: Deliverer): boolean {
  return workUnit === null || owner === null || owner === workUnit;
}
