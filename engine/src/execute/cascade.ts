import type { Candidate, Evaluation } from "../evaluate/evaluate.ts";
import { type Debts, debtsOf } from "../evaluate/owed.ts";
import { readTypesOf } from "../methodology/methodology.ts";
import { lookAt } from "../project/look.ts";
import { type AttemptReport, type ExecutionContext, executeAttempt } from "./attempt.ts";
import type { RecoveryEvent } from "./recovery.ts";

/** How often a candidate is reopened in one run before that counts as a failure. */
export const MAX_REOPENS = 10;

/** What happens while work is executed. The engine tells; whoever listens shows it. */
export type ExecutionEvent =
  | { readonly kind: "attempt_started"; readonly id: string; readonly candidate: Candidate }
  | { readonly kind: "attempt_ended"; readonly report: AttemptReport }
  | RecoveryEvent;

/** A candidate that failed in a run and why it is not tried again. */
export type RunFailure =
  | { readonly kind: "attempt"; readonly report: AttemptReport }
  | { readonly kind: "elsewhere"; readonly candidate: Candidate }
  | { readonly kind: "max_reopens"; readonly candidate: Candidate; readonly reopens: number };

export type RunOutcome = "all_complete" | "quiescent_with_failures" | "quiescent_with_blocked_work" | "interrupted";

/** How a run ended. */
export interface RunReport {
  readonly outcome: RunOutcome;
  readonly reports: readonly AttemptReport[];
  readonly failures: readonly RunFailure[];
  readonly debts: Debts;
  readonly evaluation: Evaluation;
}

/** Executes the next READY candidate; null when there is none. */
export async function executeStep(
  context: ExecutionContext,
  workUnit: string | null,
  listen: (event: ExecutionEvent) => void,
): Promise<AttemptReport | null> {
  for (;;) {
    const evaluation = await lookAt(context.project, workUnit);
    const candidate = evaluation.candidates.find(isReady);
    if (candidate === undefined) return null;
    const report = await executeAttempt(context, evaluation, candidate, (id) =>
      listen({ kind: "attempt_started", id, candidate }),
    );
    if (report === null) continue;
    listen({ kind: "attempt_ended", report });
    return report;
  }
}

function isReady(candidate: Candidate): boolean {
  return candidate.readiness.status === "ready" && candidate.attempt === null;
}

/**
 * The cascade: evaluates anew after each attempt and executes the first READY candidate that this run may still try
 * (contract.md section 6), until none is left or a signal keeps the next from starting.
 */
export async function executeRun(
  context: ExecutionContext,
  workUnit: string | null,
  listen: (event: ExecutionEvent) => void,
): Promise<RunReport> {
  const ledger = new RunLedger();
  const reports: AttemptReport[] = [];
  for (;;) {
    const evaluation = await lookAt(context.project, workUnit);
    ledger.reconciled(evaluation);
    const next = evaluation.candidates.find((candidate) => isReady(candidate) && ledger.mayTry(candidate));
    const interrupted = next !== undefined && context.interrupts.requested !== null;
    if (next === undefined || interrupted || context.interrupts.stopped !== null) {
      const debts = debtsOf(evaluation, (candidate) => ledger.isDone(candidate));
      const outcome = interrupted || context.interrupts.stopped !== null ? "interrupted" : ledger.outcome(debts);
      return { outcome, reports, failures: ledger.failures, debts, evaluation };
    }
    const report = await executeAttempt(context, evaluation, next, (id) =>
      listen({ kind: "attempt_started", id, candidate: next }),
    );
    if (report === null) continue;
    reports.push(report);
    ledger.ended(report);
    listen({ kind: "attempt_ended", report });
  }
}

/** What one run has tried, and so may still try. */
class RunLedger {
  readonly failures: RunFailure[] = [];
  readonly #failed = new Set<string>();
  readonly #own = new Set<string>();
  readonly #successes = new Map<string, number>();
  /** For work that can never be current: what its types were when its own attempt had been reconciled. */
  readonly #settledInputs = new Map<string, string>();
  #justEnded: Candidate | null = null;
  #evaluation: Evaluation | null = null;
  /** The last attempt of each protocol that had ended when this run began. */
  #knownAttempts: ReadonlyMap<string, string> | null = null;

  reconciled(evaluation: Evaluation): void {
    const { lastAttempts } = evaluation.view.snapshot;
    this.#evaluation = evaluation;
    this.#knownAttempts ??= new Map([...lastAttempts].map(([protocol, { id }]) => [protocol, id]));
    if (this.#justEnded !== null)
      this.#settledInputs.set(this.#justEnded.protocol.name, this.#inputsOf(this.#justEnded));
    this.#justEnded = null;
    for (const candidate of evaluation.candidates)
      if (this.#failedElsewhere(candidate)) this.#fail({ kind: "elsewhere", candidate });
  }

  ended(report: AttemptReport): void {
    const { name } = report.candidate.protocol;
    this.#own.add(report.id);
    if (report.outcome.id === "delivered") {
      this.#successes.set(name, (this.#successes.get(name) ?? 0) + 1);
      this.#justEnded = report.candidate;
    } else this.#fail({ kind: "attempt", report });
  }

  /** Whether this READY candidate may be tried; one that was reopened once too often becomes a failure here. */
  mayTry(candidate: Candidate): boolean {
    const { name } = candidate.protocol;
    if (this.#failed.has(name) || this.isDone(candidate)) return false;
    const successes = this.#successes.get(name) ?? 0;
    if (successes <= MAX_REOPENS) return true;
    this.#fail({ kind: "max_reopens", candidate, reopens: MAX_REOPENS });
    return false;
  }

  /** Whether this is READY work that the run has done already and that can never be current. */
  isDone(candidate: Candidate): boolean {
    const { produces, choices, name } = candidate.protocol;
    if (produces.length > 0 || choices.length > 0) return false;
    return this.#settledInputs.get(name) === this.#inputsOf(candidate);
  }

  outcome(debts: Debts): RunOutcome {
    if (this.failures.length > 0) return "quiescent_with_failures";
    return debts.owing.length > 0 ? "quiescent_with_blocked_work" : "all_complete";
  }

  #inputsOf({ protocol }: Candidate): string {
    return readTypesOf(protocol)
      .map((type) => this.#evaluation?.view.digest(type).all)
      .join(" ");
  }

  #failedElsewhere({ protocol }: Candidate): boolean {
    const last = this.#evaluation?.view.snapshot.lastAttempts.get(protocol.name);
    if (last === undefined || last.outcome === "delivered" || this.#failed.has(protocol.name)) return false;
    return !this.#own.has(last.id) && this.#knownAttempts?.get(protocol.name) !== last.id;
  }

  #fail(failure: RunFailure): void {
    this.failures.push(failure);
    this.#failed.add(
      failure.kind === "attempt" ? failure.report.candidate.protocol.name : failure.candidate.protocol.name,
    );
  }
}
