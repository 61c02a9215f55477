import type { OpenAttempt } from "@runa/store/attempts";
import type { EndedAttempt } from "../attempt/attempt.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Debts } from "../evaluate/owed.ts";
import type { Candidate } from "../methodology/candidate.ts";
import type { Aim } from "../plan/aim.ts";
import type { RunLimits } from "../project/config.ts";
import type { RunCosts, RunFailure } from "./ledger.ts";

/** What happens while work is executed. The engine tells; whoever listens shows it. */
export type ExecutionEvent =
  | { readonly kind: "attempt_started"; readonly id: string; readonly candidate: Candidate; readonly tries: number }
  /** `retryIn`: milliseconds until it is tried again; null when it is not. */
  | { readonly kind: "attempt_ended"; readonly report: EndedAttempt; readonly retryIn: number | null }
  | {
      readonly kind: "attempt_adopted";
      readonly attempt: OpenAttempt;
      readonly candidate: Candidate;
      readonly pid: number;
    }
  | { readonly kind: "attempt_abandoned"; readonly attempt: OpenAttempt }
  /** It will not be started in this run: its server could not offer what it writes. */
  | { readonly kind: "not_offered"; readonly candidate: Candidate; readonly reason: string }
  /** The lock file could not be brought up to date; the run goes on. */
  | { readonly kind: "not_locked"; readonly problem: string }
  | { readonly kind: "waiting"; readonly attempts: readonly OpenAttempt[] };

/** What a run may do. */
export interface RunOptions extends RunLimits {
  readonly workUnit: string | null;
  /** What work is executed for. */
  readonly aim: Aim;
  /** Only the first candidate is executed, its retries included. */
  readonly once: boolean;
  /** Whether candidates that another runa executes are waited for. */
  readonly wait: boolean;
}

/** A limit of the run's own that kept something from starting. */
export type RunLimit =
  | { readonly kind: "max_attempts"; readonly attempts: number }
  | { readonly kind: "time_limit"; readonly milliseconds: number }
  | { readonly kind: "max_cost_usd"; readonly usd: number };

export type RunOutcome =
  | "all_complete"
  /** What the run aimed at is done, whatever else there is. */
  | "aim_reached"
  | "quiescent_with_failures"
  | "quiescent_with_blocked_work"
  | "limit_reached"
  /** With `once`: its one candidate was executed, whatever came of it. */
  | "step_done"
  | "methodology_changed"
  /** Who may decide, or what a decision needs, changed while it ran (decisions 4). */
  | "policy_changed"
  | "interrupted";

/** How a run ended. */
export interface RunReport {
  readonly outcome: RunOutcome;
  readonly reports: readonly EndedAttempt[];
  /** Failures and debts are of what it aimed at. */
  readonly aim: Aim;
  readonly failures: readonly RunFailure[];
  readonly debts: Debts;
  readonly costs: RunCosts;
  readonly evaluation: Evaluation;
  /** With `limit_reached`. */
  readonly limit: RunLimit | null;
  /** With `methodology_changed` and `policy_changed`: the files, and the attempts that ran when they were found changed. */
  readonly changed: { readonly files: readonly string[]; readonly ran: readonly EndedAttempt[] } | null;
  /** Candidates of this scope that another runa is executing. */
  readonly elsewhere: readonly OpenAttempt[];
}
