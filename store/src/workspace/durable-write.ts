import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const UNFINISHED = /^\.runa-[0-9a-f]{16}\.tmp$/;

/** The directory that an artifact would be written to is a symlink or no directory. */
export class UnsafeDirectoryError extends Error {}

/**
 * A directory held open, so that what is written goes into it and nowhere else, whatever happens to its name meanwhile.
 * Where the system has no `/proc/self/fd` its name is used, checked just before.
 */
class HeldDirectory {
  readonly #fd: number;
  readonly #path: string;

  constructor(path: string) {
    try {
      this.#fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ELOOP" || code === "ENOTDIR")
        throw new UnsafeDirectoryError(`${path} is a symbolic link or not a directory: nothing is written there`);
      throw error;
    }
    const held = `/proc/self/fd/${this.#fd}`;
    this.#path = existsSync(held) ? held : path;
  }

  at(name: string): string {
    return join(this.#path, name);
  }

  sync(): void {
    fsyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/**
 * Writes a file atomically and durably: after a crash at any instant it is either whole or as it was before.
 * The order is what makes it so: the bytes are on the disk before the name points at them (fsync, rename), and the name
 * is on the disk before anyone is told (fsync of the directory).
 * @throws UnsafeDirectoryError, or an errno exception; then nothing of it is left
 */
export function writeDurably(directory: string, name: string, bytes: string): void {
  makeDirectory(directory);
  const held = new HeldDirectory(directory);
  const unfinished = held.at(`.runa-${randomBytes(8).toString("hex")}.tmp`);
  try {
    const fd = openSync(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
    try {
      writeFileSync(fd, bytes);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, held.at(name));
    held.sync();
  } catch (error) {
    try {
      unlinkSync(unfinished);
    } catch {
      // It was renamed already, or never made.
    }
    throw error;
  } finally {
    held.close();
  }
}

/** Moves a file to another directory of the same file system, durably; nothing happens where it is no longer there. */
export function moveDurably(
  from: { directory: string; name: string },
  to: { directory: string; name: string },
): boolean {
  mkdirSync(to.directory, { recursive: true });
  const [source, target] = [new HeldDirectory(from.directory), new HeldDirectory(to.directory)];
  try {
    renameSync(source.at(from.name), target.at(to.name));
    // The new name first: a crash between the two leaves the file under both names, never under none.
    target.sync();
    source.sync();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  } finally {
    source.close();
    target.close();
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    throw error;
  }
  const parent = new HeldDirectory(dirname(directory));
  parent.sync();
  parent.close();
}

/** Whether a directory holds what a writer left that died while writing, or is writing now. */
export function holdsUnfinished(directory: string): boolean {
  return unfinishedIn(directory).length > 0;
}

/** Removes what writers left that died while writing. Only for one who knows that no write is under way. */
export function removeUnfinished(directory: string): void {
  for (const name of unfinishedIn(directory)) unlinkSync(join(directory, name));
}

function unfinishedIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => UNFINISHED.test(name));
  } catch {
    return [];
  }
}
