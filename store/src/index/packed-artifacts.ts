import type { InstanceId, Moment, SchemaHash, TypeSummary, WorkUnit } from "../artifact.ts";
import { CacheSlot, type Connection } from "../connection/connection.ts";
import { isCount, stored } from "../connection/stored.ts";
import { latest } from "../instances.ts";
import type { StatIdentity } from "../workspace/stat-identity.ts";
import { type ArtifactRow, fromColumns } from "./artifact-row.ts";
import { indexWrites } from "./index-writes.ts";

/**
 * All rows of a type as one text: `id/stat,schema hash,content hash,status,work unit,last modified,delivered at,mtime/`
 * one after the other, by id. Making a hundred thousand rows into objects costs ten times what SQLite needs to read them,
 * and most commands ask for none of them. No id holds a slash, no other field a slash or a comma.
 */
const PACKED = `SELECT artifact_type, count(*) AS total, sum(status = 'valid') AS valid,
    sum(status IN ('invalid', 'malformed')) AS broken, sum(status = 'stale') AS stale, count(work_unit) AS scoped,
    max(last_modified) AS newest, max(CASE WHEN status = 'valid' THEN last_modified END) AS newest_valid,
    max(max(last_modified, coalesce(delivered_at, 0))) AS newest_vouched,
    group_concat(instance_id || '/' || coalesce(stat, '') || ',' || schema_hash || ',' || content_hash || ',' || status
      || ',' || CASE WHEN work_unit IS NULL THEN '' WHEN work_unit GLOB '*[^-.0-9A-Z_a-z]*' OR instr(work_unit, char(0))
        THEN '#' || hex(work_unit) ELSE '=' || work_unit END || ',' || last_modified
      || ',' || coalesce(delivered_at, '') || ',' || CASE WHEN stat IS NULL THEN coalesce(mtime, '') ELSE '' END || '/', '') AS text
  FROM artifact`;
const ALL = `${PACKED} GROUP BY artifact_type`;
const ONE = `${PACKED} WHERE artifact_type = ? GROUP BY artifact_type`;
const VIOLATIONS = "SELECT instance_id, violations FROM artifact WHERE artifact_type = ? AND violations IS NOT NULL";

interface Columns {
  artifact_type: string;
  total: number;
  valid: number;
  broken: number;
  stale: number;
  scoped: number;
  newest: Moment;
  newest_valid: Moment | null;
  newest_vouched: Moment;
  text: string;
}

/** The index of one artifact type as it was at one moment; its rows are unpacked when they are asked for. */
export class PackedType {
  readonly summary: TypeSummary;
  /** Whether any instance belongs to a work unit. */
  readonly scoped: boolean;
  readonly #connection: Connection;
  readonly #type: string;
  readonly #text: string;
  readonly #violations: ReadonlyMap<InstanceId, string>;
  /** The rows that were made already, by where they begin: a row is the same object in every list. */
  readonly #made = new Map<number, ArtifactRow>();
  #rows: readonly ArtifactRow[] | undefined;
  #divided: ReadonlyMap<WorkUnit | null, Share> | undefined;

  /** @throws StoreError where a row has a status or a time that runa never writes */
  constructor(connection: Connection, columns: Columns, violations: ReadonlyMap<InstanceId, string>) {
    const { total, valid, broken, stale, newest_vouched: newest } = columns;
    stored(connection, total, () => valid + broken + stale === total && isCount(newest));
    this.#connection = connection;
    this.#type = columns.artifact_type;
    this.#text = columns.text;
    this.#violations = violations;
    this.scoped = columns.scoped > 0;
    this.summary = {
      total: columns.total,
      valid: columns.valid,
      broken: columns.broken,
      stale: columns.stale,
      newest: columns.newest,
      newestValid: columns.newest_valid,
      newestVouched: columns.newest_vouched,
    };
  }

  /** Where each row begins, by instance id. */
  places(): Map<InstanceId, number> {
    const text = this.#text;
    const places = new Map<InstanceId, number>();
    for (let at = 0; at < text.length; ) {
      const begin = text.indexOf("/", at) + 1;
      places.set(text.slice(at, begin - 1) as InstanceId, begin);
      at = text.indexOf("/", begin) + 1;
    }
    return places;
  }

