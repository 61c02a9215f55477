import { readSourceFile } from "@runa/store/files";
import { approvalsIn, type Config } from "../project/config.ts";
import type { ProjectPolicy } from "../project/policy.ts";
import { FileWatch } from "./file-watch.ts";

/** Tells which files that say who may decide, and what a decision needs, have changed since they were read (decisions 4). */
export class PolicyWatch {
  readonly #files: FileWatch;
  readonly #config: Config;

  constructor(config: Config, { sources }: ProjectPolicy) {
    this.#files = new FileWatch(sources);
    this.#config = config;
  }

  /** Those that have changed; the config only where it says something else of decisions. */
  changed(): string[] {
    const files = this.#files.changed();
    const { file } = this.#config;
    return file === null || this.#saysTheSame(file) ? files : [...files, file];
  }

  #saysTheSame(file: string): boolean {
    const { approvals } = this.#config;
    try {
      const now = approvalsIn(file, readSourceFile(file));
      return now.people === approvals.people && now.required === approvals.required;
    } catch {
      // A config that cannot be read says nothing, and keeps the next command from starting.
      return true;
    }
  }
}
