import type { Exclusion } from "@runa/store/attempts";
import type { Candidate } from "../methodology/candidate.ts";
import type { Protocol } from "../methodology/methodology.ts";
import type { OpenProject } from "../project/project.ts";
import { obstructs, unitsInTheWay } from "./conflicts.ts";

/** Which work of a project may be carried out side by side (attempts.md sections 3 and 7). */
export class Neighbours {
  readonly #project: OpenProject;

  constructor(project: OpenProject) {
    this.#project = project;
  }

  /** Whether `mine` has to wait for `earlier`, which is READY before it and has not begun. */
  waitsFor(earlier: Candidate, mine: Candidate): boolean {
    return this.#isExclusive(earlier.protocol) || obstructs(this.#project.methodology, earlier, mine);
  }

  /** Whether `mine` cannot run beside `other`, which is running. */
  excludes(other: Candidate, mine: Candidate): boolean {
    return this.#isExclusive(mine.protocol) || this.waitsFor(other, mine);
  }

  /** Everything beside which `mine` cannot run, for its claim. */
  exclusionOf(mine: Candidate): Exclusion {
    const { methodology } = this.#project;
    return {
      exclusive: this.#isExclusive(mine.protocol),
      protocols: methodology.protocols.map((other) => ({
        protocol: other.name,
        units: this.#isExclusive(other) ? "all" : unitsInTheWay(methodology, other, mine),
      })),
    };
  }

  #isExclusive({ name }: Protocol): boolean {
    return this.#project.config.agentFor(name).exclusive;
  }
}
