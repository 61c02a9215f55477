import type { Candidate, Evaluation } from "../evaluate/evaluate.ts";
import { readTypesOf } from "../methodology/methodology.ts";
import type { AgentSettings } from "../project/config.ts";
import type { Work } from "./conflicts.ts";
import type { Outcome } from "./outcome.ts";
import type { AttemptReport } from "./supervise.ts";

/** A candidate that failed in a run and why it is not tried again. */
export type RunFailure =
  | { readonly kind: "attempt"; readonly report: AttemptReport }
  | { readonly kind: "elsewhere"; readonly candidate: Work }
  | { readonly kind: "max_reopens"; readonly candidate: Work; readonly reopens: number };

/** Whether a READY candidate may be tried: at once, when a retry is due, or not any more in this run. */
export type Chance =
  | { readonly kind: "now"; readonly tries: number; readonly failed: AttemptReport | null }
  | { readonly kind: "later"; readonly at: number }
  | { readonly kind: "never" };

/** A failed candidate that is to be tried again. `at` is in milliseconds of `performance.now()`. */
interface Retry {
  readonly at: number;
  readonly failed: AttemptReport;
}

/** The longest pause before a retry, in milliseconds. */
const MAX_BACKOFF = 600_000;

/**
 * What one run has tried, and so may still try. One scope is run at a time, so protocols tell its candidates apart; an
 * attempt of another scope, that was adopted, is only reported.
 */
export class RunLedger {
  readonly failures: RunFailure[] = [];
  readonly reports: AttemptReport[] = [];
  readonly #workUnit: string | null;
  readonly #settings: (protocol: string) => Pick<AgentSettings, "attempts" | "backoff">;
  readonly #maxReopens: number;
  readonly #failed = new Set<string>();
  readonly #own = new Set<string>();
  readonly #successes = new Map<string, number>();
  readonly #retries = new Map<string, Retry>();
  /** For work that can never be current: what its types were when its own attempt had been reconciled. */
  readonly #settledInputs = new Map<string, string>();
  #justEnded: Work[] = [];
  #evaluation: Evaluation | null = null;
  /** The last attempt of each protocol that had ended when this run began. */
  #knownAttempts: ReadonlyMap<string, string> | null = null;

  constructor(
    workUnit: string | null,
    settings: (protocol: string) => Pick<AgentSettings, "attempts" | "backoff">,
    maxReopens: number,
  ) {
    this.#workUnit = workUnit;
    this.#settings = settings;
    this.#maxReopens = maxReopens;
  }

  /** Hears of each new evaluation, after everything that has ended was reported. */
  reconciled(evaluation: Evaluation): void {
    const { lastAttempts } = evaluation.view.snapshot;
    this.#evaluation = evaluation;
    this.#knownAttempts ??= new Map([...lastAttempts].map(([protocol, { id }]) => [protocol, id]));
    for (const work of this.#justEnded) this.#settledInputs.set(work.protocol.name, this.#inputsOf(work));
    this.#justEnded = [];
    for (const candidate of evaluation.candidates)
      if (this.#failedElsewhere(candidate)) this.#fail({ kind: "elsewhere", candidate });
  }

  /**
   * Hears of an attempt's end.
   * @returns in how many milliseconds it is tried again; null when it is not
   */
  ended(report: AttemptReport): number | null {
    const { name } = report.candidate.protocol;
    this.#own.add(report.id);
    this.reports.push(report);
    if (report.candidate.workUnit !== this.#workUnit) return null;
    this.#retries.delete(name);
    switch (report.outcome.id) {
      case "delivered":
        this.#successes.set(name, (this.#successes.get(name) ?? 0) + 1);
        this.#justEnded.push(report.candidate);
        return null;
      case "abandoned":
        // Its runa died, or somebody released it: the candidate was not refuted and may run again.
        return null;
    }
    const { attempts, backoff } = this.#settings(name);
    if (report.tries >= attempts || !isRetried(report.outcome)) {
      this.#fail({ kind: "attempt", report });
      return null;
    }
    const pause = pauseBefore(report.tries, backoff);
    this.#retries.set(name, { at: performance.now() + pause, failed: report });
    return pause;
  }

  /** Whether this READY candidate may be tried; one that was reopened once too often becomes a failure here. */
  chance(candidate: Candidate): Chance {
    const { name } = candidate.protocol;
    if (this.#failed.has(name) || this.isDone(candidate)) return { kind: "never" };
    if ((this.#successes.get(name) ?? 0) > this.#maxReopens) {
      this.#fail({ kind: "max_reopens", candidate, reopens: this.#maxReopens });
      return { kind: "never" };
    }
    const retry = this.#retries.get(name);
    if (retry === undefined) return { kind: "now", tries: 1, failed: null };
    return retry.at > performance.now()
      ? { kind: "later", at: retry.at }
      : { kind: "now", tries: retry.failed.tries + 1, failed: retry.failed };
  }

  /** Whether this is READY work that the run has done already and that can never be current. */
  isDone(candidate: Candidate): boolean {
    const { produces, choices, name } = candidate.protocol;
    if (produces.length > 0 || choices.length > 0) return false;
    return this.#settledInputs.get(name) === this.#inputsOf(candidate);
  }

  /** What the attempts of this run are known to have cost, in US dollars, and those that did not tell. */
  costs(): { readonly known: number; readonly unknown: readonly AttemptReport[] } {
    const known = this.reports.reduce((sum, { usage }) => sum + (usage?.cost_usd ?? 0), 0);
    return { known, unknown: this.reports.filter(({ usage }) => usage?.cost_usd === undefined) };
  }

  #inputsOf({ protocol }: Work): string {
    return readTypesOf(protocol)
      .map((type) => this.#evaluation?.view.digest(type).all)
      .join(" ");
  }

  #failedElsewhere({ protocol }: Candidate): boolean {
    const last = this.#evaluation?.view.snapshot.lastAttempts.get(protocol.name);
    if (last === undefined || last.outcome === "delivered" || last.outcome === "abandoned") return false;
    const isNew = last.id !== this.#knownAttempts?.get(protocol.name);
    return isNew && !this.#own.has(last.id) && !this.#failed.has(protocol.name);
  }

  #fail(failure: RunFailure): void {
    const { protocol } = failure.kind === "attempt" ? failure.report.candidate : failure.candidate;
    this.#failed.add(protocol.name);
    this.failures.push(failure);
  }
}

/** Whether trying again may help: not where nothing could be started, or a person stopped it (attempts.md section 3). */
function isRetried({ id }: Outcome): boolean {
  return id !== "not_started" && id !== "interrupted";
}

/** The pause after the n-th try: doubled each time, at most ten minutes, up to a quarter shorter by chance. */
function pauseBefore(tries: number, backoff: number): number {
  const whole = Math.min(backoff * 2 ** (tries - 1), MAX_BACKOFF);
  return whole * (1 - Math.random() / 4);
}
