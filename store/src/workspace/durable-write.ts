import { randomUUID } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, parse } from "node:path";
import { unsafeDirectory, unsafeLink } from "../messages.ts";
import { readRegularFile } from "./read-file.ts";

const UNFINISHED = /^\.runa-[0-9a-f]{16}\.tmp$/;

/** The directory that an artifact would be written to is a symlink or no directory. */
export class UnsafeDirectoryError extends Error {}

/** Whether the system has names for the files that this process holds open. */
const NAMES_FDS = existsSync("/proc/self/fd");

/**
 * A directory held open, so that what is written goes into it and nowhere else, whatever happens to its name meanwhile.
 * Where the system has no `/proc/self/fd` its name is used, checked just before.
 */
class HeldDirectory {
  readonly #fd: number;
  readonly #path: string;
  readonly #shown: string;

  /** @param links whether `path` may be a symbolic link: the workspace itself may, nothing below it */
  constructor(path: string, links: "follow" | "refuse" = "refuse", shown = path) {
    const nofollow = links === "refuse" ? constants.O_NOFOLLOW : 0;
    try {
      this.#fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | nofollow);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ELOOP" || code === "ENOTDIR") {
        throw new UnsafeDirectoryError(links === "refuse" ? unsafeLink(shown) : unsafeDirectory(shown));
      }
      throw error;
    }
    this.#path = NAMES_FDS ? `/proc/self/fd/${this.#fd}` : path;
    this.#shown = shown;
  }

  at(name: string): string {
    return join(this.#path, name);
  }

  /** The directory of that name in this one, made where there is none, its name then on the disk. */
  child(name: string): HeldDirectory {
    const open = () => new HeldDirectory(this.at(name), "refuse", join(this.#shown, name));
    try {
      return open();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    try {
      mkdirSync(this.at(name));
      this.sync();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return open();
  }

  /** The names of its regular files. */
  files(): string[] {
    return readdirSync(this.at("."), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
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
 * @param mode the permissions that it gets; by default those that every new file gets
 * @returns the stats of what was written, as they were before it got its name
 * @throws UnsafeDirectoryError, or an errno exception; then nothing of it is left
 */
export function writeDurably(directory: string, name: string, bytes: string | Uint8Array, mode?: number): BigIntStats {
  const held = holdOrMake(directory);
  try {
    return writeInto(held, name, bytes, mode);
  } finally {
    held.close();
  }
}

function writeInto(held: HeldDirectory, name: string, bytes: string | Uint8Array, mode?: number): BigIntStats {
  const unfinished = held.at(`.runa-${randomUUID().replaceAll("-", "").slice(0, 16)}.tmp`);
  try {
    const fd = openSync(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
    let stats: BigIntStats;
    try {
      if (mode !== undefined) fchmodSync(fd, mode);
      writeFileSync(fd, bytes);
      fsyncSync(fd);
      stats = fstatSync(fd, { bigint: true });
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, held.at(name));
    held.sync();
    return stats;
  } catch (error) {
    try {
      unlinkSync(unfinished);
    } catch {
      // It was renamed already, or could not be made.
    }
    throw error;
  }
}

/**
 * Moves a file to another directory, made where missing, durably; where that is on another file system, by copying it whole
 * before it is removed. What lies there under the name is kept: the file gets another one. Only one mover may be at work.
 * Nothing happens where the file is no longer there. Below `to.root` no link is followed.
 * @returns whether a file was moved
 * @throws UnsafeDirectoryError, or an errno exception; then it lies where it lay
 */
export function moveDurably(
  from: { directory: string; name: string },
  to: { root: string; below: readonly string[]; name: string },
): boolean {
  const held: HeldDirectory[] = [];
  try {
    const source = new HeldDirectory(from.directory);
    held.push(source);
    const target = hold(to.root, to.below);
    held.push(target);
    moveInto(source.at(from.name), target, freeName(target, to.name));
    // The new name first: a crash between the two leaves the file under both names, never under none.
    target.sync();
    source.sync();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  } finally {
    for (const directory of held) directory.close();
  }
}

/**
 * Removes a file durably, where it is there.
 * @throws UnsafeDirectoryError, or an errno exception
 */
export function removeDurably(directory: string, name: string): void {
  let held: HeldDirectory | null = null;
  try {
    held = new HeldDirectory(directory);
    unlinkSync(held.at(name));
    held.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  } finally {
    held?.close();
  }
}

function moveInto(file: string, target: HeldDirectory, name: string): void {
  try {
    renameSync(file, target.at(name));
  } catch (error) {
    const read = (error as NodeJS.ErrnoException).code === "EXDEV" ? readRegularFile(file) : null;
    if (read === null) throw error;
    writeInto(target, name, read.bytes);
    unlinkSync(file);
  }
}

/**
 * Makes directories, one in the other, durably, where they are missing. Below `root` no link is followed.
 * @throws UnsafeDirectoryError, or an errno exception
 */
export function makeDurably(root: string, names: readonly string[]): void {
  hold(root, names).close();
}

/** The name, or where something has it already the first of `name~2`, `name~3` … that nothing has. */
function freeName(directory: HeldDirectory, name: string): string {
  const { name: stem, ext } = parse(name);
  let free = name;
  for (let number = 2; existsSync(directory.at(free)); number++) free = `${stem}~${number}${ext}`;
  return free;
}

/** Puts the names in a directory on the disk. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Holds a directory, made in its parent where missing; the parent may be a link, it may not. */
function holdOrMake(directory: string): HeldDirectory {
  try {
    return new HeldDirectory(directory);
  } catch (error) {
    if (!(error instanceof UnsafeDirectoryError) && (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    // Name by name: what is missing is made, and what is wrong is told of the right one.
    return hold(dirname(directory), [basename(directory)]);
  }
}

/** Holds the directory below `root` with those names, one in the other, made where missing. */
function hold(root: string, names: readonly string[]): HeldDirectory {
  let directory = new HeldDirectory(root, "follow");
  for (const name of names) {
    const parent = directory;
    try {
      directory = parent.child(name);
    } finally {
      parent.close();
    }
  }
  return directory;
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
  let held: HeldDirectory;
  try {
    held = new HeldDirectory(directory);
  } catch {
    return [];
  }
  try {
    return held.files().filter((name) => UNFINISHED.test(name));
  } catch {
    return [];
  } finally {
    held.close();
  }
}
