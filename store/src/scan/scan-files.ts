import type { Moment, ScanGap, Violation } from "../artifact.ts";
import { grouped } from "../grouped.ts";
import type { ArtifactRow } from "../index/artifact-row.ts";
import type { JsonError } from "../json/parse.ts";
import type { SchemaSource } from "../schema/source.ts";
import type { Validator } from "../schema/validator.ts";
import { contentOf, type FileContent, type JsonContent, workUnitOf } from "../workspace/content.ts";
import { type ReadGroup, readFiles } from "../workspace/read-files.ts";
import type { CleanBefore, StatIdentity } from "../workspace/stat-identity.ts";
import { type FoundFile, reasonOf } from "../workspace/walk.ts";

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

/** A file's content as it was read, not judged yet. */
interface Reading extends Omit<FileContent, "hashed"> {
  readonly file: DoubtfulFile;
  /** What recognises the file as it was read; null where its times prove nothing. */
  readonly stat: StatIdentity | null;
  readonly mtime: string;
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
  let at = 0;
  const paths = files.map(({ path }) => path);
  for (const group of readFiles(paths, before)) {
    const readings = readingsOf(files.slice(at, at + group.ends.length), group, gaps);
    at += group.ends.length;
    const violations = await violationsOf(readings);
    yield readings.map((reading) => updateOf(reading, violations.get(reading) ?? []));
  }
}

function readingsOf(files: readonly DoubtfulFile[], group: ReadGroup, gaps: ScanGap[]): Reading[] {
  const { bytes, ends, identities, mtimes, unread } = group;
  const readings: Reading[] = [];
  for (const [place, file] of files.entries()) {
    const why = unread.get(place);
    if (why !== undefined) {
      if (why !== null) gaps.push({ type: file.type, path: `${file.type}/${file.id}.json`, reason: reasonOf(why) });
      continue;
    }
    const { hash, content } = contentOf(bytes, ends[place - 1] ?? 0, ends[place] ?? 0);
    readings.push({ file, stat: identities[place] ?? null, mtime: mtimes[place] ?? "", hash, content });
  }
  return readings;
}

/** The violations of each reading that has some; what the index knows already is not judged again. */
async function violationsOf(readings: readonly Reading[]): Promise<Map<Reading, readonly Violation[]>> {
  const found = new Map<Reading, readonly Violation[]>();
  const unjudged: { reading: Reading; content: JsonContent }[] = [];
  for (const reading of readings) {
    const { content, hash, file } = reading;
    const { old, schema } = file;
    if ("malformed" in content) found.set(reading, [notJson(content.malformed)]);
    else if (old?.schemaHash === schema.hash && old.contentHash === hash) found.set(reading, old.violations);
    else unjudged.push({ reading, content });
  }
  for (const [schema, ofType] of grouped(unjudged, ({ reading }) => reading.file.schema)) {
    const validator = await schema.validator();
    const plain = ofType.filter(({ content }) => content.exact === undefined);
    const accepted = validator.acceptsEach(plain.map(({ content }) => content.value));
    const valid = new Set(plain.filter((_, index) => accepted[index] === true));
    for (const one of ofType)
      if (!valid.has(one)) found.set(one.reading, await validator(one.content.value, one.content.exact));
  }
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

/** The one violation of a file that is no JSON. */
export function notJson({ message }: JsonError): Violation {
  return { path: "", keyword: "json", expected: "JSON", got: message, message: `not JSON: ${message}` };
}

function changeOf(old: ArtifactRow | undefined, row: ArtifactRow): Change {
  if (old === undefined) return "new";
  if (old.contentHash !== row.contentHash) return "modified";
  return old.schemaHash === row.schemaHash ? "unchanged" : "revalidated";
}
