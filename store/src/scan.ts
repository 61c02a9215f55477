import type { BigIntStats } from "node:fs";
import type { InstanceId, Moment, ScanGap, WorkUnit } from "./artifact.ts";
import { contentHash } from "./json/canonical.ts";
import { JsonError, type ParsedJson, parseJsonBytes } from "./json/parse.ts";
import { appendScanned, type ScanChange } from "./scan-event.ts";
import type { SchemaSource } from "./schema/source.ts";
import type { Validator } from "./schema/validator.ts";
import { type Store, write } from "./store.ts";
import { type ArtifactRow, allArtifacts, findArtifact, putArtifact, removeArtifact } from "./tables/artifact-table.ts";
import { nextMoment } from "./tables/clock-table.ts";
import { lastSuccessfulDelivery } from "./tables/delivery-table.ts";
import { type CleanBefore, cleanBefore, isClean, mtimeOf, statIdentity } from "./workspace/stat-identity.ts";
import { type FoundFile, readRegularFile, reasonOf, type Walk, WorkspaceError, walk } from "./workspace/walk.ts";

/** What a scan needs to know of one artifact type. */
export interface ScannedType extends SchemaSource {
  /** The compiled schema; asked for only when a file of the type has to be validated. */
  validator(): Promise<Validator>;
}

export interface InstanceRef {
  readonly type: string;
  readonly id: InstanceId;
}

/** What a scan found against the stored state (contract.md section 4). */
export interface ScanReport {
  readonly new: readonly InstanceRef[];
  readonly modified: readonly InstanceRef[];
  readonly revalidated: readonly InstanceRef[];
  readonly removed: readonly InstanceRef[];
  readonly unchanged: number;
  readonly gaps: readonly ScanGap[];
  readonly unrecognized: readonly string[];
}

type Change = "new" | "modified" | "revalidated" | "unchanged";

/** A row to write, with what it was when the scan began: another writer's newer one is not overwritten. */
interface Update {
  readonly change: Change;
  readonly old: ArtifactRow | undefined;
  readonly row: ArtifactRow;
}

/** Rows committed at once, so that a delivery never waits long for a scan. */
const BATCH = 1000;
// Filled in when the scan commits: all that one scan finds share one time.
const UNDATED = 0 as Moment;

/**
 * Brings the index up to date with the workspace, reading only files whose stat identity is not the recorded one.
 * @throws WorkspaceError when the workspace cannot be listed, or is missing though artifacts are recorded
 */
export async function scan(
  store: Store,
  workspace: string,
  types: ReadonlyMap<string, ScannedType>,
): Promise<ScanReport> {
  const known = new Map(
    allArtifacts(store.database)
      .filter((row) => types.has(row.type))
      .map((row) => [keyOf(row), row]),
  );
  const { files, gaps: walkGaps, unrecognized } = walkWorkspace(workspace, types, known.size === 0);
  const gaps = [...walkGaps];
  const updates: Update[] = [];
  let unchanged = 0;
  let before: CleanBefore | undefined;
  const present = new Set<string>();
  for (const file of files) {
    const type = types.get(file.type);
    if (type === undefined) continue;
    const key = keyOf(file);
    const old = known.get(key);
    if (old !== undefined && old.stat === statIdentity(file.stats) && old.schemaHash === type.hash) {
      present.add(key);
      unchanged++;
      continue;
    }
    before ??= cleanBefore(workspace);
    const update = await look(file, old, type, before, gaps);
    if (update === null) continue;
    present.add(key);
    if (update.change === "unchanged") unchanged++;
    updates.push(update);
  }
  const partial = new Set(gaps.map((gap) => gap.type));
  const removed = [...known.entries()]
    .filter(([key, row]) => !present.has(key) && !partial.has(row.type))
    .map(([, row]) => row);
  commit(store, updates, removed);
  const refs = (change: Change) =>
    updates.filter((update) => update.change === change).map(({ row }) => ({ type: row.type, id: row.id }));
  return {
    new: refs("new"),
    modified: refs("modified"),
    revalidated: refs("revalidated"),
    removed: removed.map(({ type, id }) => ({ type, id })),
    unchanged,
    gaps,
    unrecognized,
  };
}

function walkWorkspace(workspace: string, types: ReadonlyMap<string, ScannedType>, storeIsEmpty: boolean): Walk {
  try {
    return walk(workspace, [...types.keys()]);
  } catch (error) {
    const missing = error instanceof WorkspaceError && error.code === "ENOENT";
    if (missing && storeIsEmpty) return { files: [], gaps: [], unrecognized: [] };
    throw error;
  }
}

