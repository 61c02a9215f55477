import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { NotSavedError } from "../connection/store-error.ts";
import { objectNotWritten } from "../messages.ts";
import { syncDirectory, UnsafeDirectoryError, writeDurably } from "../workspace/durable-write.ts";
import { readRegularFile } from "../workspace/read-file.ts";
import { reasonOf } from "../workspace/walk.ts";

/** Where contents lie that are too long for a row, in the store's directory. */
export function objectsDirectory(directory: string): string {
  return join(directory, "objects");
}

/** The file of a content: its name is the hash, without what is the same of all. */
export function objectFile(directory: string, hash: string): string {
  return join(objectsDirectory(directory), objectName(hash));
}

function objectName(hash: string): string {
  return hash.slice(hash.indexOf(":") + 1);
}

/**
 * Writes a content to its file, durably, for this user only; what lies there is replaced, since nobody has vouched for it.
 * @throws NotSavedError; then nothing of it is there
 */
export function writeObject(directory: string, hash: string, bytes: Uint8Array): void {
  const objects = objectsDirectory(directory);
  try {
    makeObjects(objects);
    writeDurably(objects, objectName(hash), bytes, 0o600);
  } catch (error) {
    const isUnsafe = error instanceof UnsafeDirectoryError;
    if (!isUnsafe && (error as NodeJS.ErrnoException).code === undefined) throw error;
    const reason = isUnsafe ? error.message : reasonOf(error);
    throw new NotSavedError(objectNotWritten(objectFile(directory, hash), reason), reason);
  }
}

function makeObjects(objects: string): void {
  if (existsSync(objects)) return;
  try {
    mkdirSync(objects, { mode: 0o700 });
  } catch (error) {
    // Something that leads nowhere is told of when it is written to.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  syncDirectory(dirname(objects));
}

/** Removes the file of a content, where there is one. */
export function removeObject(directory: string, hash: string): void {
  rmSync(objectFile(directory, hash), { force: true });
}

export function hasObject(directory: string, hash: string): boolean {
  return existsSync(objectFile(directory, hash));
}

/**
 * What the file of a content holds; null where there is none.
 * @throws an errno exception where it cannot be read
 */
export function readObject(directory: string, hash: string): Buffer | null {
  return readRegularFile(objectFile(directory, hash))?.bytes ?? null;
}
