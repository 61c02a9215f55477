import { existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { storeDirectoryBlocked, storeNoFile, storePathTooLong, storeTooNew } from "../messages.ts";
import { reasonOf } from "../workspace/walk.ts";
import { MIGRATIONS } from "./migrations.ts";
import { choosePageSize, widenPages } from "./page-size.ts";
import { copyStore } from "./private-copy.ts";
import { isOwnSchema, isTable } from "./schema-digest.ts";
import { openSqlite } from "./sqlite.ts";
import { alteredSchema, isBusy, StoreError, storeError, whyNotSaved } from "./store-error.ts";
import { databaseFile, OpenFiles } from "./store-files.ts";

export type { Database } from "better-sqlite3";
export { StoreError } from "./store-error.ts";

/** How long, in milliseconds, one process waits for another. */
export const PATIENCE = 10_000;

/** An open database and whether what is written to it is kept. */
export interface OpenDatabase {
  readonly database: Database.Database;
  /** The files that it has open; null for a private copy, in which nothing is kept. */
  readonly files: OpenFiles | null;
  readonly hasOwnSchema: boolean;
  close(): void;
}

/** How a database is opened. */
export interface Opening {
  /** How long, in milliseconds, another's lock is waited for. */
  readonly patience: number;
  /** Whether also one is opened that has tables or triggers which runa does not make. */
  readonly admitsForeign: boolean;
}

const DEFAULT_OPENING: Opening = { patience: PATIENCE, admitsForeign: false };

/**
 * Opens the store's database, making or migrating it where needed. Where it cannot be written, a private copy is opened
 * instead, so that readers still answer, without saving.
 * @throws StoreError when it cannot be read, or was made by a newer runa
 */
export function openDatabase(directory: string, opening: Opening): OpenDatabase {
  return withStoreErrors(directory, opening.patience, () => {
    try {
      makeDirectory(directory);
      requireFile(databaseFile(directory));
      return openPersistent(directory, opening);
    } catch (error) {
      if (whyNotSaved(error) === null) throw error;
      refuseLongPath(directory);
      return openCopy(directory, opening);
    }
  });
}

/**
 * Opens a private copy of a store, in which nothing is kept. Only for one who has not got the store open: reading its files
 * would give up the locks that SQLite has on them.
 * @throws StoreError
 */
export function openPrivately(directory: string): OpenDatabase {
  return withStoreErrors(directory, PATIENCE, () => openCopy(directory, DEFAULT_OPENING));
}

/**
 * Makes a store's database where there is none.
 * @throws StoreError
 */
export function makeDatabase(directory: string): OpenDatabase {
  return withStoreErrors(directory, PATIENCE, () => {
    try {
      makeDirectory(directory);
      return openPersistent(directory, DEFAULT_OPENING);
    } catch (error) {
      refuseLongPath(directory);
      throw error;
    }
  });
}

/** Opens a database; an error says which store it is about. */
function withStoreErrors(directory: string, patience: number, open: () => OpenDatabase): OpenDatabase {
  try {
    return open();
  } catch (error) {
    throw storeError(databaseFile(directory), error, patience);
  }
}

/** Whether there is a store in a directory, sound or not. An empty file is none: it holds nothing, and was never made so. */
export function storeExists(directory: string): boolean {
  try {
    return (statSync(databaseFile(directory), { throwIfNoEntry: false })?.size ?? 0) > 0;
  } catch {
    // What cannot be looked at may be one; opening it says why not.
    return true;
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    if (whyNotSaved(error) !== null) throw error;
    throw new StoreError(storeDirectoryBlocked(directory, reasonOf(error)));
  }
}

/** SQLite would wait for a pipe, take a device for an empty database, and a directory for one that is not to be read. */
function requireFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) throw new StoreError(storeNoFile(file));
}

/** SQLite takes no longer path than 512 bytes, of which it needs 8 for the names of the files beside. */
const LONGEST_PATH = 504;

/** @throws StoreError where SQLite could open no database here, whatever one does */
function refuseLongPath(directory: string): void {
  const length = Buffer.byteLength(databaseFile(existsSync(directory) ? realpathSync(directory) : directory));
  if (length > LONGEST_PATH) throw new StoreError(storePathTooLong(databaseFile(directory), length, LONGEST_PATH));
}

const GITIGNORE = "*\n";

