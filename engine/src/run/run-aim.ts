import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { type Debts, debtsOf } from "../evaluate/owed.ts";
import { candidateKey } from "../methodology/candidate.ts";
import { type Aim, debtsFor, executableFor, isReached } from "../plan/aim.ts";
import { candidateOf, type RunFailure, type RunLedger } from "./ledger.ts";

/** What a run is for: what it executes, whether it has got there, and what of its failures and debts concerns it. */
export class RunAim {
  readonly #aim: Aim;
  readonly #ledger: RunLedger;
  /** The candidates that were to be executed in any evaluation, where not all are. */
  readonly #wanted = new Set<string>();
  #isReached = false;

  constructor(aim: Aim, ledger: RunLedger) {
    this.#aim = aim;
    this.#ledger = ledger;
  }

  /** The candidates that are to be executed, as things are now. */
  executable(evaluation: Evaluation): readonly EvaluatedCandidate[] {
    const candidates = executableFor(this.#aim, evaluation);
    if (this.#aim.kind !== "all") for (const candidate of candidates) this.#wanted.add(candidateKey(candidate));
    return candidates;
  }

  /** Whether a run up to a protocol has got there: then nothing further starts, whatever happens to it. */
  get isReached(): boolean {
    return this.#isReached;
  }

  /** Looks whether it has. */
  look(evaluation: Evaluation): void {
    this.#isReached ||= isReached(this.#aim, evaluation, (candidate) => this.#ledger.isDone(candidate));
  }

  /** The failures of what was to be executed: an attempt that was adopted may be of anything else. */
  get failures(): readonly RunFailure[] {
    const { failures } = this.#ledger;
    if (this.#aim.kind === "all") return failures;
    return failures.filter((failure) => this.#wanted.has(candidateKey(candidateOf(failure))));
  }

  /** What is owed. */
  debts(evaluation: Evaluation): Debts {
    const all = debtsOf(evaluation, (candidate) => this.#ledger.isDone(candidate));
    // Up to a protocol everything is executed, so everything counts until it is reached.
    return this.#aim.kind === "until" ? all : debtsFor(this.#aim, evaluation, all);
  }
}
