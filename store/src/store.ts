import type { Database, Transaction } from "better-sqlite3";
import { databaseError, isBusy, openDatabase, patiently, syncCommits } from "./database.ts";

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
  try {
    // Only the beginning can find another writer, so nothing of the work has been done then.
    return patiently(() => transactionOf(database).immediate(work) as T);
  } catch (error) {
    throw databaseError(database, error);
  }
}

type AnyTransaction = Transaction<(work: () => unknown) => unknown>;
const transactions = new WeakMap<Database, AnyTransaction>();

/** Runs the work that it is given as a transaction; made once for each database. */
function transactionOf(database: Database): AnyTransaction {
  let transaction = transactions.get(database);
  if (transaction === undefined) {
    transaction = database.transaction((work) => work());
    transactions.set(database, transaction);
  }
  return transaction;
}

/**
 * As `write`, but the log is not synced: what is committed outlives every process, and is on the disk itself with the next
 * `write`. For what is void when the machine stops, such as that an attempt runs, since its agent stops as well, and for what
 * the next command finds again.
 * @throws StoreError, or what the work throws
 */
export function writeUnsynced<T>(store: Store, work: () => T): T {
  return withoutSyncing(store, () => write(store, work));
}

function withoutSyncing<T>({ database }: Store, writing: () => T): T {
  syncCommits(database, false);
  try {
    return writing();
  } finally {
    // Where even the way back failed, it cannot be set, and what went wrong is told already.
    if (!database.inTransaction) syncCommits(database, true);
  }
}

/** As `write`, but does nothing where another writer is at work: for what the next command can write as well. */
export function writeIfFree(store: Store, work: () => void): void {
  try {
    transactionOf(store.database).immediate(work);
  } catch (error) {
    if (!isBusy(error)) throw databaseError(store.database, error);
  }
}

/** As `writeIfFree`, and as `writeUnsynced`: for what is not worth waiting for the disk either. */
export function writeUnsyncedIfFree(store: Store, work: () => void): void {
  withoutSyncing(store, () => writeIfFree(store, work));
}
