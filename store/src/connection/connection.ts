import type { Database, Statement, Transaction } from "better-sqlite3";
import { storeReadOnly } from "../messages.ts";
import {
  makeDatabase,
  type OpenDatabase,
  openDatabase,
  openPrivately,
  PATIENCE,
  retryWhileBusy,
  syncCommits,
} from "./database.ts";
import { damaged, gone, NotSavedError, type StoreError, storeError, whyNotSaved } from "./store-error.ts";
import { databaseFile } from "./store-files.ts";

/**
 * What a store is opened for: who looks answers without saving rather than wait long for another, or fail. Who inspects does
 * too, and is given also a store with tables or triggers that runa does not make, to say what is wrong with it.
 */
export type StoreUse = "look" | "inspect" | "record";

/** How long, in milliseconds, who only looks waits for another: longer than any delivery or batch of a scan takes. */
const LOOKERS_PATIENCE = 1000;

/** A prepared statement. What it throws is a StoreError where the store is damaged. */
export type Prepared = Pick<Statement, "all" | "get" | "run">;

/** The place of something that is remembered for as long as a connection answers from the same database. */
export class CacheSlot<T> {
  declare readonly holds: T;
}

type AnyTransaction = Transaction<(work: () => unknown) => unknown>;

/**
 * A store's open database and all that is bound to it: prepared statements, transactions, how long another's lock is waited
 * for, when a commit is on the disk, whether the files are still the project's, what its errors mean, and what was read last.
 */
export class Connection {
  readonly directory: string;
  readonly #use: StoreUse;
  readonly #patience: number;
  #opened: OpenDatabase;
  readonly #statements = new Map<string, Prepared>();
  readonly #cache = new Map<object, unknown>();
  #transaction: AnyTransaction | undefined;

  private constructor(directory: string, use: StoreUse, open: (patience: number) => OpenDatabase) {
    this.directory = directory;
    this.#use = use;
    this.#patience = use === "record" ? PATIENCE : LOOKERS_PATIENCE;
    this.#opened = open(this.#patience);
  }

  /**
   * Opens a store's database, making it where there is none.
   * @throws StoreError when it is damaged, cannot be read, or was made by a newer runa
   */
  static open(directory: string, use: StoreUse): Connection {
    const admitsForeign = use === "inspect";
    return new Connection(directory, use, (patience) => openDatabase(directory, { patience, admitsForeign }));
  }

  /**
   * Makes a store's database, or brings it up to date; never a private copy.
   * @throws StoreError
   */
  static make(directory: string): Connection {
    return new Connection(directory, "record", () => makeDatabase(directory));
  }

  /** False for a private copy: what is written to it is forgotten. */
  get persistent(): boolean {
    return this.#opened.files !== null;
  }

  /** Whether its tables and triggers are those that runa makes; else only for who inspects. */
  get hasOwnSchema(): boolean {
    return this.#opened.hasOwnSchema;
  }

  /** The database itself; another one after `answerWithoutSaving`. */
  get database(): Database {
    return this.#opened.database;
  }

  /** The prepared statement for this SQL, prepared once. */
  statement(sql: string): Prepared {
    let found = this.#statements.get(sql);
    if (found === undefined) {
      found = this.#prepare(sql);
      this.#statements.set(sql, found);
    }
    return found;
  }

