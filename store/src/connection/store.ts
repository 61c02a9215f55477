import type { Database, Transaction } from "better-sqlite3";
import {
  damagedError,
  databaseError,
  type OpenDatabase,
  openDatabase,
  openPrivately,
  PATIENCE,
  patiently,
  syncCommits,
} from "./database.ts";
import { gone, NotSavedError, whyNotSaved } from "./store-error.ts";
import { databaseFile } from "./store-files.ts";

/** What exists and what happened, on disk: a project's open store. */
export interface Store {
  readonly directory: string;
  /** False where the store cannot be written: then everything is answered from a private copy, and nothing is kept. */
  readonly kept: boolean;
  /** For this package's own files only: whether its tables and triggers are those that runa makes; else only for who inspects. */
  readonly hasOwnSchema: boolean;
  /** For this package's own files only; another one after `answerWithoutSaving`. */
  readonly database: Database;
  /** For this package's own files only: how long, in milliseconds, another's lock is waited for. */
  readonly patience: number;
  /**
   * For this package's own files only.
   * @throws StoreError where the store has been deleted or replaced since it was opened
   */
  requireInPlace(): void;
  /**
   * For this package's own files only: goes over to a private copy, where this store was opened for looking and an error
   * says that nothing can be saved.
   * @returns whether it did
   */
  answerWithoutSaving(error: unknown): boolean;
  close(): void;
}

/**
 * What a store is opened for: who looks answers without saving rather than wait long for another, or fail. Who inspects does
 * too, and is given also a store with tables or triggers that runa does not make, to say what is wrong with it.
 */
export type StoreUse = "look" | "inspect" | "record";

/** How long, in milliseconds, who only looks waits for another: longer than any delivery or batch of a scan takes. */
const LOOKERS_PATIENCE = 1000;

/**
 * Opens a project's store, making it where there is none.
 * @throws StoreError when it is damaged, cannot be read, or was made by a newer runa
 */
export function openStore(directory: string, use: StoreUse = "record"): Store {
  return new OpenedStore(directory, use);
}

class OpenedStore implements Store {
  readonly directory: string;
  readonly patience: number;
  readonly #use: StoreUse;
  #opened: OpenDatabase;

  constructor(directory: string, use: StoreUse) {
    this.directory = directory;
    this.patience = use === "record" ? PATIENCE : LOOKERS_PATIENCE;
    this.#use = use;
    this.#opened = openDatabase(directory, { patience: this.patience, admitsForeign: use === "inspect" });
  }

  get kept(): boolean {
    return this.#opened.files !== null;
  }

  get hasOwnSchema(): boolean {
    return this.#opened.hasOwnSchema;
  }

  get database(): Database {
    return this.#opened.database;
  }

  requireInPlace(): void {
    if (this.#opened.files?.areInPlace === false) throw gone(databaseFile(this.directory));
  }

  answerWithoutSaving(error: unknown): boolean {
    if (this.#use === "record" || !this.kept || whyNotSaved(error) === null) return false;
    this.#opened.close();
    this.#opened = openPrivately(this.directory);
    return true;
  }

  close(): void {
    this.#opened.close();
  }
}

/**
 * Requires that what is recorded in a store stays.
 * @throws NotSavedError where only a private copy could be opened
 */
export function requireKept(store: Store): void {
  if (!store.kept)
    throw new NotSavedError(
      `${databaseFile(store.directory)} cannot be written, so nothing can be recorded: make it writable, or make room`,
      "it cannot be written",
    );
}

/**
 * Requires that a store's pages, and the indexes over its tables, are sound: damage in an index shows in no reading, it only
 * leaves something out. Reads all of it.
 * @throws StoreError
 */
export function requireSound({ database }: Store): void {
  if (database.pragma("integrity_check(1)", { simple: true }) !== "ok") throw damagedError(database);
}

/**
 * Runs `work` as one immediate transaction: whole or not at all, and no other writer beside it.
 * @throws StoreError, also where the store has been deleted or replaced; or what the work throws
 */
export function write<T>(store: Store, work: () => T): T {
  const { database } = store;
  try {
    // Only the beginning can find another writer, so nothing of the work has been done then.
    return patiently(() => transactionOf(database).immediate(inPlace(store, work)) as T, store.patience);
  } catch (error) {
    throw databaseError(database, error, store.patience);
  }
}

/** The same work, where the store is still the project's. */
function inPlace<T>(store: Store, work: () => T): () => T {
  return () => {
    store.requireInPlace();
    return work();
  };
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

/** As `write`, but does nothing where another writer is at work or nothing can be saved: for what the next command can write as well. */
export function writeIfFree(store: Store, work: () => void): void {
  try {
    transactionOf(store.database).immediate(inPlace(store, work));
  } catch (error) {
    if (whyNotSaved(error) !== null) return;
    throw databaseError(store.database, error);
  }
}

/** As `writeIfFree`, and as `writeUnsynced`: for what is not worth waiting for the disk either. */
export function writeUnsyncedIfFree(store: Store, work: () => void): void {
  withoutSyncing(store, () => writeIfFree(store, work));
}
