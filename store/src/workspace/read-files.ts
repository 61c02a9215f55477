import { type BigIntStats, readFileSync } from "node:fs";
import { readInto, withRegularFile } from "./read-file.ts";
import { type CleanBefore, isClean, type StatIdentity, statIdentity } from "./stat-identity.ts";

/** What some files held, in their order: in columns and in one piece, which takes less than an object and a buffer a file. */
export interface ReadGroup {
  /** Their contents, one after the other. */
  readonly bytes: Buffer;
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

/** What each of a few files may take of the memory that they are read into. */
const BYTES_EACH = 64 * 1024;

/**
 * Memory that so many files are read into, group by group: memory for each group would take longer than reading a few
 * small files does. It belongs to one reading: whatever comes in between must not read into it.
 */
function scratchFor(count: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(BYTES_TOGETHER, count * BYTES_EACH));
}

/**
 * Reads regular files as `readRegularFile` does, in their order and group by group.
 * @param before taken before the first of them is read
 * @returns groups of which each is valid until the next one is asked for
 */
export function* readFiles(paths: readonly string[], before: CleanBefore): Generator<ReadGroup> {
  const scratch = scratchFor(paths.length);
  for (let from = 0; from < paths.length; ) {
    const group = new Group(before, scratch);
    const end = Math.min(paths.length, from + FILES_TOGETHER);
    for (let at = from; at < end && group.add(paths[at] ?? ""); at++);
    from += group.ends.length;
    yield group;
  }
}

/** One file as it was read. */
interface FileRead {
  /** In bytes. */
  readonly length: number;
  /** The bytes of one that does not fit. */
  readonly alone: Buffer | null;
  readonly stats: BigIntStats;
}

class Group implements ReadGroup {
  bytes: Buffer;
  readonly ends: number[] = [];
  readonly identities: (StatIdentity | null)[] = [];
  readonly mtimes: string[] = [];
  readonly unread = new Map<number, ReadFailure | null>();
  readonly #before: CleanBefore;
  #length = 0;

  constructor(before: CleanBefore, scratch: Buffer) {
    this.#before = before;
    this.bytes = scratch;
  }

  /** Reads a file; false where the group is complete, with it or without. */
  add(path: string): boolean {
    let read: FileRead | "later" | null;
    try {
      read = withRegularFile(path, (fd, stats) => this.#read(fd, stats));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return this.#leaveOut({ code, message });
    }
    if (read === "later") return false;
    if (read === null) return this.#leaveOut(null);
    const { length, alone, stats } = read;
    if (alone !== null) this.bytes = alone;
    this.#length += length;
    this.#keep(String(stats.mtimeNs), isClean(stats, this.#before) ? statIdentity(stats) : null);
    return alone === null;
  }

  #leaveOut(why: ReadFailure | null): true {
    this.unread.set(this.ends.length, why);
    this.#keep("", null);
    return true;
  }

  #read(fd: number, stats: BigIntStats): FileRead | "later" {
    const size = Number(stats.size);
    if (size <= this.bytes.length - this.#length)
      return { length: readInto(this.bytes, fd, this.#length, size), alone: null, stats };
    if (this.ends.length > 0) return "later";
    const alone = readFileSync(fd);
    return { length: alone.length, alone, stats };
  }

  #keep(mtime: string, identity: StatIdentity | null): void {
    this.ends.push(this.#length);
    this.mtimes.push(mtime);
    this.identities.push(identity);
  }
}