  /** Whether the row that begins there was read under this stat identity and judged by this schema. */
  holds(place: number, stat: StatIdentity, schemaHash: SchemaHash): boolean {
    return this.#text.startsWith(`${stat},${schemaHash},`, place);
  }

  row(id: InstanceId, place: number): ArtifactRow {
    const fields = this.#text.slice(place, this.#text.indexOf("/", place)).split(",");
    const [stat = "", schemaHash = "", hash = "", status = "", workUnit = "", lastModified = "", delivered = ""] =
      fields;
    return fromColumns(this.#connection, {
      artifact_type: this.#type,
      instance_id: id,
      status,
      content_hash: hash,
      schema_hash: schemaHash,
      work_unit: unitFrom(workUnit),
      last_modified: Number(lastModified),
      delivered_at: delivered === "" ? null : Number(delivered),
      violations: status === "valid" ? null : (this.#violations.get(id) ?? null),
      stat: stat === "" ? null : stat,
      mtime: fields[7] || null,
    });
  }

  /** Every row, by id; made once. */
  rows(): readonly ArtifactRow[] {
    this.#rows ??= Array.from(this.places(), ([id, place]) => this.#once(id, place));
    return this.#rows;
  }

  /** The rows of a work unit and those of none, by id. */
  rowsFor(workUnit: WorkUnit): readonly ArtifactRow[] {
    if (!this.scoped) return this.rows();
    const own = this.#shares.get(workUnit)?.starts ?? [];
    const shared = this.#shares.get(null)?.starts ?? [];
    const starts = shared.length === 0 ? own : [...own, ...shared].sort((one, other) => one - other);
    return starts.map((start) => this.#startingAt(start));
  }

  /** What is known of the rows of each work unit, and under null of those of none. */
  get summaries(): ReadonlyMap<WorkUnit | null, TypeSummary> {
    return this.#shares;
  }

  /** Made once, and no rows for it: of the instances of a thousand work units most commands list few. */
  get #shares(): ReadonlyMap<WorkUnit | null, Share> {
    this.#divided ??= this.#divide();
    return this.#divided;
  }

  #divide(): ReadonlyMap<WorkUnit | null, Share> {
    const text = this.#text;
    const shares = new Map<WorkUnit | null, Share>();
    for (let start = 0; start < text.length; ) {
      const begin = text.indexOf("/", start) + 1;
      const status = afterCommas(text, begin, 3);
      const unit = afterCommas(text, status, 1);
      const modified = afterCommas(text, unit, 1);
      const delivered = afterCommas(text, modified, 1);
      const workUnit = unitFrom(text.slice(unit, modified - 1));
      let share = shares.get(workUnit);
      if (share === undefined) {
        share = new Share(start);
        shares.set(workUnit, share);
      } else share.starts.push(start);
      share.add(text.slice(status, unit - 1), timeAt(text, modified), timeAt(text, delivered));
      start = text.indexOf("/", begin) + 1;
    }
    return shares;
  }

  #startingAt(start: number): ArtifactRow {
    const begin = this.#text.indexOf("/", start) + 1;
    return this.#once(this.#text.slice(start, begin - 1) as InstanceId, begin);
  }

  #once(id: InstanceId, place: number): ArtifactRow {
    let row = this.#made.get(place);
    if (row === undefined) {
      row = this.row(id, place);
      this.#made.set(place, row);
    }
    return row;
  }
}

/** The rows of a work unit, or of none: where they start, and what is known of them. */
class Share implements TypeSummary {
  readonly starts: number[];
  valid = 0;
  broken = 0;
  stale = 0;
  newest: Moment | null = null;
  newestValid: Moment | null = null;
  newestVouched: Moment | null = null;

  /** Not an empty list that is added to: that takes room for more than a dozen, and mostly there is one row. */
  constructor(start: number) {
    this.starts = [start];
  }

  get total(): number {
    return this.starts.length;
  }

  add(status: string, lastModified: Moment, deliveredAt: Moment): void {
    this.newest = latest(this.newest, lastModified);
    this.newestVouched = latest(this.newestVouched, deliveredAt > lastModified ? deliveredAt : lastModified);
    if (status === "valid") {
      this.valid++;
      this.newestValid = latest(this.newestValid, lastModified);
    } else if (status === "stale") this.stale++;
    else this.broken++;
  }
}

