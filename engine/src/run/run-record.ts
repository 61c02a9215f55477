import type { Store } from "@runa/store";
import { recordEvent } from "@runa/store/log";
import { v7 as uuidv7 } from "uuid";
import { aimEntry } from "../plan/aim.ts";
import type { RunOptions, RunOutcome, RunReport } from "./report.ts";

/** What the log tells of a run. Of one that had nothing to execute it tells nothing. */
export class RunRecord {
  readonly id = uuidv7();
  readonly #store: Store;
  readonly #options: RunOptions;
  #hasBegun = false;

  constructor(store: Store, options: RunOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Hears of each attempt that is about to begin. */
  begins(): void {
    if (this.#hasBegun) return;
    const { jobs, aim } = this.#options;
    recordEvent(this.#store, {
      kind: "run_started",
      attempt: null,
      body: { ...this.#body(), jobs, ...aimEntry(aim) },
    });
    this.#hasBegun = true;
  }

  /** Hears of the run's end, or that it failed as a whole. */
  ended(outcome: RunOutcome | "error", { reports, failures }: Pick<RunReport, "reports" | "failures">): void {
    if (!this.#hasBegun) return;
    const delivered = reports.filter((report) => report.outcome.id === "delivered").length;
    const body = { ...this.#body(), outcome, attempts: reports.length, delivered, failed: failures.length };
    recordEvent(this.#store, { kind: "run_ended", attempt: null, body });
  }

  /** What the log tells at the start and at the end. */
  #body() {
    const { workUnit } = this.#options;
    return { run: this.id, pid: process.pid, ...(workUnit !== null && { work_unit: workUnit }) };
  }
}
