import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A temporary directory that is removed at the end of a `using` block. */
export class Scratch {
  readonly path: string;

  constructor(name = "runa-test-") {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), name)));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
