import type { EndedAttempt } from "../attempt/attempt.ts";
import { outputsDigest, readsDigest } from "../attempt/evidence.ts";
import type { Outcome, OutcomeId } from "../attempt/outcome.ts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import type { ScopeView } from "../evaluate/scope-view.ts";
import { type Candidate, candidateKey } from "../methodology/candidate.ts";
import { readTypesOf } from "../methodology/methodology.ts";
import { LONGEST_BACKOFF } from "../project/config/agent-settings.ts";
import type { AgentSettings } from "../project/config.ts";

/** A candidate that failed in a run and why it is not tried again. */
export type RunFailure =
  | { readonly kind: "attempt"; readonly report: EndedAttempt }
  | { readonly kind: "elsewhere"; readonly candidate: Candidate }
  | { readonly kind: "max_reopens"; readonly candidate: Candidate; readonly reopens: number }
  /** Its server could not offer what it writes, so it was not started. */
  | { readonly kind: "not_offered"; readonly candidate: Candidate; readonly reason: string }
  /** It was delivered and is READY again, and nothing that it reads or writes has changed since. */
  | { readonly kind: "unchanged"; readonly candidate: Candidate };

/** The candidate that failed. */
export function candidateOf(failure: RunFailure): Candidate {
  return failure.kind === "attempt" ? failure.report.candidate : failure.candidate;
}

/** What a run's attempts have cost, in US dollars as far as they told, and those that did not. */
export interface RunCosts {
  readonly usd: number;
  readonly unknown: readonly EndedAttempt[];
}

/** Whether a READY candidate may be tried: at once, when a retry is due, or not any more in this run. */
export type Chance =
  | { readonly kind: "now"; readonly tries: number; readonly failed: EndedAttempt | null }
  | { readonly kind: "later"; readonly at: number }
  | { readonly kind: "never" };

/** A failed candidate that is to be tried again. `at` is in milliseconds of `performance.now()`. */
interface Retry {
  readonly at: number;
  readonly failed: EndedAttempt;
  /** The candidate's last success then: another since means that this READY moment is over. */
  readonly lastSuccess: string | undefined;
}

/** What a candidate's successes in this run have come to. */
interface Success {
  readonly count: number;
  readonly last: EndedAttempt;
}

/**
 * What one run has tried, and so may still try, by candidate. An attempt of a scope that is not the run's, that was
 * adopted, is only reported.
 */
export class RunLedger {
  readonly failures: RunFailure[] = [];
  readonly reports: EndedAttempt[] = [];
  readonly #scopes: ReadonlySet<string | null>;
  readonly #settings: (protocol: string) => Pick<AgentSettings, "attempts" | "backoff">;
  readonly #maxReopens: number;
  readonly #failed = new Set<string>();
  readonly #own = new Set<string>();
  readonly #successes = new Map<string, Success>();
  readonly #retries = new Map<string, Retry>();
  /** The newest evaluation of each scope, by work unit. */
  readonly #evaluations = new Map<string | null, Evaluation>();
  /** The last attempt of each candidate that had ended when this run began. */
  readonly #knownAttempts = new Map<string, string>();

  /** @param scopes the work units that are run, null for none */
  constructor(
    scopes: readonly (string | null)[],
    settings: (protocol: string) => Pick<AgentSettings, "attempts" | "backoff">,
    maxReopens: number,
  ) {
    this.#scopes = new Set(scopes);
    this.#settings = settings;
    this.#maxReopens = maxReopens;
  }

