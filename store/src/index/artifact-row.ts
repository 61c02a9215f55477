import type {
  ContentHash,
  Instance,
  InstanceId,
  InstanceStatus,
  Moment,
  SchemaHash,
  Violation,
  WorkUnit,
} from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { isCount, isText, listOf, objectOf, oneOf, stored, storedJson } from "../connection/stored.ts";
import { mtimeOf, type StatIdentity } from "../workspace/stat-identity.ts";

/** What the index holds of one artifact file. */
export interface ArtifactRow extends Instance {
  readonly status: Exclude<InstanceStatus, "stale">;
  readonly schemaHash: SchemaHash;
  /** What the file is recognised by without reading it; null when it must be read again. */
  readonly stat: StatIdentity | null;
}

/** The columns of the artifact table. */
export interface ArtifactColumns {
  artifact_type: string;
  instance_id: string;
  status: string;
  content_hash: string;
  schema_hash: string;
  work_unit: string | null;
  last_modified: number;
  delivered_at: number | null;
  violations: string | null;
  stat: string | null;
  mtime: string | null;
}

const isStatus = oneOf(["valid", "invalid", "malformed"]);
const isHash = (value: unknown): value is ContentHash => typeof value === "string" && value.startsWith("sha256:");
const isViolations = listOf(
  objectOf<Violation>({ path: isText, keyword: isText, expected: isText, got: isText, message: isText }),
);

/**
 * The row that columns hold, however they were read.
 * @throws StoreError where they hold what runa never writes
 */
export function fromColumns(connection: Connection, row: ArtifactColumns): ArtifactRow {
  return {
    type: row.artifact_type,
    id: row.instance_id as InstanceId,
    status: stored(connection, row.status, isStatus) as ArtifactRow["status"],
    contentHash: stored(connection, row.content_hash, isHash) as ContentHash,
    schemaHash: row.schema_hash as SchemaHash,
    workUnit: row.work_unit as WorkUnit | null,
    lastModified: stored(connection, row.last_modified, isCount) as Moment,
    deliveredAt: row.delivered_at as Moment | null,
    violations: row.violations === null ? [] : storedJson(connection, row.violations, isViolations),
    stat: row.stat,
    mtime: row.stat === null ? row.mtime : mtimeOf(row.stat),
  };
}

/** A row as its columns, in their order. */
export function toColumns(row: ArtifactRow): readonly (string | number | null)[] {
  return [
    row.type,
    row.id,
    row.status,
    row.contentHash,
    row.schemaHash,
    row.workUnit,
    row.lastModified,
    row.deliveredAt,
    row.violations.length === 0 ? null : JSON.stringify(row.violations),
    row.stat,
    // The other holds it as well.
    row.stat === null ? row.mtime : null,
  ];
}
