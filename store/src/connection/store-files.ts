import { statSync } from "node:fs";
import { join } from "node:path";

const FILE = "runa.db";

/** The store's database in a directory. */
export function databaseFile(directory: string): string {
  return join(directory, FILE);
}

/** What SQLite may leave beside a database when its process dies; taken for another's, they would damage that one. */
export const BESIDE = ["-wal", "-shm", "-journal"] as const;

/** SQLite's files of one open database: itself, its write-ahead log, and the index of that. */
export const SUFFIXES = ["", "-wal", "-shm"] as const;

/**
 * The files of an open database, so that it shows when its path leads to others: somebody has deleted the store, put
 * another one in its place, or an old copy. SQLite goes on with the files that it has open, and all that it commits is lost.
 */
export class OpenFiles {
  readonly #files: readonly string[];
  readonly #identities: readonly string[];

  /** Made while the database is open and has been read from: only then are all of its files there. */
  constructor(directory: string) {
    this.#files = SUFFIXES.map((suffix) => databaseFile(directory) + suffix);
    this.#identities = this.#files.map(identityOf);
  }

  /** Whether the paths still lead to the files that are open. */
  get areInPlace(): boolean {
    return this.#files.every((file, index) => identityOf(file) === this.#identities[index]);
  }
}

function identityOf(file: string): string {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? "" : `${stats.dev}:${stats.ino}`;
  } catch {
    // What cannot be looked at any more is not where it was.
    return "";
  }
}
