import { type BigIntStats, closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { sourceNoFile, sourceTooLong } from "../messages.ts";

/** How long, in bytes, a file may be that a person wrote. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What lies in the place of a person's file is no regular file (a pipe, a device, a socket), or is far too long. */
export class NoFileError extends Error {}

/**
 * Reads a file that a person wrote, through symlinks. What is no regular file is refused: a pipe would be waited for and
 * a device read without end.
 * @throws NoFileError, NodeJS.ErrnoException
 */
export function readSourceFile(path: string): Buffer {
  return readSource(path).bytes;
}

/** A file that a person wrote, with the stats that it had just before its bytes were read. */
export interface ReadSource {
  readonly bytes: Buffer;
  readonly stats: BigIntStats;
}

/**
 * As `readSourceFile`, with the file's stats.
 * @throws NoFileError, NodeJS.ErrnoException
 */
export function readSource(path: string): ReadSource {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile() && !stats.isDirectory()) throw new NoFileError(sourceNoFile(kindOf(stats)));
    if (stats.size > MAX_BYTES) throw new NoFileError(sourceTooLong(MAX_BYTES / 1024 ** 2));
    // Reading a directory fails by itself, with an errno of its own.
    return { bytes: readFileSync(fd), stats };
  } finally {
    closeSync(fd);
  }
}

function kindOf(stats: BigIntStats): string {
  if (stats.isFIFO()) return "a named pipe";
  return stats.isSocket() ? "a socket" : "a device";
}
