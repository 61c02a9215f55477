import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { Connection } from "../connection/connection.ts";
import { hideFromGit, StoreError, storeExists } from "../connection/database.ts";
import { WITHDRAWALS_FROM_LOG } from "../connection/migrations.ts";
import { widenPages } from "../connection/page-size.ts";
import { isOwnSchema, isTable } from "../connection/schema-digest.ts";
import { openSqlite } from "../connection/sqlite.ts";
import { BESIDE, databaseFile } from "../connection/store-files.ts";
import { rebuildHeldOpen, rebuildNotKept } from "../messages.ts";
import { BREAK_OFF, makeWhole } from "../replay/due.ts";
import { syncDirectory } from "../workspace/durable-write.ts";
import { reasonOf } from "../workspace/walk.ts";
import { keptOf, RECORDS, type RecordTable, type Row } from "./rebuild-rows.ts";

/** The versions of the store that brought the tables of withdrawals, of pending operations, of what attempts were given, of contents, and of states. */
const WITHDRAWAL_SINCE = 4;
const PENDING_OPERATION_SINCE = 5;
const GIVEN_SINCE = 7;
const CONTENT_SINCE = 8;
const CHECKPOINT_SINCE = 10;

// Of an attempt that is open and lost how things lay before it, nothing could be told that it wrote: it is not carried over.
const UNJUDGEABLE = "ended IS NULL AND id NOT IN (SELECT attempt FROM lay_before)";
const DROP_UNJUDGEABLE = `DELETE FROM attempt WHERE ${UNJUDGEABLE}`;
const FORGET_JUDGED = "DELETE FROM lay_before WHERE attempt NOT IN (SELECT id FROM attempt WHERE ended IS NULL)";

/** What a rebuilt store kept of the one before. */
export interface Rebuilt {
  /** Where the damaged database was put; null where it was sound, or there was none. */
  readonly damaged: string | null;
  readonly kept: { readonly attempts: number; readonly events: number };
  /** Whether something may be missing of what was recorded. */
  readonly incomplete: boolean;
}

/**
 * Empties the index of a store, so that the next scan reads every artifact again (attempts.md section 6). A sound store
 * keeps everything else as it is. Of a damaged one attempts, deliveries and events are carried over into a new database
 * as far as they can be read; the damaged file is kept beside it. Whatever dies meanwhile, a store is there, or what
 * `rebuildStore` can be asked for again.
 * @throws StoreError where another process is at work in a damaged store, or nothing can be written
 */
export function rebuildStore(directory: string): Rebuilt {
  const file = databaseFile(directory);
  if (!storeExists(directory)) {
    // A write-ahead log that the lost database left would be taken for the new one's.
    for (const suffix of ["", ...BESIDE]) rmSync(file + suffix, { force: true });
    Connection.make(directory).close();
    return { damaged: null, kept: { attempts: 0, events: 0 }, incomplete: true };
  }
  rollBack(file);
  const rebuilt = isSound(file) ? emptied(directory, file) : carryOver(directory, file);
  const connection = Connection.make(directory);
  makeWhole({ connection, persistent: true }, "rebuild");
  connection.close();
  return rebuilt;
}

/** Of an older runa's store too, which is sound, and brought up to date by being opened. */
function emptied(directory: string, file: string): Rebuilt {
  Connection.make(directory).close();
  return emptyIndex(file);
}

/** Undoes what a process had begun when it died, before the database is read by who does not write to it. */
function rollBack(file: string): void {
  if (!existsSync(`${file}-journal`)) return;
  try {
    withDatabase(file, (database) => database.pragma("schema_version"), "write");
  } catch {
    // What is wrong with it shows where it is read.
  }
}