/** Git would take the database, and what it then puts back would be an older one beside the log of a newer. */
export function hideFromGit(directory: string): void {
  try {
    writeFileSync(join(directory, ".gitignore"), GITIGNORE, { flag: "wx" });
  } catch {
    // It is there already, or the disk is full: no reason to have no store.
  }
}

function openPersistent(directory: string, opening: Opening): OpenDatabase {
  const database = openSqlite(databaseFile(directory), { timeout: 0 });
  try {
    // Of two that make a store at once SQLite refuses one without waiting.
    const { isNew, hasOwnSchema } = retryWhileBusy(() => prepare(directory, database, opening), opening.patience);
    if (isNew) hideFromGit(directory);
    requireWritable(database);
    return { database, files: new OpenFiles(directory), hasOwnSchema, close: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A file that must not be written opens all the same, and says so only to whoever wants to write. */
function requireWritable(database: Database.Database): void {
  try {
    database.exec("BEGIN IMMEDIATE; UPDATE clock SET latest = latest; ROLLBACK");
  } catch (error) {
    if (database.inTransaction) database.exec("ROLLBACK");
    // Another is writing, so one may.
    if (!isBusy(error)) throw error;
  }
}

/**
 * How often, in milliseconds, whoever finds the store locked asks again. SQLite itself, which is told not to wait, would ask
 * less and less often, up to every 100 ms, and miss the moments that a long scan leaves to others.
 */
const POLL = 1;
const neverNotified = new Int32Array(new SharedArrayBuffer(4));

/** Does again and again what is refused while another has the lock, until it may. */
export function retryWhileBusy<T>(work: () => T, patience = PATIENCE): T {
  let deadline: number | undefined;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      deadline ??= performance.now() + patience;
      if (performance.now() > deadline) throw error;
      Atomics.wait(neverNotified, 0, 0, POLL);
    }
  }
}

function openCopy(directory: string, opening: Opening): OpenDatabase {
  const copy = copyStore(directory);
  const database = openSqlite(databaseFile(copy.directory));
  const close = () => {
    database.close();
    copy.remove();
  };
  try {
    const { hasOwnSchema } = prepare(directory, database, opening, true);
    return { database, files: null, hasOwnSchema, close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Whether a commit is on the disk when it returns; else it is with the next one that is. Never inside a transaction.
 *
 * So many pages the log holds before they go to where they belong and it is written again from its beginning: few where
 * commits are synced, because a log that grows has its length put on the disk with each; more where they are not, because
 * that is a sync as well.
 */
export function syncCommits(database: Database.Database, synced: boolean): void {
  database.exec(
    synced
      ? "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 200"
      : "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000",
  );
}

/** What an open database is found to be: whether it was made or migrated just now, and whether it is runa's alone. */
interface PreparedDatabase {
  readonly isNew: boolean;
  readonly hasOwnSchema: boolean;
}

/** Makes an open database ready for use. */
function prepare(
  directory: string,
  database: Database.Database,
  { admitsForeign }: Opening,
  isCopy = false,
): PreparedDatabase {
  choosePageSize(database);
  database.pragma("journal_mode = WAL");
  // What somebody has planted in the schema of a store may call nothing but what SQLite itself brings.
  database.pragma("trusted_schema = OFF");
  // Committed means on the disk, which is not what WAL does by itself.
  syncCommits(database, true);
  const version = database.pragma("user_version", { simple: true }) as number;
  if (version > MIGRATIONS.length) throw new StoreError(storeTooNew(version, MIGRATIONS.length));
  const hasOwnSchema = version === 0 || isOwnSchema(database, version);
  // A trigger or a table that runa did not make would have it record, or obey, what nobody sees.
  if (!hasOwnSchema && !(admitsForeign && version === MIGRATIONS.length && isTable(database, "event")))
    throw alteredSchema(databaseFile(directory));
  if (version === MIGRATIONS.length) return { isNew: false, hasOwnSchema };
  if (!isCopy) widenPages(database);
  database
    .transaction(() => {
      // Asked again under the lock: another process may have migrated meanwhile.
      const from = database.pragma("user_version", { simple: true }) as number;
      for (const migration of MIGRATIONS.slice(from)) database.exec(migration);
      database.pragma(`user_version = ${MIGRATIONS.length}`);
      if (!isOwnSchema(database, MIGRATIONS.length)) throw alteredSchema(databaseFile(directory));
    })
    .immediate();
  return { isNew: true, hasOwnSchema: true };
}
