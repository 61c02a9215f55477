import type { OpenAttempt } from "@runa/store";
import type { Candidate } from "../methodology/candidate.ts";
import type { OpenProject } from "../project/project.ts";
import { obstructs } from "./conflicts.ts";

/** Which work of a project may be carried out side by side (attempts.md sections 3 and 7). */
export class Neighbours {
  readonly #project: OpenProject;

  constructor(project: OpenProject) {
    this.#project = project;
  }

  /** Whether `mine` has to wait for `earlier`, which is READY before it and has not begun. */
  waitsFor(earlier: Candidate, mine: Candidate): boolean {
    return this.#isExclusive(earlier) || obstructs(this.#project.methodology, earlier, mine);
  }

  /** Whether `mine` cannot run beside `other`, which is running. */
  excludes(other: Candidate, mine: Candidate): boolean {
    return this.#isExclusive(mine) || this.waitsFor(other, mine);
  }

  /** The first of these attempts beside which `mine` cannot run; null when there is none. */
  obstacle(running: readonly OpenAttempt[], mine: Candidate): OpenAttempt | null {
    const { protocols } = this.#project.methodology;
    const obstacle = running.find((attempt) => {
      const protocol = protocols.find(({ name }) => name === attempt.protocol);
      // What an older or newer methodology executes may write anything.
      return protocol === undefined || this.excludes({ protocol, workUnit: attempt.workUnit }, mine);
    });
    return obstacle ?? null;
  }

  #isExclusive({ protocol }: Candidate): boolean {
    return this.#project.config.agentFor(protocol.name).exclusive;
  }
}
