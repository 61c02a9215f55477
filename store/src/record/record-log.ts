import type { ContentHash, InstanceRef, WallTime, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import type { Instances } from "../instances.ts";
import type { InstanceState } from "./attempt-table.ts";
import { decoded, type EventRow } from "./events.ts";

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

const FIRST = "SELECT at FROM event ORDER BY seq LIMIT 1";
const WRITTEN = `SELECT attempt FROM event WHERE kind = 'audited' AND body ->> 'instance_id' = ? AND body ->> 'artifact_type' = ?
  AND body ->> 'content_hash' = ? AND body ->> 'removed' IS NULL ORDER BY seq DESC LIMIT 1`;
const NEWEST = `SELECT * FROM event WHERE kind = 'audited' AND body ->> 'instance_id' = ? AND body ->> 'artifact_type' = ?
  ORDER BY seq DESC LIMIT 1`;

/** The attempt of which a content of an instance was the record once, as the log tells; null where runa did not write it. */
export function recordedAttemptOf({ connection }: Store, { type, id, contentHash }: InstanceState): string | null {
  const row = connection.statement(WRITTEN).get(id, type, contentHash) as { attempt: string | null } | undefined;
  return row?.attempt ?? null;
}

/**
 * What the log tells of the instances of these audit types; each is looked up, however long the log is. Where there are no such
 * types, nothing is.
 */
export function recordsIn(connection: Connection, instances: Instances, types: readonly string[] = []): RecordLog {
  if (types.length === 0) return NO_RECORDS;
  const newest = new Map<string, LoggedRecord>();
  for (const { type, id } of types.flatMap((type) => instances.get(type) ?? [])) {
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
