import type { InstanceId, Violation } from "@runa/store";
import type { OutcomeId, Refusal } from "@runa/store/attempts";

/** Why nothing was delivered of what was owed. What agents are silent by, others need not know. */
export type Silence =
  | { readonly kind: "server_never_started" }
  /** It was started and could not serve. */
  | { readonly kind: "server_failed"; readonly reason: string }
  | { readonly kind: "no_tool_called" }
  /** It called tools, and nothing that it delivered is there: it only withdrew, or what it delivered was removed. */
  | { readonly kind: "nothing_left" }
  | { readonly kind: "calls_refused"; readonly count: number; readonly last: Refusal | null }
  | { readonly kind: "other_delivered" };

/** An output that is there and not valid. */
export interface InvalidOutput {
  readonly type: string;
  readonly id: InstanceId;
  readonly violations: readonly Violation[];
}

/** A limit of the operator's that an attempt reached: milliseconds of the wall clock or of silence, bytes of output. */
export interface Limit {
  readonly kind: "wall" | "idle" | "output";
  readonly amount: number;
}

/**
 * How an agent ended that delivered everything and did not end by itself with 0: it was ended because it was silent for
 * `settle`, or its runa died and nobody knows its exit code.
 */
export type UnusualEnd = "settled" | "exit_code_unknown";

/** A choice of which none or more than one member was delivered. */
export interface UnmetChoice {
  readonly group: string;
  readonly members: readonly string[];
  readonly delivered: readonly string[];
}

/**
 * How an attempt ended: one closed union, the same words in text, JSON and log (attempts.md section 1). The order of
 * the members is the order in which they apply. `delivered` is the only success.
 */
export type Outcome =
  | {
      readonly id: "not_started";
      readonly command: string;
      readonly errno: string;
      /** The table of the config that the command stands in, such as `[agents.reviewer]`. */
      readonly table: string;
      /** What is really wrong, where the system's word for it does not say so. */
      readonly problem?: string;
    }
  | { readonly id: "interrupted"; readonly signal: NodeJS.Signals }
  | { readonly id: "timed_out"; readonly limit: Limit }
  | { readonly id: "signalled"; readonly signal: NodeJS.Signals }
  | { readonly id: "exited"; readonly code: number }
  | { readonly id: "invalid_output"; readonly outputs: readonly InvalidOutput[] }
  | { readonly id: "choice_unmet"; readonly choices: readonly UnmetChoice[]; readonly silence: Silence | null }
  | { readonly id: "not_delivered"; readonly types: readonly string[]; readonly silence: Silence | null }
  | {
      readonly id: "abandoned";
      /** Somebody released it, or another runa took it over, while the one that tells of it still had it. */
      readonly released?: true;
    }
  | { readonly id: "delivered"; readonly ended?: UnusualEnd };

// Every outcome has its word in the store's closed set.
export type { OutcomeId };
