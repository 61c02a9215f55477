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
import { noteRemoval } from "./removal-table.ts";

/** What the index holds of one artifact file. */
export interface ArtifactRow extends Instance {
  readonly status: Exclude<InstanceStatus, "stale">;
  readonly schemaHash: SchemaHash;
  /** What the file is recognised by without reading it; null when it must be read again. */
  readonly stat: StatIdentity | null;
}

interface Columns {
  artifact_type: string;
  instance_id: InstanceId;
  status: Exclude<InstanceStatus, "stale">;
  content_hash: ContentHash;
  schema_hash: SchemaHash;
  work_unit: WorkUnit | null;
  last_modified: Moment;
  delivered_at: Moment | null;
  violations: string | null;
  stat: StatIdentity | null;
  mtime: string | null;
}

const ONE = "SELECT * FROM artifact WHERE artifact_type = ? AND instance_id = ?";
const VALID = `SELECT 1 FROM artifact WHERE artifact_type = ? AND status = 'valid'
  AND (? IS NULL OR work_unit IS NULL OR work_unit = ?) LIMIT 1`;
const UNHEALTHY = "SELECT * FROM artifact WHERE status <> 'valid' ORDER BY artifact_type, instance_id";
const PUT = "INSERT OR REPLACE INTO artifact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const REMOVE = "DELETE FROM artifact WHERE artifact_type = ? AND instance_id = ?";
const DELIVERED = "UPDATE artifact SET delivered_at = ? WHERE artifact_type = ? AND instance_id = ?";

const isStatus = oneOf(["valid", "invalid", "malformed"]);
const isViolations = listOf(
  objectOf<Violation>({ path: isText, keyword: isText, expected: isText, got: isText, message: isText }),
);

/**
 * The violations that a column holds.
 * @throws StoreError where it holds anything else
 */
export function storedViolations(connection: Connection, text: string): readonly Violation[] {
  return storedJson(connection, text, isViolations);
}

function fromColumns(connection: Connection, row: Columns): ArtifactRow {
  return {
    type: row.artifact_type,
    id: row.instance_id,
    status: stored(connection, row.status, isStatus),
    contentHash: row.content_hash,
    schemaHash: row.schema_hash,
    workUnit: row.work_unit,
    lastModified: stored(connection, row.last_modified, isCount),
    deliveredAt: row.delivered_at,
    violations: row.violations === null ? [] : storedViolations(connection, row.violations),
    stat: row.stat,
    mtime: row.stat === null ? row.mtime : mtimeOf(row.stat),
  };
}

/** Whether a valid instance of a type exists for a work unit or for none; null asks for any. */
export function existsValid(connection: Connection, type: string, workUnit: WorkUnit | null): boolean {
  return connection.statement(VALID).get(type, workUnit, workUnit) !== undefined;
}

export function findArtifact(connection: Connection, type: string, id: InstanceId): ArtifactRow | null {
  const row = connection.statement(ONE).get(type, id) as Columns | undefined;
  return row === undefined ? null : fromColumns(connection, row);
}

/** Every instance that is not valid, by type and id. */
export function unhealthyArtifacts(connection: Connection): ArtifactRow[] {
  return (connection.statement(UNHEALTHY).all() as Columns[]).map((row) => fromColumns(connection, row));
}

export function putArtifact(connection: Connection, row: ArtifactRow): void {
  connection.statement(PUT).run(
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
  );
}

/** Takes an instance out of the index and notes when it went. */
export function removeArtifact(
  connection: Connection,
  { type, id, workUnit }: Pick<ArtifactRow, "type" | "id" | "workUnit">,
  at: Moment,
): void {
  connection.statement(REMOVE).run(type, id);
  noteRemoval(connection, type, workUnit, at);
}

/** Marks an instance as delivered by a successful attempt that started then. */
export function markDelivered(connection: Connection, type: string, id: InstanceId, attemptStarted: Moment): void {
  connection.statement(DELIVERED).run(attemptStarted, type, id);
}
