import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeBusyForCopy, storeNoPlaceForCopy } from "../messages.ts";
import { reasonOf } from "../workspace/walk.ts";
import { codeOf, StoreError, unreadable } from "./store-error.ts";
import { databaseFile } from "./store-files.ts";

/** How often a store is copied anew that was written to meanwhile. */
const COPY_TRIES = 20;
/** Where a copy goes where the usual place has no room: it is in memory, and there on every Linux. */
const SECOND_PLACE = "/dev/shm";
/** What a copy consists of: the index of the log is made anew by whoever opens it. */
const COPIED = ["", "-wal", "-journal"] as const;

/** A copy of a store's files in a directory of its own, for whoever cannot write the store itself. */
export interface PrivateCopy {
  readonly directory: string;
  remove(): void;
}

/**
 * Copies a store. Where there is none the copy is empty.
 * @throws StoreError where it cannot be read, or there is no room for a copy
 */
export function copyStore(directory: string): PrivateCopy {
  let failure: unknown;
  for (const place of [tmpdir(), SECOND_PLACE]) {
    try {
      return copyInto(place, directory);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      failure ??= error;
    }
  }
  throw new StoreError(storeNoPlaceForCopy(databaseFile(directory), tmpdir(), reasonOf(failure)));
}

function copyInto(place: string, directory: string): PrivateCopy {
  const copy = mkdtempSync(join(place, "runa-store-"));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  try {
    copyStoreFiles(directory, copy);
    return { directory: copy, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Copies a store's files into a directory that is there.
 * @throws StoreError where they cannot be read
 */
export function copyStoreFiles(from: string, to: string): void {
  for (let tries = 0; tries < COPY_TRIES; tries++) {
    const before = stateOf(from);
    for (const suffix of COPIED) copyFile(databaseFile(from) + suffix, databaseFile(to) + suffix);
    // Taken in the middle of a checkpoint, the files would not belong together.
    if (stateOf(from) === before) return;
  }
  throw new StoreError(storeBusyForCopy(databaseFile(from)));
}

function copyFile(from: string, to: string): void {
  const bytes = read(from);
  // Bytes, not modes: the copy has to be writable where the store is not.
  if (bytes === null) rmSync(to, { force: true });
  else writeFileSync(to, bytes);
}

/** Null for what is not there: no store yet, or one without a log. */
function read(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw unreadable(file, error);
  }
}

/** What tells one state of the store's files from another. */
function stateOf(directory: string): string {
  return COPIED.map((suffix) => {
    const file = databaseFile(directory) + suffix;
    try {
      const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? "" : `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
    } catch (error) {
      throw unreadable(file, error);
    }
  }).join(" ");
}