/** Other processes that have a file open; none where the system does not tell (/proc). */
function holdersOf(file: string): number[] {
  const path = realpathSync(file);
  return entriesOf("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => entriesOf(`/proc/${pid}/fd`).some((fd) => targetOf(`/proc/${pid}/fd/${fd}`) === path))
    .map(Number);
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function targetOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

/**
 * Whether nothing is wrong with a database: its pages, the indexes over its tables, the tables themselves, and what stands in
 * those that a scan does not fill.
 */
function isSound(file: string): boolean {
  try {
    return withDatabase(
      file,
      (database) =>
        database.pragma("integrity_check(1)", { simple: true }) === "ok" &&
        isOwnSchema(database, database.pragma("user_version", { simple: true }) as number) &&
        RECORDS.filter((table) => isTable(database, table)).every((table) => isReadable(database, table)) &&
        (!isTable(database, "lay_before") ||
          database.prepare(`SELECT 1 FROM attempt WHERE ${UNJUDGEABLE}`).get() === undefined),
    );
  } catch {
    return false;
  }
}

function isReadable(database: Database.Database, table: RecordTable): boolean {
  for (const row of database.prepare(`SELECT * FROM "${table}"`).iterate() as Iterable<Row>)
    if (keptOf(table, row) !== row) return false;
  return true;
}

function emptyIndex(file: string): Rebuilt {
  return withDatabase(
    file,
    (database) => {
      database
        .transaction(() => {
          for (const table of tablesOf(database))
            if (!RECORDS.some((record) => record === table)) database.exec(`DELETE FROM "${table}"`);
          database.exec(BREAK_OFF);
        })
        .immediate();
      widenPages(database, Number.POSITIVE_INFINITY);
      return { damaged: null, kept: countsOf(database), incomplete: false };
    },
    "write",
  );
}

function carryOver(directory: string, file: string): Rebuilt {
  const [holder] = holdersOf(file);
  if (holder !== undefined) throw new StoreError(rebuildHeldOpen(file, holder));
  const place = mkdtempSync(join(directory, "rebuilding-"));
  try {
    const copied = carryInto(Connection.make(place), file);
    const damaged = setAside(file);
    renameSync(databaseFile(place), file);
    hideFromGit(directory);
    syncDirectory(directory);
    return { damaged, kept: copied.counts, incomplete: copied.incomplete };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Copies what can be read of a damaged database into a new one, and closes that. */
function carryInto(target: Connection, file: string): { counts: Rebuilt["kept"]; incomplete: boolean } {
  try {
    const whole = target.write(() => {
      const before = RECORDS.slice(0, RECORDS.indexOf("delivery")).map((table) => carryTable(file, target, table));
      // Before what they delivered, which is not carried over either.
      const { changes } = target.statement(DROP_UNJUDGEABLE).run();
      const after = RECORDS.slice(before.length).map((table) => carryTable(file, target, table));
      return [...before, changes === 0, ...after];
    });
    // In a store of an older runa both were one, and only its log tells what was withdrawn.
    target.write(() => target.statement("UPDATE attempt SET started_at = started WHERE started_at = 0").run());
    target.write(() => target.statement(WITHDRAWALS_FROM_LOG).run());
    target.write(() => target.statement(FORGET_JUDGED).run());
    target.write(() => target.statement(BREAK_OFF).run());
    return { counts: countsOf(target.database), incomplete: whole.includes(false) };
  } finally {
    target.close();
  }
}

/** Copies the rows of one table that can be read, from both ends towards the damage; tells whether all of them could. */
function carryTable(file: string, target: Connection, table: RecordTable): boolean {
  // The new clock has a row already; a row that was read from both ends is the same from each.
  const conflict = table === "clock" ? "REPLACE" : "IGNORE";
  let whole = true;
  for (const order of ["ASC", "DESC"]) {
    try {
      withDatabase(file, (source) => {
        const from = sourceOf(source, table);
        if (from === null) return;
        if (!isTable(source, from.name)) throw new RangeError(`${from.name} is no table`);
        const byPlace = /WITHOUT ROWID/i.test(definitionOf(source, from.name)) ? "" : `ORDER BY rowid ${order}`;
        const rows = source.prepare(`SELECT * FROM "${from.name}" ${byPlace}`).iterate() as Iterable<Row>;
        for (const found of rows) {
          const row = from.read(found);
          const kept = keptOf(table, row);
          const isPut = kept !== null && put(target, table, kept, conflict);
          whole &&= isPut && kept === row;
        }
      });
      return whole && order === "ASC";
    } catch {
      // Damaged from here on; the other end may be whole.
    }
  }
  return false;
}

/** Where a database holds the rows of a table, and how they are read; null where an older runa made it, which had none. */
function sourceOf(source: Database.Database, table: RecordTable): { name: string; read: (row: Row) => Row } | null {
  const version = source.pragma("user_version", { simple: true }) as number;
  if (table === "withdrawal" && version < WITHDRAWAL_SINCE) return null;
  if (table === "content" && version < CONTENT_SINCE) return null;
  if (table === "pending_operation" && version < PENDING_OPERATION_SINCE)
    return { name: "superseding", read: operationOf };
  if (table === "given" && version < GIVEN_SINCE)
    return { name: "attempt", read: ({ id, inputs }) => ({ attempt: id, inputs }) };
  if (table === "lay_before" && version < GIVEN_SINCE)
    return { name: "attempt", read: ({ id, before }) => ({ attempt: id, instances: before }) };
  if (table === "checkpoint" && version < CHECKPOINT_SINCE) return null;
  return { name: table, read: (row) => row };
}

/** An operation as an older runa had it, which knew only what was to be moved. */
function operationOf({ attempt, artifact_type: type, instance_id: id, withdrawn }: Row): Row {
  return { kind: withdrawn === 1 ? "withdraw" : "supersede", attempt, subject: JSON.stringify({ type, id }) };
}

/** Puts a row into a table, unless it breaks the table's rules: then it is part of the damage. */
function put(target: Connection, table: string, row: Row, conflict: string): boolean {
  const own = columnsOf(target, table);
  const columns = Object.keys(row).filter((column) => own.has(column));
  const names = columns.map((column) => `"${column}"`).join(", ");
  const values = columns.map((column) => `@${column}`).join(", ");
  try {
    target.statement(`INSERT OR ${conflict} INTO "${table}" (${names}) VALUES (${values})`).run(row);
    return true;
  } catch {
    return false;
  }
}

/** The columns that runa gives a table; what somebody else has added to it is not kept. */
function columnsOf(target: Connection, table: string): ReadonlySet<string> {
  const rows = target.statement("SELECT name FROM pragma_table_info(?)").all(table) as { name: string }[];
  return new Set(rows.map(({ name }) => name));
}

function definitionOf(source: Database.Database, table: string): string {
  return (
    (source.prepare("SELECT sql FROM sqlite_schema WHERE name = ?").pluck().get(table) as string | undefined) ?? ""
  );
}

function tablesOf(database: Database.Database): string[] {
  return database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
}

function countsOf(database: Database.Database): Rebuilt["kept"] {
  const count = (table: string) => database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number;
  return { attempts: count("attempt"), events: count("event") };
}

/**
 * Keeps the damaged database under another name. Its write-ahead log goes first: left beside the new database it would
 * be taken for that one's.
 */
function setAside(file: string): string {
  for (let number = 1; ; number++) {
    const aside = `${file}.damaged-${number}`;
    try {
      linkSync(file, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw new StoreError(rebuildNotKept(file, aside, reasonOf(error)));
    }
    for (const suffix of BESIDE) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
    return aside;
  }
}

function withDatabase<T>(file: string, work: (database: Database.Database) => T, access: "read" | "write" = "read"): T {
  const database = openSqlite(file, { readonly: access === "read" });
  try {
    return work(database);
  } finally {
    database.close();
  }
}
