import type { ExecutionContext } from "../attempt/context.ts";
import type { FileWatch } from "./file-watch.ts";
import type { RunLedger } from "./ledger.ts";
import { watchMethodology } from "./methodology-watch.ts";
import { PolicyWatch } from "./policy-watch.ts";
import type { RunLimit, RunOptions } from "./report.ts";

/** What keeps a run from starting anything further, for good. */
export type Stop =
  | { readonly kind: "interrupted" }
  | { readonly kind: "limit"; readonly limit: RunLimit }
  /** `ran`: the ids of the attempts that ran when the files were found changed. */
  | {
      readonly kind: "changed";
      readonly what: "methodology" | "policy";
      readonly files: readonly string[];
      readonly ran: ReadonlySet<string>;
    };

/** Watches what ends a run before its work does: signals, its limits, a methodology or a policy that changes under it. */
export class RunStop {
  readonly #context: ExecutionContext;
  readonly #options: RunOptions;
  readonly #ledger: RunLedger;
  readonly #methodology: FileWatch;
  readonly #policy: PolicyWatch;
  readonly #began = performance.now();
  /** Attempts that ran since everything was last found unchanged. */
  #ran = new Set<string>();
  #started = 0;
  #stop: Stop | null = null;

  constructor(context: ExecutionContext, options: RunOptions, ledger: RunLedger) {
    this.#context = context;
    this.#options = options;
    this.#ledger = ledger;
    this.#methodology = watchMethodology(context.project.methodology);
    this.#policy = new PolicyWatch(context.project.config, context.policy);
  }

  /** What stops the run; null while nothing does. */
  get reason(): Stop | null {
    return this.#stop;
  }

  /** When the time limit is reached, in milliseconds of `performance.now()`. */
  get limitAt(): number {
    return this.#began + (this.#options.timeLimit ?? Number.POSITIVE_INFINITY);
  }

  /** Hears of each attempt that begins. */
  started(attempt: string): void {
    this.#started++;
    this.#ran.add(attempt);
  }

  /**
   * Hears of each attempt's end.
   * @param running the attempts that still run
   */
  ended(attempt: string, running: Iterable<string>): void {
    this.#ran.add(attempt);
    this.#checkSources(running);
  }

  /**
   * Whether nothing further may start; asked only when something could, so that a stop is one that mattered.
   * @param running the attempts that run now
   */
  mayNotStart(running: Iterable<string>): boolean {
    if (this.#stop !== null) return true;
    const { requested, stopped } = this.#context.interrupts;
    const limit = this.#limitReached();
    if (requested !== null || stopped !== null) this.#stop = { kind: "interrupted" };
    else if (limit !== null) this.#stop = { kind: "limit", limit };
    else this.#checkSources(running);
    return this.#stop !== null;
  }

  #limitReached(): RunLimit | null {
    const { maxAttempts, timeLimit, maxCostUsd } = this.#options;
    if (maxAttempts > 0 && this.#started >= maxAttempts) return { kind: "max_attempts", attempts: maxAttempts };
    if (timeLimit !== null && performance.now() >= this.limitAt) return { kind: "time_limit", milliseconds: timeLimit };
    return maxCostUsd > 0 && this.#ledger.costs().usd >= maxCostUsd ? { kind: "max_cost_usd", usd: maxCostUsd } : null;
  }

  /** A run uses the methodology and the policy that it loaded: when one has changed on disk, nothing further starts. */
  #checkSources(running: Iterable<string>): void {
    if (this.#stop?.kind === "changed") {
      this.#stop = { ...this.#stop, ran: new Set([...this.#stop.ran, ...this.#ran]) };
      return;
    }
    const [methodology, policy] = [this.#methodology.changed(), this.#policy.changed()];
    const what = methodology.length > 0 ? "methodology" : "policy";
    const files = [...methodology, ...policy];
    if (files.length > 0) this.#stop = { kind: "changed", what, files, ran: this.#ran };
    else this.#ran = new Set(running);
  }
}
