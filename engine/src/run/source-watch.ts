import { statSync } from "node:fs";
import { readSourceFile } from "@runa/store/files";
import { holdTexts } from "../methodology/kept.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { hashedPart, sourceHashes } from "../methodology/sources.ts";

/** More than a file system's clock lags behind the wall clock, in milliseconds. */
const GRANULE = 2000;

/**
 * Tells which files of a loaded methodology have changed on disk since it was loaded (attempts.md section 5). A file is
 * read again only where its stat identity is another one, and has changed only where its content has.
 */
export class SourceWatch {
  readonly #sources: ReadonlyMap<string, string>;
  readonly #identities = new Map<string, string>();
  /** Nothing that was last touched before this can have changed since it was loaded. In milliseconds. */
  readonly #started = Date.now() - process.uptime() * 1000 - GRANULE;

  constructor(methodology: Methodology) {
    // A run works with what it was started with, also where that is asked for after somebody has changed the files.
    holdTexts(methodology);
    this.#sources = sourceHashes(methodology);
  }

  /** The files that are no longer what was loaded, absolute. */
  changed(): string[] {
    return [...this.#sources].filter(([file, hash]) => !this.#isStill(file, hash)).map(([file]) => file);
  }

  #isStill(file: string, hash: string): boolean {
    try {
      const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
      const identity = [dev, ino, size, mtimeMs, ctimeMs].join(":");
      const known = this.#identities.get(file);
      if (known === identity) return true;
      const untouched = known === undefined && Math.max(mtimeMs, ctimeMs) < this.#started;
      if (!untouched && hashedPart(readSourceFile(file), hash) === null) return false;
      this.#identities.set(file, identity);
      return true;
    } catch {
      return false;
    }
  }
}
