import type { ContentHash, Moment, ScanGap, Violation, WorkUnit } from "./artifact.ts";
import { contentHash } from "./json/canonical.ts";
import { JsonError, parseJsonBytes } from "./json/parse.ts";
import type { SchemaSource } from "./schema/source.ts";
import type { Validator } from "./schema/validator.ts";
import type { ArtifactRow } from "./tables/artifact-table.ts";
import { type CleanBefore, isClean, type StatIdentity, statIdentity } from "./workspace/stat-identity.ts";
import { type FoundFile, readFileInto, reasonOf } from "./workspace/walk.ts";

/** What a scan needs to know of one artifact type. */
export interface ScannedType extends SchemaSource {
  /** The compiled schema; asked for only when a file of the type has to be validated. */
  validator(): Promise<Validator>;
}

/** A file that has to be read, with what the index holds of it. */
export interface DoubtfulFile extends FoundFile {
  readonly old: ArtifactRow | undefined;
  readonly schema: ScannedType;
}

export type Change = "new" | "modified" | "revalidated" | "unchanged";

/** A row to write, with what it was when the scan began: another writer's newer one is not overwritten. */
export interface Update {
  readonly change: Change;
  readonly old: ArtifactRow | undefined;
  readonly row: ArtifactRow;
}

// Filled in when the scan commits: all that one scan finds share one time.
const UNDATED = 0 as Moment;

/** Files of one type are judged together, at most so many and so many bytes: their values lie in memory at once. */
const TOGETHER = 256;
const BYTES_TOGETHER = 4 * 1024 * 1024;

/** Files up to this length are read into one buffer, one after the other. */
const scratch = Buffer.allocUnsafeSlow(1024 * 1024);

/** A file's content as it was read, not judged yet. */
interface Reading {
  readonly file: DoubtfulFile;
  /** What recognises the file as it was read; null where its times prove nothing. */
  readonly stat: StatIdentity | null;
  readonly mtime: string;
  /** In bytes. */
  readonly length: number;
  readonly hash: ContentHash;
  readonly content: { readonly value: unknown } | { readonly malformed: JsonError };
}

/**
 * Reads and judges files, and hands over what they come to part by part, in their order. One that has gone is left out, and
 * so is one that cannot be read, which is a gap.
 * @param before taken before the first of them is read
 */
export async function* updatesOf(
  files: readonly DoubtfulFile[],
  before: CleanBefore,
  gaps: ScanGap[],
): AsyncGenerator<Update[]> {
  let together: Reading[] = [];
  let bytes = 0;
  const judged = async () => {
    const violations = await violationsOf(together, together[0]?.file.schema);
    const updates = together.map((reading) => updateOf(reading, violations.get(reading) ?? []));
    together = [];
    bytes = 0;
    return updates;
  };
  for (const file of files) {
    const full = together.length === TOGETHER || bytes > BYTES_TOGETHER;
    if (full || (together.length > 0 && together[0]?.file.type !== file.type)) yield await judged();
    const reading = read(file, before, gaps);
    if (reading === null) continue;
    together.push(reading);
    bytes += reading.length;
  }
  yield await judged();
}

function read(file: DoubtfulFile, before: CleanBefore, gaps: ScanGap[]): Reading | null {
  let found: ReturnType<typeof readFileInto>;
  try {
    found = readFileInto(scratch, file.path);
  } catch (error) {
    gaps.push({ type: file.type, path: `${file.type}/${file.id}.json`, reason: reasonOf(error) });
    return null;
  }
  if (found === null) return null;
  const { bytes, length, stats } = found;
  const stat = isClean(stats, before) ? statIdentity(stats) : null;
  const { hash, content } = contentOf(bytes, length);
  return { file, length, stat, mtime: String(stats.mtimeNs), hash, content };
}

function contentOf(bytes: Buffer, length: number): Pick<Reading, "hash" | "content"> {
  try {
    const { value, canonical } = parseJsonBytes(bytes, length);
    return { hash: contentHash(canonical), content: { value } };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { hash: contentHash(bytes.subarray(0, length)), content: { malformed: error } };
  }
}

/** The violations of each reading that has some; what the index knows already is not judged again. */
async function violationsOf(
  readings: readonly Reading[],
  schema: ScannedType | undefined,
): Promise<Map<Reading, readonly Violation[]>> {
  const found = new Map<Reading, readonly Violation[]>();
  const unjudged: { reading: Reading; value: unknown }[] = [];
  for (const reading of readings) {
    const { content, hash, file } = reading;
    const { old } = file;
    if ("malformed" in content) found.set(reading, [notJson(content.malformed)]);
    else if (old?.schemaHash === schema?.hash && old?.contentHash === hash) found.set(reading, old.violations);
    else unjudged.push({ reading, value: content.value });
  }
  if (schema === undefined || unjudged.length === 0) return found;
  const validator = await schema.validator();
  const valid = validator.acceptsEach(unjudged.map(({ value }) => value));
  for (const [index, { reading, value }] of unjudged.entries())
    if (valid[index] !== true) found.set(reading, await validator(value));
  return found;
}

function updateOf({ file, stat, mtime, hash, content }: Reading, violations: readonly Violation[]): Update {
  const { old, schema } = file;
  const malformed = "malformed" in content;
  const row: ArtifactRow = {
    type: file.type,
    id: file.id,
    status: malformed ? "malformed" : violations.length === 0 ? "valid" : "invalid",
    contentHash: hash,
    schemaHash: schema.hash,
    workUnit: malformed ? (old?.workUnit ?? null) : workUnitOf(content.value),
    lastModified: old?.lastModified ?? UNDATED,
    deliveredAt: old?.deliveredAt ?? null,
    violations,
    stat,
    mtime,
  };
  return { change: changeOf(old, row), old, row };
}

function notJson({ message }: JsonError): Violation {
  return { path: "", keyword: "json", expected: "JSON", got: message, message: `not JSON: ${message}` };
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
