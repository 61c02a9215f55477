import type { ScanReport } from "@runa/store";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { evaluateScan, lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";

/** What a run sees of its scope: the newest evaluation, and whether it has to look again. */
export class Outlook {
  readonly #project: OpenProject;
  readonly #workUnit: string | null;
  #evaluation: Evaluation | null = null;
  /** What the newest scan could not read, when an attempt's end has just scanned. */
  #gaps: ScanReport["gaps"] | null = null;
  /** Whether the next scan reads every file, whatever its stat identity says. */
  #doubtsStats = false;

  constructor(project: OpenProject, workUnit: string | null) {
    this.#project = project;
    this.#workUnit = workUnit;
  }

  /** The evaluation, of a new look where the last one is old. */
  async now(): Promise<Evaluation> {
    // The scan that judged an attempt is the newest there is: it serves the next evaluation as well.
    this.#evaluation ??=
      this.#gaps === null
        ? await lookAt(this.#project, this.#workUnit, { full: this.#doubtsStats })
        : evaluateScan(this.#project, { gaps: this.#gaps }, this.#workUnit);
    this.#gaps = null;
    this.#doubtsStats = false;
    return this.#evaluation;
  }

  /** Hears that time has passed, in which anything may have changed. */
  grewOld(): void {
    this.#evaluation = null;
  }

  /** Hears of a scan that was done elsewhere, and what it could not read. */
  scanned(gaps: ScanReport["gaps"]): void {
    this.#evaluation = null;
    this.#gaps = gaps;
  }

  /**
   * Hears that something was no longer as it was evaluated.
   * @param isRepeated whether the look before was refuted as well: then what differs may look the same by its stat identity,
   *   and every file is read
   */
  refuted(isRepeated: boolean): void {
    this.#evaluation = null;
    this.#gaps = null;
    this.#doubtsStats = isRepeated;
  }
}
