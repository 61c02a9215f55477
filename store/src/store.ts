import type { Database } from "better-sqlite3";
import { BUSY_TIMEOUT, databaseError, isBusy, openDatabase, withoutWaiting } from "./database.ts";

/** What exists and what happened, on disk: a project's open store. */
export interface Store {
  readonly directory: string;
  /** False where the store cannot be written: then everything is answered from a private copy, and nothing is kept. */
  readonly kept: boolean;
  /** For this package's own files only. */
  readonly database: Database;
  close(): void;
}

/**
 * Opens a project's store, making it where there is none.
 * @throws StoreError when it is damaged, or made by a newer runa
 */
export function openStore(directory: string): Store {
  return { directory, ...openDatabase(directory) };
}

/**
 * Runs `work` as one immediate transaction: whole or not at all, and no other writer beside it.
 * @throws StoreError, or what the work throws
 */
export function write<T>(store: Store, work: () => T): T {
  const { database } = store;
  const deadline = performance.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      return withoutWaiting(database, () => database.transaction(work).immediate());
    } catch (error) {
      // Only the beginning can find another writer, so nothing of the work has been done.
      if (!isBusy(error) || performance.now() > deadline) throw databaseError(database, error);
      sleep(POLL);
    }
  }
}

/**
 * How often, in milliseconds, a writer asks whether it may. SQLite by itself asks less and less often, up to every 100 ms,
 * and would miss the moments that a long scan leaves to others.
 */
const POLL = 1;
const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Holds this thread: a transaction is written from its beginning to its end in one go. */
function sleep(milliseconds: number): void {
  Atomics.wait(nothing, 0, 0, milliseconds);
}

/**
 * As `write`, but the log is not synced: what is committed outlives every process, and is on the disk itself with the next
 * `write`. For what is void when the machine stops: that an attempt runs, since its agent stops as well.
 * @throws StoreError, or what the work throws
 */
export function writeUnsynced<T>(store: Store, work: () => T): T {
  return withoutSyncing(store, () => write(store, work));
}

function withoutSyncing<T>({ database }: Store, writing: () => T): T {
  database.pragma("synchronous = NORMAL");
  try {
    return writing();
  } finally {
    // Where even the way back failed, it cannot be set, and what went wrong is told already.
    if (!database.inTransaction) database.pragma("synchronous = FULL");
  }
}

/** As `write`, but does nothing where another writer is at work: for what the next command can write as well. */
export function writeIfFree(store: Store, work: () => void): void {
  try {
    withoutWaiting(store.database, () => store.database.transaction(work).immediate());
  } catch (error) {
    if (!isBusy(error)) throw databaseError(store.database, error);
  }
}

/** As `writeIfFree`, and as `writeUnsynced`: for what is not worth waiting for the disk either. */
export function writeUnsyncedIfFree(store: Store, work: () => void): void {
  withoutSyncing(store, () => writeIfFree(store, work));
}
