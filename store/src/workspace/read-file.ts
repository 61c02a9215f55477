import { type BigIntStats, closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** A file's bytes and the stats they were read under. */
export interface ReadFile {
  readonly bytes: Buffer;
  readonly stats: BigIntStats;
}

/**
 * Reads a regular file without following a symlink and without waiting on a pipe; null where none is there.
 * @throws NodeJS.ErrnoException when it is there but cannot be read
 */
export function readRegularFile(path: string): ReadFile | null {
  return withRegularFile(path, (fd, stats) => ({ bytes: readFileSync(fd), stats }));
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
    const { code } = error as NodeJS.ErrnoException;
    // ENXIO is what opening a socket gives.
    if (code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR" || code === "ENXIO") return null;
    throw error;
  }
  try {
    const stats = fstatSync(fd, BIGINT);
    return stats.isFile() ? read(fd, stats) : null;
  } finally {
    closeSync(fd);
  }
}