  /** Hears of each new evaluation of a scope, after everything that has ended was reported. */
  reconciled(evaluation: Evaluation): void {
    const { workUnit, candidates, view } = evaluation;
    if (!this.#evaluations.has(workUnit))
      for (const candidate of candidates) {
        const last = view.lastAttempt(candidate.protocol);
        if (last !== undefined) this.#knownAttempts.set(candidateKey(candidate), last.id);
      }
    this.#evaluations.set(workUnit, evaluation);
    for (const candidate of candidates) {
      if (this.#failedElsewhere(candidate)) this.#fail({ kind: "elsewhere", candidate });
      if (this.#isRetryOver(candidate)) this.#retries.delete(candidateKey(candidate));
    }
  }

  /**
   * Hears of an attempt's end.
   * @returns in how many milliseconds it is tried again; null when it is not
   */
  ended(report: EndedAttempt): number | null {
    const { protocol, workUnit } = report.candidate;
    const key = candidateKey(report.candidate);
    this.#own.add(report.id);
    this.reports.push(report);
    if (!this.#scopes.has(workUnit)) return null;
    this.#retries.delete(key);
    switch (report.outcome.id) {
      case "delivered":
        this.#successes.set(key, { count: (this.#successes.get(key)?.count ?? 0) + 1, last: report });
        return null;
      case "abandoned":
        // Its runa died, or somebody released it: the candidate was not refuted and may run again.
        return null;
    }
    const { attempts, backoff } = this.#settings(protocol.name);
    if (!isTriedAgain(report.outcome, report.tries, attempts)) {
      this.#fail({ kind: "attempt", report });
      return null;
    }
    const pause = pauseBefore(report.tries, backoff);
    const lastSuccess = this.#viewFor(report.candidate)?.lastSuccess(protocol)?.id;
    this.#retries.set(key, { at: performance.now() + pause, failed: report, lastSuccess });
    return pause;
  }

  /** Hears that a candidate cannot be offered what it writes. */
  notOffered(candidate: Candidate, reason: string): void {
    this.#fail({ kind: "not_offered", candidate, reason });
  }

  /**
   * Whether this READY candidate may be tried; one that was reopened once too often, or by nothing that can be seen,
   * becomes a failure here.
   */
  chance(candidate: EvaluatedCandidate): Chance {
    const key = candidateKey(candidate);
    if (this.#failed.has(key) || this.isDone(candidate)) return { kind: "never" };
    const success = this.#successes.get(key);
    if (success !== undefined && this.#isUnchanged(success.last, candidate)) {
      this.#fail({ kind: "unchanged", candidate });
      return { kind: "never" };
    }
    if ((success?.count ?? 0) > this.#maxReopens) {
      this.#fail({ kind: "max_reopens", candidate, reopens: this.#maxReopens });
      return { kind: "never" };
    }
    const retry = this.#retries.get(key);
    if (retry === undefined) return { kind: "now", tries: 1, failed: null };
    return retry.at > performance.now()
      ? { kind: "later", at: retry.at }
      : { kind: "now", tries: retry.failed.tries + 1, failed: retry.failed };
  }

  /** Whether this is READY work that the run has done already and that can never be current. */
  isDone(candidate: EvaluatedCandidate): boolean {
    const { produces, choices } = candidate.protocol;
    if (produces.length > 0 || choices.length > 0 || candidate.feedback.isUnanswered) return false;
    const success = this.#successes.get(candidateKey(candidate));
    // Nobody can tell who wrote a file of a type that it may not write: what changed while it ran counts as its own.
    const view = this.#viewFor(candidate);
    return (
      success !== undefined && view !== undefined && success.last.left?.reads === readsDigest(view, candidate.protocol)
    );
  }

  /** What the attempts of this run are known to have cost. One that could not be started costs nothing. */
  costs(): RunCosts {
    const usd = this.reports.reduce((sum, { end }) => sum + (end.usage?.cost_usd ?? 0), 0);
    const unknown = this.reports.filter(
      ({ end, outcome }) => end.usage?.cost_usd === undefined && outcome.id !== "not_started",
    );
    return { usd, unknown };
  }

  /** Whether everything that a success read is still as it was, but for what it wrote itself. */
  #readsTheSame({ candidate, left }: EndedAttempt): boolean {
    const view = this.#viewFor(candidate);
    if (view === undefined || left === null) return false;
    const seen = view.as(candidate.protocol);
    return readTypesOf(candidate.protocol).every((type) => left.seen[type]?.all === seen.digest(type).all);
  }

  /** Whether nothing has happened since a success that could have reopened it. */
  #isUnchanged(report: EndedAttempt, { feedback }: EvaluatedCandidate): boolean {
    if (feedback.isUnanswered) return false;
    const view = this.#viewFor(report.candidate);
    const { protocol } = report.candidate;
    if (view?.isReopened(protocol)) return false;
    if (view?.lastAttempt(protocol)?.id !== report.id) return false;
    return this.#readsTheSame(report) && report.left?.outputs === outputsDigest(view, protocol);
  }

  /** Whether the READY moment of a failed candidate is over: something else made it current, or it ceased to be READY. */
  #isRetryOver(candidate: EvaluatedCandidate): boolean {
    const { protocol, readiness } = candidate;
    const retry = this.#retries.get(candidateKey(candidate));
    if (retry === undefined) return false;
    const lastSuccess = this.#viewFor(candidate)?.lastSuccess(protocol)?.id;
    return readiness.status !== "ready" || lastSuccess !== retry.lastSuccess;
  }

  #failedElsewhere(candidate: EvaluatedCandidate): boolean {
    const key = candidateKey(candidate);
    const last = this.#viewFor(candidate)?.lastAttempt(candidate.protocol);
    // What was stopped, or is tried again by whoever did so, is not refuted.
    if (last === undefined || last.retry || NO_FAILURE.has(last.outcome)) return false;
    const isNew = last.id !== this.#knownAttempts.get(key);
    return isNew && !this.#own.has(last.id) && !this.#failed.has(key);
  }

  /** What the newest evaluation of a candidate's scope saw. */
  #viewFor({ workUnit }: Candidate): ScopeView | undefined {
    return this.#evaluations.get(workUnit)?.view;
  }

  #fail(failure: RunFailure): void {
    this.#failed.add(candidateKey(candidateOf(failure)));
    this.failures.push(failure);
  }
}

/** What says nothing against a candidate. */
const NO_FAILURE: ReadonlySet<OutcomeId> = new Set(["delivered", "abandoned", "interrupted"]);
/** Where trying again would not help, or a person did not want it. */
const NOT_RETRIED: ReadonlySet<OutcomeId> = new Set(["not_started", "interrupted", "delivered", "abandoned"]);

/**
 * Whether an attempt that ended so is tried again in the same READY moment (attempts.md section 3).
 * @param tries which try it was, from 1
 * @param attempts how many there may be
 */
export function isTriedAgain({ id }: Outcome, tries: number, attempts: number): boolean {
  return tries < attempts && !NOT_RETRIED.has(id);
}

/** The pause after the n-th try: doubled each time up to the longest there is, up to a quarter shorter by chance. */
function pauseBefore(tries: number, backoff: number): number {
  const whole = Math.min(backoff * 2 ** (tries - 1), LONGEST_BACKOFF);
  return whole * (1 - Math.random() / 4);
}