/** Where a text goes on after so many commas. To split a row would make a string of each of its fields. */
function afterCommas(text: string, from: number, commas: number): number {
  let at = from;
  for (let left = commas; left > 0; left--) at = text.indexOf(",", at) + 1;
  return at;
}

/** The time in the field that begins there; 0 for an empty one. */
function timeAt(text: string, begin: number): Moment {
  return Number(text.slice(begin, text.indexOf(",", begin))) as Moment;
}

/** The work unit in a row's field: after `=` as it is, after `#` its bytes in hexadecimal; null in an empty one. */
function unitFrom(field: string): WorkUnit | null {
  if (field === "") return null;
  const unit = field.slice(1);
  return (field.startsWith("=") ? unit : Buffer.from(unit, "hex").toString()) as WorkUnit;
}

/** The whole index as it was at one moment, by type; a type without instances has no entry. */
export type PackedArtifacts = ReadonlyMap<string, PackedType>;

/** What was read last, and what shows which of it still holds: others' commits, and writes over this connection. */
interface Read {
  readonly version: number;
  readonly writes: number;
  readonly types: PackedArtifacts;
}

const LAST_READ = new CacheSlot<Read>();
const VERSION = "PRAGMA data_version";

/**
 * The index as it is now. Where nobody else has committed, only types to which this connection has written are read again.
 * Never asked for inside a write transaction: what that takes back would be remembered.
 */
export function packedArtifacts(connection: Connection): PackedArtifacts {
  return connection.read(() => {
    const version = versionOf(connection);
    const written = indexWrites(connection);
    const last = connection.remembered(LAST_READ);
    const types =
      last !== undefined && last.version === version
        ? refreshed(connection, last.types, written.typesSince(last.writes))
        : readAll(connection);
    connection.remember(LAST_READ, { version, writes: written.count, types });
    return types;
  });
}

function readAll(connection: Connection): PackedArtifacts {
  const columns = connection.statement(ALL).all() as Columns[];
  return new Map(columns.map((row) => [row.artifact_type, packed(connection, row)]));
}

function refreshed(connection: Connection, types: PackedArtifacts, outdated: readonly string[]): PackedArtifacts {
  if (outdated.length === 0) return types;
  const now = new Map(types);
  for (const type of outdated) {
    const row = connection.statement(ONE).get(type) as Columns | undefined;
    if (row === undefined) now.delete(type);
    else now.set(type, packed(connection, row));
  }
  return now;
}

/** Work on the index that is done in several transactions, between which others may write, on this connection too. */
export class IndexChange {
  readonly #connection: Connection;
  readonly #version: number | undefined;
  /** Whether nothing but the work has written to the index over this connection since what it rests on was read. */
  #isOurs: boolean;
  #writes: number;

  /** @param index what the work rests on */
  constructor(connection: Connection, index: PackedArtifacts) {
    const last = connection.remembered(LAST_READ);
    this.#connection = connection;
    this.#version = last?.version;
    this.#writes = indexWrites(connection).count;
    this.#isOurs = last?.types === index && last.writes === this.#writes;
  }

  /** Does a part of the work, inside a write transaction; tells it whether nobody else has written to the index since. */
  part(work: (isAsRead: boolean) => void): void {
    const written = indexWrites(this.#connection);
    this.#isOurs &&= written.count === this.#writes;
    work(this.#isOurs && versionOf(this.#connection) === this.#version);
    this.#writes = written.count;
  }
}

function versionOf(connection: Connection): number {
  return (connection.statement(VERSION).get() as { data_version: number }).data_version;
}

function packed(connection: Connection, columns: Columns): PackedType {
  const none = columns.total === columns.valid;
  const rows = none ? [] : (connection.statement(VIOLATIONS).all(columns.artifact_type) as ViolationColumns[]);
  return new PackedType(connection, columns, new Map(rows.map((row) => [row.instance_id, row.violations])));
}

interface ViolationColumns {
  instance_id: InstanceId;
  violations: string;
}
