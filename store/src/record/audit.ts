import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ContentHash, InstanceRef, WallTime, WorkUnit } from "../artifact.ts";
import type { CandidateName } from "../candidate.ts";
import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import type { ArtifactRow } from "../index/artifact-row.ts";
import { findArtifact, putArtifact, removeArtifact } from "../index/artifact-table.ts";
import { removeDurably, writeDurably } from "../workspace/durable-write.ts";
import { fileNameOf } from "../workspace/file-name.ts";
import { nextMoment } from "./clock-table.ts";
import { append } from "./event-table.ts";
import { candidateBody, decoded, type EventRow } from "./events.ts";
import { type PendingOperation, pendingOperations, removePending } from "./pending-operation-table.ts";
import { type NotDone, notDone } from "./pending-operations.ts";

/** What the log tells last of an instance of an audit type: what alone attests it (decisions.md section 5). */
export interface LoggedRecord {
  /** The attempt that it records; null where the log does not tell. */
  readonly attempt: string | null;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly contentHash: ContentHash;
  readonly isRemoved: boolean;
}

/** What the log tells of the records that lie there. */
export interface RecordLog {
  /** By `type/id`, what it tells last of each; nothing of one that it does not know. */
  readonly newest: ReadonlyMap<string, LoggedRecord>;
  /** When it began; null for an empty one. */
  readonly began: WallTime | null;
}

/** The log of a project whose methodology has no audit types. */
export const NO_RECORDS: RecordLog = { newest: new Map(), began: null };

/** The record of an attempt as it is to be written. */
export interface RecordFile
  extends Pick<ArtifactRow, "status" | "contentHash" | "schemaHash" | "workUnit" | "violations"> {
  /** The file's text. */
  readonly text: string;
}

const FIRST = "SELECT at FROM event ORDER BY seq LIMIT 1";
const NEWEST = `SELECT * FROM event WHERE kind = 'audited' AND body ->> 'instance_id' = ? AND body ->> 'artifact_type' = ?
  ORDER BY seq DESC LIMIT 1`;

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
  putArtifact(connection, {
    type,
    id,
    status,
    contentHash,
    schemaHash,
    workUnit,
    lastModified: old?.contentHash === contentHash ? old.lastModified : at,
    deliveredAt: null,
    violations,
    // Its times are too new to be trusted (racy clean): the next scan reads it once.
    stat: null,
    mtime: String(written.mtimeNs),
  });
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

function takeAway(
  connection: Connection,
  workspace: string,
  { attempt, type, id }: PendingOperation,
  of: CandidateName,
): void {
  removeDurably(join(workspace, type), fileNameOf(id));
  const known = findArtifact(connection, type, id);
  const at = known === null ? null : nextMoment(connection);
  if (known !== null && at !== null) removeArtifact(connection, known, at);
  const told = newestRecord(connection, { type, id });
  const contentHash = told === null || told.isRemoved ? known?.contentHash : told.contentHash;
  if (contentHash === undefined) return;
  append(connection, {
    kind: "audited",
    attempt,
    body: {
      artifact_type: type,
      instance_id: id,
      content_hash: contentHash,
      ...candidateBody(of),
      removed: true,
      ...(at !== null && { moment: at }),
    },
  });
}

/** What the log tells of these instances of audit types; each is looked up, however long the log is. */
export function recordLog(connection: Connection, instances: Iterable<InstanceRef>): RecordLog {
  const newest = new Map<string, LoggedRecord>();
  for (const { type, id } of instances) {
    const told = newestRecord(connection, { type, id });
    if (told !== null) newest.set(`${type}/${id}`, told);
  }
  const first = connection.statement(FIRST).get() as { at: WallTime } | undefined;
  return { newest, began: first?.at ?? null };
}

/** What the log tells last of one instance of an audit type; null where it tells nothing. */
export function newestRecord(connection: Connection, { type, id }: InstanceRef): LoggedRecord | null {
  const row = connection.statement(NEWEST).get(id, type) as EventRow | undefined;
  const event = row === undefined ? null : decoded(row);
  if (event === null || !event.known || event.kind !== "audited") return null;
  const { attempt, body } = event;
  return {
    attempt,
    protocol: body.protocol,
    workUnit: (body.work_unit ?? null) as WorkUnit | null,
    contentHash: body.content_hash as ContentHash,
    isRemoved: body.removed === true,
  };
}
