import { Connection, type StoreUse } from "./connection.ts";

/** What exists and what happened, on disk: a project's open store. */
export interface Store {
  readonly directory: string;
  /** False where the store cannot be written: then everything is answered from a private copy, and nothing is kept. */
  readonly persistent: boolean;
  /** Whether what attempts are given and deliver is kept, as `[history] keep` says. */
  readonly keepsContents: boolean;
  /** For this package's own files only. */
  readonly connection: Connection;
  close(): void;
}

/**
 * Opens a project's store, making it where there is none.
 * @throws StoreError when it is damaged, cannot be read, or was made by a newer runa
 */
export function openStore(directory: string, use: StoreUse = "record", keepsContents = true): Store {
  return new OpenedStore(Connection.open(directory, use), keepsContents);
}

class OpenedStore implements Store {
  readonly connection: Connection;
  readonly keepsContents: boolean;

  constructor(connection: Connection, keepsContents: boolean) {
    this.connection = connection;
    this.keepsContents = keepsContents;
  }

  get directory(): string {
    return this.connection.directory;
  }

  get persistent(): boolean {
    return this.connection.persistent;
  }

  close(): void {
    this.connection.close();
  }
}

/**
 * Requires that what is recorded in a store stays.
 * @throws NotSavedError where only a private copy could be opened
 */
export function requirePersistent({ connection }: Store): void {
  connection.requirePersistent();
}

/**
 * Requires that a store's pages, and the indexes over its tables, are sound. Reads all of it.
 * @throws StoreError
 */
export function requireSound({ connection }: Store): void {
  connection.requireSound();
}

/**
 * Runs `work` while nobody else writes to the store, also where it writes a file beside it: two processes that do so come one
 * after the other.
 * @throws StoreError, or what the work throws
 */
export function whileAlone<T>({ connection }: Store, work: () => T): T {
  return connection.write(work);
}
