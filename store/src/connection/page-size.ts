import type { Database } from "better-sqlite3";
import { whyNotSaved } from "./store-error.ts";

/**
 * The size of a store's pages. All definitions of its tables have to fit into the first one, which holds nothing else: were
 * there a second page of them, damage in it would lose everything, since nothing can be read without them. SQLite's own
 * 4096 bytes are too few. A commit takes no longer with 8192, because it waits for the disk and not for what it writes.
 */
export const PAGE_SIZE = 8192;

/** Up to so many bytes a store is written anew without being asked for, which takes some tenths of a second. */
const QUICKLY_WRITTEN = 64 * 2 ** 20;

/** Says how large the pages are to be of a database that is empty; any other keeps what it has. */
export function choosePageSize(database: Database): void {
  database.exec(`PRAGMA page_size = ${PAGE_SIZE}`);
}

/**
 * Gives the pages of an older runa's store their size, by writing all of it anew, whole or not at all. Nobody else may have
 * it open: where somebody does, or the disk has no room, it stays usable as it is, and `scan --rebuild` does it later.
 * @param largest no database of more bytes is written anew
 */
export function widenPages(database: Database, largest = QUICKLY_WRITTEN): void {
  const size = numberOf(database, "page_size");
  if (size >= PAGE_SIZE || size * numberOf(database, "page_count") > largest) return;
  try {
    // In a write-ahead log pages cannot change their size.
    database.pragma("journal_mode = DELETE");
    database.exec(`PRAGMA page_size = ${PAGE_SIZE}; VACUUM`);
  } catch (error) {
    if (whyNotSaved(error) === null) throw error;
  } finally {
    database.pragma("journal_mode = WAL");
  }
}

function numberOf(database: Database, pragma: string): number {
  return database.pragma(pragma, { simple: true }) as number;
}
