import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A temporary directory that goes with the test that made it. */
export class Disk {
  readonly path = mkdtempSync(join(tmpdir(), "runa-engine-"));

  /** Writes files by their path below the directory; null makes a directory. */
  write(files: Readonly<Record<string, string | Uint8Array | null>>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = join(this.path, name);
      mkdirSync(content === null ? file : dirname(file), { recursive: true });
      if (content !== null) writeFileSync(file, content);
    }
  }

  /** The absolute path of something below the directory. */
  at(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
