import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";

/** How long, in bytes, a file may be that a person wrote. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What lies where a person's file is expected is none: a pipe, a device, a socket, or far too long. */
export class NoFileError extends Error {}

/**
 * Reads a file that a person wrote, through symlinks. What is no regular file is refused: a pipe would be waited for and
 * a device read without end.
 * @throws NoFileError, NodeJS.ErrnoException
 */
export function readSourceFile(path: string): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() && !stats.isDirectory()) throw new NoFileError(`${kindOf(stats)}, not a file`);
    if (stats.size > MAX_BYTES) throw new NoFileError(`longer than ${MAX_BYTES / 1024 ** 2} MiB`);
    // A directory is refused by the reading itself, with its own errno.
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return "a named pipe";
  return stats.isSocket() ? "a socket" : "a device";
}
