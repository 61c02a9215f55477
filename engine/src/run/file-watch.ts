import { statSync } from "node:fs";
import { readSourceFile } from "@runa/store/files";
import { hashedPart } from "../methodology/sources.ts";

/** More than a file system's clock lags behind the wall clock, in milliseconds. */
const GRANULE = 2000;

/**
 * Tells which of some files are no longer as they were read. A file is read again only where its stat identity is another
 * one, and has changed only where its content has.
 */
export class FileWatch {
  readonly #sources: ReadonlyMap<string, string | null>;
  readonly #identities = new Map<string, string>();
  /** Nothing that was last touched before this can have changed since it was read. In milliseconds. */
  readonly #started = Date.now() - process.uptime() * 1000 - GRANULE;

  /** @param sources the hash of what was read, by the absolute path; null where nothing was there */
  constructor(sources: Iterable<readonly [string, string | null]>) {
    this.#sources = new Map(sources);
  }

  /** Those that have changed, in the order in which they were given. */
  changed(): string[] {
    return [...this.#sources].filter(([file, hash]) => !this.#isStill(file, hash)).map(([file]) => file);
  }

  #isStill(file: string, hash: string | null): boolean {
    try {
      const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
      if (hash === null) return false;
      const identity = [dev, ino, size, mtimeMs, ctimeMs].join(":");
      const known = this.#identities.get(file);
      if (known === identity) return true;
      const untouched = known === undefined && Math.max(mtimeMs, ctimeMs) < this.#started;
      if (!untouched && hashedPart(readSourceFile(file), hash) === null) return false;
      this.#identities.set(file, identity);
      return true;
    } catch (error) {
      return hash === null && ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
    }
  }
}
