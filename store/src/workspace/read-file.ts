import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
} from "node:fs";

/** A file's bytes and the stats they were read under. */
export interface ReadFile {
  readonly bytes: Buffer;
  readonly stats: BigIntStats;
}

/** Whether an error says that no regular file is there; ENXIO is what opening a socket gives. */
function isNone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR" || code === "ENXIO";
}

/**
 * Whether anything has that name. Where mostly nothing has, asking costs less than the error of opening it.
 * @throws NodeJS.ErrnoException when that cannot be known
 */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isNone(error)) return false;
    throw error;
  }
}

/**
 * Reads a regular file without following a symlink and without waiting on a pipe; null where none is there.
 * @throws NodeJS.ErrnoException when it is there but cannot be read
 */
export function readRegularFile(path: string): ReadFile | null {
  return withRegularFile(path, (fd, stats) => ({ bytes: bytesOf(fd, Number(stats.size)), stats }));
}

/** A file up to this length, in bytes, is read at once, without asking for its length again as `readFileSync` does. */
const SHORT = 64 * 1024;

function bytesOf(fd: number, size: number): Buffer {
  if (size > SHORT) return readFileSync(fd);
  const bytes = Buffer.allocUnsafe(size);
  return bytes.subarray(0, readInto(bytes, fd, 0, size));
}

/**
 * Reads what a file holds, at most so many bytes.
 * @returns how many there were
 */
export function readInto(buffer: Buffer, fd: number, start: number, size: number): number {
  let length = 0;
  while (length < size) {
    const more = readSync(fd, buffer, start + length, size - length, null);
    if (more === 0) break;
    length += more;
  }
  return length;
}

const BIGINT = { bigint: true } as const;

/**
 * Opens a regular file for as long as `read` takes, as `readRegularFile` does; null where none is there.
 * @throws NodeJS.ErrnoException when it cannot be opened, or what `read` throws
 */
export function withRegularFile<Result>(path: string, read: (fd: number, stats: BigIntStats) => Result): Result | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isNone(error)) return null;
    throw error;
  }
  try {
    const stats = fstatSync(fd, BIGINT);
    return stats.isFile() ? read(fd, stats) : null;
  } finally {
    closeSync(fd);
  }
}
