import {
  storeAltered,
  storeDamaged,
  storeDiskFull,
  storeGone,
  storeLocked,
  storeUnreadable,
  storeUnusable,
} from "../messages.ts";
import { reasonOf } from "../workspace/walk.ts";

/** The store cannot be opened or is damaged; the message says what is lost and what mends it. */
export class StoreError extends Error {}

/** What was to be recorded cannot be: somebody else has the lock, the disk is full, or writing is forbidden. Nothing of it was. */
export class NotSavedError extends StoreError {
  /** Why, in a few words. */
  readonly reason: string;
  constructor(message: string, reason: string) {
    super(message);
    this.reason = reason;
  }
}

/** SQLite's or the system's code of an error; empty for any other error. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
}

/** Whether an error says that another has locked what was asked for. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith("SQLITE_BUSY");
}

const FULL = /^(SQLITE_FULL|SQLITE_IOERR_(SHMSIZE|WRITE|FSYNC|TRUNCATE)|ENOSPC|EDQUOT)/;
const FORBIDDEN = /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_IOERR_SHMOPEN|EACCES|EROFS|EPERM)/;

/** Why nothing can be saved, where an error says that; null for any other. */
export function whyNotSaved(error: unknown): string | null {
  if (error instanceof NotSavedError) return error.reason;
  const code = codeOf(error);
  if (isBusy(error)) return "another process has locked it";
  if (FULL.test(code)) return "no space left on the device";
  if (FORBIDDEN.test(code) || /directory does not exist/.test(String(error))) return "it cannot be written";
  return null;
}

/**
 * What an error of the database in a file means to whoever uses the store.
 * @param patience how long, in milliseconds, another's lock was waited for
 */
export function storeError(file: string, error: unknown, patience: number): unknown {
  const code = codeOf(error);
  if (!code.startsWith("SQLITE_")) return error;
  if (isBusy(error)) return new NotSavedError(storeLocked(file, patience / 1000), "another process has locked it");
  // A column that should hold JSON and does not is found by SQLite where it looks into it.
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code) || /malformed JSON/.test(String(error))) return damaged(file);
  const reason = whyNotSaved(error);
  if (reason === "no space left on the device") return new NotSavedError(storeDiskFull(file), reason);
  const message = storeUnusable(file, (error as Error).message, code);
  return reason === null ? new StoreError(message) : new NotSavedError(message, reason);
}

/** What a store is told to be in which something is not as runa left it. */
export function damaged(file: string): StoreError {
  return new StoreError(storeDamaged(file));
}

/** The same where what is wrong is the tables themselves, or what was put beside them. */
export function alteredSchema(file: string): StoreError {
  return new StoreError(storeAltered(file));
}

/** A store that is there and cannot be read: whatever was answered without it would be wrong. */
export function unreadable(file: string, error: unknown): StoreError {
  return new StoreError(storeUnreadable(file, reasonOf(error)));
}

/** The store that was opened is no longer the project's. */
export function gone(file: string): StoreError {
  return new StoreError(storeGone(file));
}
