import { type BigIntStats, readFileSync, readSync } from "node:fs";
import { withRegularFile } from "./read-file.ts";
import { type CleanBefore, isClean, type StatIdentity, statIdentity } from "./stat-identity.ts";

/** What some files held, in their order: in columns and in one piece, because it may have to cross to another thread. */
export interface ReadGroup {
  /** Their contents, one after the other. */
  readonly bytes: Uint8Array;
  /** Where each file's content ends in `bytes`, and the next one's begins. */
  readonly ends: readonly number[];
  /** What recognises each file as it was read; null where its times prove nothing. */
  readonly identities: readonly (StatIdentity | null)[];
  /** When each was last modified, in nanoseconds. */
  readonly mtimes: readonly string[];
  /** The files that were not read, by their place: why not, or null where none is there. */
  readonly unread: ReadonlyMap<number, ReadFailure | null>;
}

/** Why a file that is there was not read: what an error of the system says. */
export interface ReadFailure {
  readonly code: string | undefined;
  readonly message: string;
}

/** So many files are read together, and so many bytes; a file that is longer is read by itself. */
const FILES_TOGETHER = 256;
export const BYTES_TOGETHER = 4 * 1024 * 1024;

/** Used again and again: memory for each group would take longer than reading a few small files does. */
const scratch = Buffer.allocUnsafeSlow(BYTES_TOGETHER);

/**
 * Reads regular files as `readRegularFile` does: the one at `from`, and as many after it as belong together.
 * @param before taken before the first of them is read
 * @returns whose bytes are overwritten by the next call
 */
export function readGroup(paths: readonly string[], from: number, before: CleanBefore): ReadGroup {
  const group = new Group(before);
  const end = Math.min(paths.length, from + FILES_TOGETHER);
  for (let at = from; at < end && group.add(paths[at] ?? ""); at++);
  return group;
}

/** All files, group by group, on this thread. */
export function* readHere(paths: readonly string[], before: CleanBefore): Generator<ReadGroup> {
  for (let at = 0; at < paths.length; ) {
    const group = readGroup(paths, at, before);
    at += group.ends.length;
    yield group;
  }
}

class Group implements ReadGroup {
  bytes: Uint8Array = scratch;
  readonly ends: number[] = [];
  readonly identities: (StatIdentity | null)[] = [];
  readonly mtimes: string[] = [];
  readonly unread = new Map<number, ReadFailure | null>();
  readonly #before: CleanBefore;
  #length = 0;

  constructor(before: CleanBefore) {
    this.#before = before;
  }

  /** Reads a file; false where the group is complete, with it or without. */
  add(path: string): boolean {
    try {
      const more = withRegularFile(path, (fd, stats) => this.#read(fd, stats));
      if (more !== null) return more;
      this.#leaveOut(null);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#leaveOut({ code, message });
    }
    return true;
  }

  #read(fd: number, stats: BigIntStats): boolean {
    const size = Number(stats.size);
    const fits = size <= scratch.length - this.#length;
    if (!fits && this.ends.length > 0) return false;
    if (fits) this.#length += fill(fd, this.#length, size);
    else {
      this.bytes = readFileSync(fd);
      this.#length = this.bytes.length;
    }
    this.ends.push(this.#length);
    this.identities.push(isClean(stats, this.#before) ? statIdentity(stats) : null);
    this.mtimes.push(String(stats.mtimeNs));
    return fits;
  }

  #leaveOut(why: ReadFailure | null): void {
    this.unread.set(this.ends.length, why);
    this.ends.push(this.#length);
    this.identities.push(null);
    this.mtimes.push("");
  }
}

/** What a file holds that was so long when it was opened; `readFileSync` would ask for its length again. */
function fill(fd: number, start: number, size: number): number {
  let length = 0;
  while (length < size) {
    const more = readSync(fd, scratch, start + length, size - length, null);
    if (more === 0) break;
    length += more;
  }
  return length;
}