  #prepare(sql: string): Prepared {
    const guard =
      <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
      (...given: Given): Result => {
        try {
          // Also a reader has to wait where somebody who died has left the log in disorder, and another is tidying up.
          return retryWhileBusy(() => work(...given));
        } catch (error) {
          throw this.#meaningOf(error, PATIENCE);
        }
      };
    const raw = guard(() => this.database.prepare(sql))();
    return {
      all: guard((...values: unknown[]) => raw.all(...values)),
      get: guard((...values: unknown[]) => raw.get(...values)),
      run: guard((...values: unknown[]) => raw.run(...values)),
    };
  }

  /** Runs `work` as one read transaction: all that it reads is of one moment. */
  read<T>(work: () => T): T {
    return this.#asTransaction()(work) as T;
  }

  /**
   * Runs `work` as one immediate transaction: whole or not at all, and no other writer beside it.
   * @throws StoreError, also where the store has been deleted or replaced; or what the work throws
   */
  write<T>(work: () => T): T {
    try {
      // Only the beginning can find another writer, so nothing of the work has been done then.
      return retryWhileBusy(() => this.#immediately(work), this.#patience);
    } catch (error) {
      throw this.#meaningOf(error, this.#patience);
    }
  }

  /**
   * As `write`, but the log is not synced: what is committed outlives every process, and is on the disk itself with the next
   * `write`. For what is void when the machine stops, such as that an attempt runs, since its agent stops as well, and for
   * what the next command finds again.
   * @throws StoreError, or what the work throws
   */
  writeUnsynced<T>(work: () => T): T {
    return this.#withoutSyncing(() => this.write(work));
  }

  /** As `write`, but does nothing where another writer is at work or nothing can be saved: for what the next command can write as well. */
  writeIfFree(work: () => void): void {
    try {
      this.#immediately(work);
    } catch (error) {
      if (whyNotSaved(error) !== null) return;
      throw this.#meaningOf(error, PATIENCE);
    }
  }

  /** As `writeIfFree`, and as `writeUnsynced`: for what is not worth waiting for the disk either. */
  writeUnsyncedIfFree(work: () => void): void {
    this.#withoutSyncing(() => this.writeIfFree(work));
  }

  /** The work as an immediate transaction, where the store is still the project's. */
  #immediately<T>(work: () => T): T {
    return this.#asTransaction().immediate(() => {
      this.requireInPlace();
      return work();
    }) as T;
  }

  /** Runs the work that it is given as a transaction; made once. */
  #asTransaction(): AnyTransaction {
    this.#transaction ??= this.database.transaction((work) => work());
    return this.#transaction;
  }

  #withoutSyncing<T>(writing: () => T): T {
    syncCommits(this.database, false);
    try {
      return writing();
    } finally {
      // Where even the way back failed, it cannot be set, and what went wrong is told already.
      if (!this.database.inTransaction) syncCommits(this.database, true);
    }
  }

  /** @throws StoreError where the store has been deleted or replaced since it was opened */
  requireInPlace(): void {
    if (this.#opened.files?.areInPlace === false) throw gone(databaseFile(this.directory));
  }

  /**
   * Requires that what is recorded stays.
   * @throws NotSavedError where only a private copy could be opened
   */
  requirePersistent(): void {
    if (!this.persistent) throw new NotSavedError(storeReadOnly(databaseFile(this.directory)), "it cannot be written");
  }

  /**
   * Requires that the pages, and the indexes over the tables, are sound: damage in an index shows in no reading, it only
   * leaves something out. Reads all of it.
   * @throws StoreError
   */
  requireSound(): void {
    if (this.database.pragma("integrity_check(1)", { simple: true }) !== "ok") throw this.damaged();
  }

  /** What to throw where the database holds what runa never wrote. */
  damaged(): StoreError {
    return damaged(databaseFile(this.directory));
  }

  /** What an error of the database means: damage that shows only in reading is a StoreError too. */
  #meaningOf(error: unknown, patience: number): unknown {
    return storeError(databaseFile(this.directory), error, patience);
  }

  /** What was remembered in a slot; undefined where nothing was, or of another database. */
  remembered<T>(slot: CacheSlot<T>): T | undefined {
    return this.#cache.get(slot) as T | undefined;
  }

  remember<T>(slot: CacheSlot<T>, value: T): void {
    this.#cache.set(slot, value);
  }

  /**
   * Goes over to a private copy, where the store was opened for looking and an error says that nothing can be saved.
   * @returns whether it did
   */
  answerWithoutSaving(error: unknown): boolean {
    if (this.#use === "record" || !this.persistent || whyNotSaved(error) === null) return false;
    this.#opened.close();
    this.#statements.clear();
    this.#cache.clear();
    this.#transaction = undefined;
    this.#opened = openPrivately(this.directory);
    return true;
  }

  close(): void {
    this.#opened.close();
  }
}
