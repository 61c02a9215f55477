import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { MIGRATIONS } from "./migrations.ts";
import { openSqlite } from "./sqlite.ts";
import { StoreError } from "./store-error.ts";
import { reasonOf } from "./workspace/walk.ts";

export type { Database } from "better-sqlite3";
export { StoreError };

const FILE = "runa.db";
/** How long, in milliseconds, one process waits for another. */
const BUSY_TIMEOUT = 10_000;

/** An open database and whether what is written to it is kept. */
export interface OpenDatabase {
  readonly database: Database.Database;
  readonly kept: boolean;
  close(): void;
}

/**
 * Opens the store's database, making or migrating it where needed. Where it cannot be written, a private copy is opened
 * instead, so that readers still answer, without saving.
 * @throws StoreError when it is damaged, or made by a newer runa
 */
export function openDatabase(directory: string): OpenDatabase {
  try {
    const opened = tryToOpen(directory);
    directories.set(opened.database, directory);
    return opened;
  } catch (error) {
    throw storeError(directory, error);
  }
}

const directories = new WeakMap<Database.Database, string>();

/** What an error of an open database means: damage that shows only in reading is a StoreError too. */
export function databaseError(database: Database.Database, error: unknown): unknown {
  const directory = directories.get(database);
  return directory === undefined ? error : storeError(directory, error);
}

/** The store's database in a directory. */
export function databaseFile(directory: string): string {
  return join(directory, FILE);
}

/** Whether there is a store in a directory, sound or not. An empty file is none: it holds nothing, and was never made so. */
export function storeExists(directory: string): boolean {
  return (statSync(databaseFile(directory), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/**
 * Makes a store's database where there is none.
 * @throws StoreError
 */
export function makeDatabase(directory: string): OpenDatabase {
  makeDirectory(directory);
  return kept(directory);
}

function tryToOpen(directory: string): OpenDatabase {
  try {
    makeDirectory(directory);
    requireFile(join(directory, FILE));
    return kept(directory);
  } catch (error) {
    if (!cannotWrite(error)) throw error;
    return privateCopy(directory);
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    if (cannotWrite(error)) throw error;
    throw new StoreError(`${directory} cannot hold the store: ${reasonOf(error)}. Move away what lies there`);
  }
}

/** SQLite would wait for a pipe, take a device for an empty database, and a directory for one that is not to be read. */
function requireFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw new StoreError(`${file} is not a file: move away what lies there`);
}

function kept(directory: string): OpenDatabase {
  const database = openSqlite(join(directory, FILE), { timeout: 0 });
  try {
    // Of two that make a store at once SQLite refuses one without waiting.
    patiently(() => prepare(database));
    askToWrite(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return { database, kept: true, close: () => database.close() };
}

/** A file that must not be written opens all the same, and says so only to whoever wants to write. */
function askToWrite(database: Database.Database): void {
  try {
    database.exec("BEGIN IMMEDIATE; UPDATE clock SET latest = latest; ROLLBACK");
  } catch (error) {
    // Another is writing, so one may.
    if (!isBusy(error)) throw error;
  }
}

/**
 * How often, in milliseconds, whoever finds the store locked asks again. SQLite itself, which is told not to wait, would ask
 * less and less often, up to every 100 ms, and miss the moments that a long scan leaves to others.
 */
const POLL = 1;
const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Does again and again what is refused while another has the lock, until it may. */
export function patiently<T>(work: () => T): T {
  let deadline: number | undefined;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      deadline ??= performance.now() + BUSY_TIMEOUT;
      if (performance.now() > deadline) throw error;
      Atomics.wait(nothing, 0, 0, POLL);
    }
  }
}

/** Whether an error says that another has locked what was asked for. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith("SQLITE_BUSY");
}

/** How often a store is copied anew that was written to meanwhile. */
const COPY_TRIES = 20;

/** What tells one state of the store's files from another; nothing for files that cannot be looked at. */
function stateOf(directory: string): string {
  try {
    return ["", "-wal"]
      .map((suffix) => statSync(join(directory, FILE + suffix), { bigint: true, throwIfNoEntry: false }))
      .map((stats) => (stats === undefined ? "" : `${stats.ino}:${stats.size}:${stats.mtimeNs}`))
      .join(" ");
  } catch {
    return "";
  }
}

function copyFiles(directory: string, copy: string): void {
  try {
    // Bytes, not modes: the copy has to be writable where the store is not.
    for (const suffix of ["", "-wal"])
      writeFileSync(join(copy, FILE + suffix), readFileSync(join(directory, FILE + suffix)));
  } catch {
    // No store yet, or none that can be read: answered as if it were empty.
  }
}

function privateCopy(directory: string): OpenDatabase {
  const copy = mkdtempSync(join(tmpdir(), "runa-store-"));
  for (let tries = 0; tries < COPY_TRIES; tries++) {
    const before = stateOf(directory);
    copyFiles(directory, copy);
    // Taken in the middle of a checkpoint, the two files would not belong together.
    if (stateOf(directory) === before) break;
  }
  const database = openSqlite(join(copy, FILE));
  const close = () => {
    database.close();
    rmSync(copy, { recursive: true, force: true });
  };
  try {
    prepare(database);
  } catch (error) {
    close();
    throw error;
  }
  return { database, kept: false, close };
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

function prepare(database: Database.Database): void {
  database.pragma("journal_mode = WAL");
  // Committed means on the disk, which is not what WAL does by itself.
  syncCommits(database, true);
  const version = database.pragma("user_version", { simple: true }) as number;
  if (version > MIGRATIONS.length)
    throw new StoreError(
      `the store was made by a newer runa (store version ${version}, this runa knows ${MIGRATIONS.length}): use that one`,
    );
  if (version === MIGRATIONS.length) return;
  database
    .transaction(() => {
      // Asked again under the lock: another process may have migrated meanwhile.
      const from = database.pragma("user_version", { simple: true }) as number;
      for (const migration of MIGRATIONS.slice(from)) database.exec(migration);
      database.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? "");
}

function cannotWrite(error: unknown): boolean {
  return (
    /^(SQLITE_READONLY|SQLITE_CANTOPEN|EACCES|EROFS|EPERM)/.test(codeOf(error)) ||
    /directory does not exist/.test(String(error))
  );
}

function storeError(directory: string, error: unknown): unknown {
  const code = codeOf(error);
  if (!code.startsWith("SQLITE_")) return error;
  const file = join(directory, FILE);
  if (code.startsWith("SQLITE_BUSY"))
    return new StoreError(`${file} was locked by another process for ${BUSY_TIMEOUT / 1000} s: try again`);
  if (!/^SQLITE_(NOTADB|CORRUPT)/.test(code))
    return new StoreError(`${file} could not be read or written: ${(error as Error).message} (${code})`);
  return new StoreError(
    `${file} is damaged: what runa remembers of earlier attempts is in doubt, no artifact is. \`runa scan --rebuild\` keeps what can still be read and reads the artifacts again`,
  );
}
