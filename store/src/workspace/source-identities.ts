import { statSync } from "node:fs";
import { readSource } from "./source-file.ts";
import { isClean, stampedNow, statIdentity } from "./stat-identity.ts";

/**
 * Reads a person's files and notes the stat identities under which they were read, for whoever wants to know later,
 * without reading them, that they are still the same.
 */
export class SourceReading {
  /** The time of each file system whose time is known, by device. */
  readonly #clocks = new Map<bigint, bigint>();
  readonly #identities = new Map<string, string>();
  #clean = true;

  /**
   * Made before the first file is read.
   * @param directories in which the time of their file system may be asked for, by writing there; one on each is enough
   */
  constructor(directories: readonly string[]) {
    for (const directory of directories) {
      const device = statSync(directory, { bigint: true, throwIfNoEntry: false })?.dev;
      if (device === undefined || this.#clocks.has(device)) continue;
      const stamp = stampedNow(directory);
      if (stamp !== null) this.#clocks.set(stamp.dev, stamp.mtimeNs);
    }
  }

  /**
   * Reads a file, as `readSourceFile`.
   * @throws NoFileError, NodeJS.ErrnoException
   */
  read(path: string): Buffer {
    const { bytes, stats } = readSource(path);
    // Only the clock of the file's own file system tells whether it may have been written since in the same granule.
    if (!isClean(stats, this.#clocks.get(stats.dev) ?? 0n)) this.#clean = false;
    this.#identities.set(path, statIdentity(stats));
    return bytes;
  }

  /** The identities of files that were read, as `identitiesNow` would give them; null where they do not tell enough. */
  identities(paths: readonly string[]): string | null {
    const identities = paths.map((path) => this.#identities.get(path));
    return this.#clean && !identities.includes(undefined) ? identities.join("\n") : null;
  }
}

/** The stat identities that files have now, symlinks followed; null where one is not there. */
export function identitiesNow(paths: readonly string[]): string | null {
  let all = "";
  for (const path of paths) {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return null;
    all += all === "" ? statIdentity(stats) : `\n${statIdentity(stats)}`;
  }
  return all;
}
