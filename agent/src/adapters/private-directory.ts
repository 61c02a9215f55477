import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** `runa-agent-`, the process namespace and the process it belongs to, and something random. */
const NAME = /^runa-agent-(\d+)-(\d+)-[A-Za-z0-9]+$/;

/** A directory for what one attempt's CLI has to read, which only this user may enter. */
export class PrivateDirectory {
  #path: string | undefined;

  /** Where it is; made when first asked for. */
  get path(): string {
    this.#path ??= mkdtempSync(join(tmpdir(), `runa-agent-${namespace()}-${process.pid}-`));
    return this.#path;
  }

  /** Writes files and makes links, by path, with the directories they lie in. */
  fill(files: Readonly<Record<string, string>> = {}, links: Readonly<Record<string, string>> = {}): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text, { mode: 0o600 });
    }
    for (const [link, target] of Object.entries(links)) {
      mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
      symlinkSync(target, link);
    }
  }

  /** Removes it with all that is in it; links go, what they point to stays. */
  remove(): void {
    if (this.#path !== undefined) removeTree(this.#path);
    this.#path = undefined;
  }
}

/** Removes the directories of this user's adapters that were killed before they could do it themselves. */
export function removeLeftovers(): void {
  const here = namespace();
  for (const name of namesIn(tmpdir())) {
    const [, space, pid] = NAME.exec(name) ?? [];
    // Whether a process lives can be told only from inside its own namespace.
    if (space !== here || pid === undefined || isAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    if (isOwnDirectory(path)) removeTree(path);
  }
}

function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A CLI's child may still be writing there; the next adapter removes what is left.
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isOwnDirectory(path: string): boolean {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() && stat.uid === process.getuid?.();
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function namespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}