function keyOf({ type, id }: InstanceRef): string {
  return `${type}/${id}`;
}

/** Reads one file; null when it has gone or cannot be read, which is a gap. */
async function look(
  file: FoundFile,
  old: ArtifactRow | undefined,
  type: ScannedType,
  before: CleanBefore,
  gaps: ScanGap[],
): Promise<Update | null> {
  let read: ReturnType<typeof readRegularFile>;
  try {
    read = readRegularFile(file.path);
  } catch (error) {
    gaps.push({ type: file.type, path: `${file.type}/${file.id}.json`, reason: reasonOf(error) });
    return null;
  }
  return read === null ? null : judge(file, old, type, read.bytes, read.stats, before);
}

async function judge(
  file: FoundFile,
  old: ArtifactRow | undefined,
  type: ScannedType,
  bytes: Buffer,
  stats: BigIntStats,
  before: CleanBefore,
): Promise<Update> {
  const identity = statIdentity(stats);
  const place = {
    type: file.type,
    id: file.id,
    schemaHash: type.hash,
    lastModified: old?.lastModified ?? UNDATED,
    deliveredAt: old?.deliveredAt ?? null,
    stat: isClean(stats, before) ? identity : null,
    mtime: mtimeOf(identity),
  };
  const parsed = parse(bytes);
  if (parsed instanceof JsonError) {
    const hash = contentHash(bytes);
    const reason = {
      path: "",
      keyword: "json",
      expected: "JSON",
      got: parsed.message,
      message: `not JSON: ${parsed.message}`,
    };
    const row: ArtifactRow = {
      ...place,
      status: "malformed",
      contentHash: hash,
      workUnit: old?.workUnit ?? null,
      violations: [reason],
    };
    return { change: changeOf(old, row), old, row };
  }
  const hash = contentHash(parsed.canonical);
  const sameAsBefore = old !== undefined && old.contentHash === hash && old.schemaHash === type.hash;
  const violations = sameAsBefore ? old.violations : await (await type.validator())(parsed.value);
  const row: ArtifactRow = {
    ...place,
    status: violations.length === 0 ? "valid" : "invalid",
    contentHash: hash,
    workUnit: workUnitOf(parsed.value),
    violations,
  };
  return { change: changeOf(old, row), old, row };
}

function parse(bytes: Buffer): ParsedJson | JsonError {
  try {
    return parseJsonBytes(bytes);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}

/** The work unit that an artifact names: its top-level string field `work_unit`. */
export function workUnitOf(value: unknown): WorkUnit | null {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "work_unit")) return null;
  const named = (value as { work_unit: unknown }).work_unit;
  return typeof named === "string" ? (named as WorkUnit) : null;
}

function changeOf(old: ArtifactRow | undefined, row: ArtifactRow): Change {
  if (old === undefined) return "new";
  if (old.contentHash !== row.contentHash) return "modified";
  return old.schemaHash === row.schemaHash ? "unchanged" : "revalidated";
}

function commit(store: Store, updates: readonly Update[], removed: readonly ArtifactRow[]): void {
  let at: Moment | undefined;
  const made: ScanChange[] = [];
  for (let start = 0; start < updates.length; start += BATCH) {
    write(store, () => {
      for (const { change, old, row } of updates.slice(start, start + BATCH)) {
        if (!isStill(store, row, old)) continue;
        if (change === "new" || change === "modified") {
          at ??= nextMoment(store.database);
          const deliveredAt =
            old === undefined ? lastSuccessfulDelivery(store.database, row.type, row.id) : row.deliveredAt;
          putArtifact(store.database, { ...row, lastModified: at, deliveredAt });
        } else putArtifact(store.database, row);
        if (change !== "unchanged") made.push({ change, row });
      }
      if (removed.length === 0 && start + BATCH >= updates.length) appendScanned(store.database, made);
    });
  }
  if (removed.length === 0) return;
  write(store, () => {
    for (const row of removed) {
      if (!isStill(store, row, row)) continue;
      removeArtifact(store.database, row.type, row.id);
      made.push({ change: "removed", row });
    }
    appendScanned(store.database, made);
  });
}

/** Whether the index still holds what the scan started from; a delivery or a success that came meanwhile knows better. */
function isStill(store: Store, { type, id }: InstanceRef, old: ArtifactRow | undefined): boolean {
  const now = findArtifact(store.database, type, id);
  if (old === undefined || now === null) return old === undefined && now === null;
  return (
    now.contentHash === old.contentHash &&
    now.lastModified === old.lastModified &&
    now.deliveredAt === old.deliveredAt &&
    now.stat === old.stat &&
    now.mtime === old.mtime
  );
}
