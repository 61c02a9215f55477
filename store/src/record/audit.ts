import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstanceId, InstanceRef, WallTime } from "../artifact.ts";
import type { CandidateName } from "../candidate.ts";
import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import type { ArtifactRow } from "../index/artifact-row.ts";
import { findArtifact, putWritten } from "../index/artifact-table.ts";
import { removeDurably, writeDurably } from "../workspace/durable-write.ts";
import { fileNameOf } from "../workspace/file-name.ts";
import { nextMoment } from "./clock-table.ts";
import { append } from "./event-table.ts";
import { candidateBody } from "./events.ts";
import {
  type PendingOperation,
  pendingOperations,
  putPending,
  putPendingRecords,
  removePending,
} from "./pending-operation-table.ts";
import { type NotDone, notDone } from "./pending-operations.ts";
import { type LoggedRecord, newestRecord } from "./record-log.ts";
import { noteRecordGone } from "./record-removal.ts";

/** The record of an attempt as it is to be written. */
export interface RecordFile
  extends Pick<ArtifactRow, "status" | "contentHash" | "schemaHash" | "workUnit" | "violations"> {
  /** The file's text. */
  readonly text: string;
}

// A record that there is one of for each attempt has the attempt's id.
const OLD = `SELECT instance_id AS id FROM artifact JOIN attempt ON attempt.id = instance_id
  WHERE artifact_type = ? AND started_at < ? AND ended IS NOT NULL`;
const ENDED = `SELECT id, protocol, work_unit AS workUnit,
    row_number() OVER (PARTITION BY protocol, work_unit ORDER BY ended DESC, rowid DESC) AS place
  FROM attempt WHERE ended IS NOT NULL ORDER BY ended, rowid`;

/** The records that are still to be brought up to date, in the order in which their attempts ended. */
export function pendingRecords({ connection }: Store): PendingOperation[] {
  return pendingOperations(connection).filter(({ kind }) => kind === "audit");
}

/**
 * Does one of them, in one transaction: write, or remove, durably; note it in the index and in the log; and it is pending no
 * more. Dying in between leaves it pending, and a file that no event attests; doing it again makes the same file.
 * @param of the candidate that the attempt executed
 * @param record null where there is to be none
 * @returns why it could not be done, null where it was, or was done by another runa meanwhile
 */
export function writeRecord(
  { connection }: Store,
  workspace: string,
  operation: PendingOperation,
  of: CandidateName,
  record: RecordFile | null,
): NotDone | null {
  // Put back, it will hold what is still to be written.
  if (!existsSync(workspace)) return null;
  try {
    connection.write(() => {
      if (!removePending(connection, operation)) return;
      if (record === null) takeAway(connection, workspace, operation, of);
      else put(connection, workspace, operation, of, record);
    });
    return null;
  } catch (error) {
    return notDone(operation, error);
  }
}

/**
 * Puts down that records are to be moved out of the workspace which are there one for each attempt, of attempts that began
 * before a time: done with everything else that is pending.
 */
export function archiveRecords({ connection }: Store, type: string, before: WallTime): void {
  const old = connection.statement(OLD).all(type, before) as { id: InstanceId }[];
  if (old.length === 0) return;
  connection.write(() => {
    for (const { id } of old) putPending(connection, { kind: "archive", attempt: id, type, id });
  });
}

/** Each attempt that has ended, in that order, and whether it is its candidate's newest. */
export function endedAttempts({ connection }: Store): (CandidateName & { id: string; isNewest: boolean })[] {
  const rows = connection.statement(ENDED).all() as (CandidateName & { id: string; place: number })[];
  return rows.map(({ place, ...attempt }) => ({ ...attempt, isNewest: place === 1 }));
}

/** What the log tells last of an instance of an audit type; null where it tells nothing. */
export function loggedRecord({ connection }: Store, instance: InstanceRef): LoggedRecord | null {
  return newestRecord(connection, instance);
}

/** Has records brought up to date, although no attempt has just ended. */
export function askForRecords({ connection }: Store, asked: readonly (InstanceRef & { attempt: string })[]): void {
  if (asked.length === 0) return;
  connection.write(() => {
    for (const { attempt, ...instance } of asked) putPendingRecords(connection, attempt, [instance]);
  });
}

/** Forgets an operation for which there is nothing to do any more, such as one on a type that holds no records now. */
export function dropRecord({ connection }: Store, operation: PendingOperation): void {
  connection.write(() => removePending(connection, operation));
}

function put(
  connection: Connection,
  workspace: string,
  { attempt, type, id }: PendingOperation,
  of: CandidateName,
  { text, status, contentHash, schemaHash, workUnit, violations }: RecordFile,
): void {
  const old = findArtifact(connection, type, id);
  const written = writeDurably(join(workspace, type), fileNameOf(id), text);
  const at = nextMoment(connection);
  putWritten(
    connection,
    {
      type,
      id,
      status,
      contentHash,
      schemaHash,
      workUnit,
      lastModified: old?.contentHash === contentHash ? old.lastModified : at,
      deliveredAt: null,
      violations,
    },
    written,
  );
  append(connection, {
    kind: "audited",
    attempt,
    body: {
      artifact_type: type,
      instance_id: id,
      content_hash: contentHash,
      ...candidateBody(of),
      moment: at,
      schema_hash: schemaHash,
      status,
    },
  });
}

function takeAway(connection: Connection, workspace: string, operation: PendingOperation, of: CandidateName): void {
  removeDurably(join(workspace, operation.type), fileNameOf(operation.id));
  noteRecordGone(connection, operation, of, newestRecord(connection, operation));
}
