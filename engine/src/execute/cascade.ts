import {
  finishSuperseding,
  type OpenAttempt,
  recordEvent,
  removeLitter,
  type ScanReport,
  unendedAttempts,
} from "@runa/store";
import { v7 as uuidv7 } from "uuid";
import type { Candidate, Evaluation } from "../evaluate/evaluate.ts";
import { type Debts, debtsOf } from "../evaluate/owed.ts";
import type { RunLimits } from "../project/config.ts";
import { evaluateScan, lookAt } from "../project/look.ts";
import { abandonUnknown } from "./abandon.ts";
import {
  type ActiveAttempt,
  type AttemptReport,
  adopt,
  type EndedAttempt,
  type ExecutionContext,
  isOrphan,
  type Launch,
  launchAttempt,
} from "./attempt.ts";
import { obstructs, type Work } from "./conflicts.ts";
import { type Chance, type RunFailure, RunLedger } from "./ledger.ts";
import { SourceWatch } from "./source-watch.ts";

/** What happens while work is executed. The engine tells; whoever listens shows it. */
export type ExecutionEvent =
  | { readonly kind: "attempt_started"; readonly id: string; readonly candidate: Work; readonly tries: number }
  /** `retryIn`: milliseconds until it is tried again; null when it is not. */
  | { readonly kind: "attempt_ended"; readonly report: AttemptReport; readonly retryIn: number | null }
  | { readonly kind: "attempt_adopted"; readonly attempt: OpenAttempt; readonly candidate: Work; readonly pid: number }
  | { readonly kind: "attempt_abandoned"; readonly attempt: OpenAttempt }
  | { readonly kind: "waiting"; readonly attempts: readonly OpenAttempt[] };

/** What a run may do. */
export interface RunOptions extends RunLimits {
  readonly workUnit: string | null;
  /** Only the first candidate is executed, its retries included. */
  readonly once: boolean;
  /** Whether candidates that another runa executes are waited for. */
  readonly wait: boolean;
}

/** A limit of the run's own that kept something from starting. */
export type RunLimit =
  | { readonly kind: "max_attempts"; readonly attempts: number }
  | { readonly kind: "time_limit"; readonly milliseconds: number }
  | { readonly kind: "max_cost_usd"; readonly usd: number; readonly unknown: readonly AttemptReport[] };

export type RunOutcome =
  | "all_complete"
  | "quiescent_with_failures"
  | "quiescent_with_blocked_work"
  | "limit_reached"
  | "methodology_changed"
  | "interrupted";

/** How a run ended. */
export interface RunReport {
  readonly outcome: RunOutcome;
  readonly reports: readonly AttemptReport[];
  readonly failures: readonly RunFailure[];
  readonly debts: Debts;
  readonly evaluation: Evaluation;
  /** With `limit_reached`. */
  readonly limit: RunLimit | null;
  /** With `methodology_changed`: the files, and the attempts that ran when they were found changed. */
  readonly changed: { readonly files: readonly string[]; readonly ran: readonly AttemptReport[] } | null;
  /** Candidates of this scope that another runa is executing. */
  readonly elsewhere: readonly OpenAttempt[];
}

/** How often, in milliseconds, attempts of other runas are looked at while nothing else can be done. */
const LOOK_EVERY = 200;
/** Node's timers hold 32 bits of milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Executes READY candidates of one scope, up to `jobs` at once, evaluating anew after each attempt, until none is left
 * that may be tried, a limit is reached, or a signal keeps the next from starting (contract.md section 6, attempts.md
 * sections 3, 5, 7). One job is the same as many.
 * @throws RunaError when there is something to execute and no way to do it; what runs is waited for first
 */
export function executeRun(
  context: ExecutionContext,
  options: RunOptions,
  listen: (event: ExecutionEvent) => void,
): Promise<RunReport> {
  return new Cascade(context, options, listen).execute();
}

/** What keeps a run from starting anything further, for good. */
type Stop =
  | { readonly kind: "interrupted" }
  | { readonly kind: "limit"; readonly limit: RunLimit }
  | { readonly kind: "changed"; readonly files: readonly string[]; readonly ran: Set<string> };

/** What one look at the candidates came to. */
interface Prospect {
  /** When the next retry is due, in milliseconds of `performance.now()`. */
  readonly retryAt: number | null;
  /** Attempts of other runas that candidates wait for. */
  readonly others: ReadonlyMap<string, OpenAttempt>;
  /** An evaluation that turned out to be old. */
  readonly outdated: boolean;
}

class Cascade {
  readonly #context: ExecutionContext;
  readonly #options: RunOptions;
  readonly #listen: (event: ExecutionEvent) => void;
  readonly #ledger: RunLedger;
  readonly #sources: SourceWatch;
  readonly #id = uuidv7();
  readonly #began = performance.now();
  readonly #active = new Map<string, ActiveAttempt>();
  /** Attempts that have ended and were not yet told of, or what went wrong in one. */
  readonly #ended: (EndedAttempt | { readonly failure: unknown })[] = [];
  /** Attempts that ran since the methodology was last found unchanged. */
  #ranSinceCheck = new Set<string>();
  #started = 0;
  /** Whether the log tells of this run: of one that had nothing to execute it does not. */
  #isRecorded = false;
  /** With `once`: the one candidate, and whether it is over. */
  #only: string | null = null;
  #onlyIsOver = false;
  #stop: Stop | null = null;
  #evaluation: Evaluation | null = null;
  /** What the newest scan could not read, when an attempt's end has just scanned. */
  #gaps: ScanReport["gaps"] | null = null;
  #told = "";
  #wake = () => {};

  constructor(context: ExecutionContext, options: RunOptions, listen: (event: ExecutionEvent) => void) {
    this.#context = context;
    this.#options = options;
    this.#listen = listen;
    const { config, methodology } = context.project;
    this.#ledger = new RunLedger(options.workUnit, (protocol) => config.agentFor(protocol), options.maxReopens);
    this.#sources = new SourceWatch(methodology);
  }

  async execute(): Promise<RunReport> {
    const { project, interrupts } = this.#context;
    finishSuperseding(project.store, project.workspace);
    removeLitter(project.store, project.workspace, project.methodology.types.keys());
    const release = interrupts.listen(() => this.#wake());
    try {
      return await this.#schedule();
    } catch (error) {
      // Agents are never left to themselves: what runs is waited for and judged, then the failure is told.
      await Promise.allSettled([...this.#active.values()].map(({ ended }) => ended));
      throw error;
    } finally {
      release();
    }
  }

  async #schedule(): Promise<RunReport> {
    for (;;) {
      this.#settleEnded();
      this.#adoptOrphans();
      const evaluation = await this.#evaluate();
      const prospect = this.#startWhatMay(evaluation);
      if (prospect.outdated) {
        this.#evaluation = null;
        continue;
      }
      if (this.#active.size === 0 && this.#isOver(prospect)) return this.#conclude(evaluation, prospect);
      await this.#somethingHappens(prospect);
    }
  }

  /** Whether, while nothing runs that this run owns, nothing is worth waiting for either. */
  #isOver({ retryAt, others }: Prospect): boolean {
    if (this.#ended.length > 0) return false;
    if (this.#stop !== null || this.#onlyIsOver) return true;
    const waits = retryAt !== null || (others.size > 0 && this.#options.wait);
    return !waits || this.#mayNotStart();
  }

  /** Tells of every attempt that has ended since, and forgets the evaluation that they made old. */
  #settleEnded(): void {
    for (let ended = this.#ended.shift(); ended !== undefined; ended = this.#ended.shift()) {
      if ("failure" in ended) throw ended.failure;
      const { report, gaps } = ended;
      const retryIn = this.#ledger.ended(report);
      this.#ranSinceCheck.add(report.id);
      this.#checkSources();
      this.#onlyIsOver ||= retryIn === null && report.candidate.protocol.name === this.#only;
      this.#listen({ kind: "attempt_ended", report, retryIn });
      this.#evaluation = null;
      this.#gaps = gaps;
    }
  }

  /** Attempts whose runa is gone are judged, or waited for, before anything else is done. */
  #adoptOrphans(): void {
    const { project } = this.#context;
    for (const attempt of unendedAttempts(project.store)) {
      if (this.#active.has(attempt.id) || !isOrphan(attempt)) continue;
      const protocol = project.methodology.protocols.find(({ name }) => name === attempt.protocol);
      if (protocol === undefined) {
        if (abandonUnknown(project, attempt)) this.#listen({ kind: "attempt_abandoned", attempt });
        continue;
      }
      const adopted = adopt(this.#context, attempt, protocol);
      if (adopted === null) continue;
      if (adopted.agent !== null)
        this.#listen({ kind: "attempt_adopted", attempt, candidate: adopted.work, pid: adopted.agent.pid });
      this.#watch(adopted);
    }
  }

  #watch(attempt: ActiveAttempt): void {
    this.#active.set(attempt.id, attempt);
    const settle = (ended: EndedAttempt | { failure: unknown }) => {
      this.#active.delete(attempt.id);
      this.#ended.push(ended);
      this.#wake();
    };
    attempt.ended.then(settle, (failure: unknown) => settle({ failure }));
  }

  async #evaluate(): Promise<Evaluation> {
    const { project } = this.#context;
    const { workUnit } = this.#options;
    // The scan that judged an attempt is the newest there is: it serves the next evaluation as well.
    this.#evaluation ??=
      this.#gaps === null ? await lookAt(project, workUnit) : evaluateScan(project, { gaps: this.#gaps }, workUnit);
    this.#gaps = null;
    this.#ledger.reconciled(this.#evaluation);
    return this.#evaluation;
  }

  /** Goes through the READY candidates in their order and starts each that may start now. */
  #startWhatMay(evaluation: Evaluation): Prospect {
    const before: Candidate[] = [];
    const others = this.#foreign(evaluation);
    let retryAt: number | null = null;
    for (const candidate of evaluation.candidates) {
      if (candidate.readiness.status !== "ready" || this.#isActive(candidate) || others.has(keyOf(candidate))) continue;
      if (this.#onlyIsOver || (this.#only ?? candidate.protocol.name) !== candidate.protocol.name) continue;
      const chance = this.#ledger.chance(candidate);
      if (chance.kind === "never") continue;
      if (chance.kind === "later") retryAt = Math.min(retryAt ?? Number.POSITIVE_INFINITY, chance.at);
      if (chance.kind === "later" || this.#hasToWait(candidate, before) || this.#mayNotStart()) {
        before.push(candidate);
        continue;
      }
      const launch = this.#launch(evaluation, candidate, chance);
      if (launch.kind === "outdated") return { retryAt, others, outdated: true };
      if (launch.kind === "active") this.#begun(launch.attempt, candidate, chance.tries);
      else {
        others.set(keyOf(launch.by), launch.by);
        before.push(candidate);
      }
    }
    return { retryAt, others, outdated: false };
  }

  /** Whether a candidate has to wait for what this run executes, or for what is READY before it. */
  #hasToWait(candidate: Candidate, before: readonly Candidate[]): boolean {
    const { methodology } = this.#context.project;
    if (this.#active.size >= this.#options.jobs) return true;
    if (before.some((earlier) => this.#isExclusive(earlier) || obstructs(methodology, earlier, candidate))) return true;
    return [...this.#active.values()].some(({ work }) => this.#excludes(work, candidate));
  }

  #launch(evaluation: Evaluation, candidate: Candidate, { tries, failed }: Chance & { kind: "now" }): Launch {
    const foreign = evaluation.view.snapshot.openAttempts.filter(({ id }) => !this.#active.has(id));
    // Asked before anything is prepared, and again inside the claim.
    const by = this.#obstacle(foreign, candidate);
    if (by !== null) return { kind: "obstructed", by };
    if (!this.#isRecorded) this.#record("run_started", { jobs: this.#options.jobs });
    this.#isRecorded = true;
    return launchAttempt(this.#context, {
      evaluation,
      candidate,
      tries,
      failed,
      capture: this.#options.jobs > 1 || this.#context.capture,
      obstacle: (open) => this.#obstacle(open, candidate),
    });
  }

  #begun(attempt: ActiveAttempt, candidate: Candidate, tries: number): void {
    // Before anything that can fail: whatever runs is waited for.
    this.#watch(attempt);
    this.#started++;
    if (this.#options.once) this.#only = candidate.protocol.name;
    this.#ranSinceCheck.add(attempt.id);
    this.#listen({ kind: "attempt_started", id: attempt.id, candidate, tries });
  }

  /** Candidates of this scope that another runa executes, by candidate. */
  #foreign({ candidates }: Evaluation): Map<string, OpenAttempt> {
    return new Map(
      candidates.flatMap((candidate): [string, OpenAttempt][] =>
        candidate.attempt === null || this.#isActive(candidate) ? [] : [[keyOf(candidate), candidate.attempt]],
      ),
    );
  }

  #isActive(candidate: Work): boolean {
    return [...this.#active.values()].some(({ work }) => keyOf(work) === keyOf(candidate));
  }

  #isExclusive({ protocol }: Work): boolean {
    return this.#context.project.config.agentFor(protocol.name).exclusive;
  }

  /** Whether `mine` cannot run beside `other` (attempts.md sections 3 and 7). */
  #excludes(other: Work, mine: Work): boolean {
    return (
      this.#isExclusive(other) || this.#isExclusive(mine) || obstructs(this.#context.project.methodology, other, mine)
    );
  }

  /** The same, asked inside the claim's transaction of everything that runs anywhere. */
  #obstacle(open: readonly OpenAttempt[], mine: Work): OpenAttempt | null {
    const { protocols } = this.#context.project.methodology;
    return (
      open.find((attempt) => {
        const protocol = protocols.find(({ name }) => name === attempt.protocol);
        return protocol !== undefined && this.#excludes({ protocol, workUnit: attempt.workUnit }, mine);
      }) ?? null
    );
  }

  /** Whether nothing further may start; asked only when something could, so that a stop is one that mattered. */
  #mayNotStart(): boolean {
    if (this.#stop !== null) return true;
    const { maxAttempts, timeLimit, maxCostUsd } = this.#options;
    const { requested, stopped } = this.#context.interrupts;
    const { known, unknown } = this.#ledger.costs();
    const elapsed = performance.now() - this.#began;
    if (requested !== null || stopped !== null) this.#stop = { kind: "interrupted" };
    else if (maxAttempts > 0 && this.#started >= maxAttempts)
      this.#reach({ kind: "max_attempts", attempts: maxAttempts });
    else if (timeLimit !== null && elapsed >= timeLimit) this.#reach({ kind: "time_limit", milliseconds: timeLimit });
    else if (maxCostUsd > 0 && known >= maxCostUsd) this.#reach({ kind: "max_cost_usd", usd: maxCostUsd, unknown });
    else this.#checkSources();
    return this.#stop !== null;
  }

  #reach(limit: RunLimit): void {
    this.#stop = { kind: "limit", limit };
  }

  /** A run uses the methodology that it loaded: when that has changed on disk, nothing further starts. */
  #checkSources(): void {
    if (this.#stop?.kind === "changed") {
      for (const id of this.#ranSinceCheck) this.#stop.ran.add(id);
      return;
    }
    const files = this.#sources.changed();
    if (files.length > 0) this.#stop = { kind: "changed", files, ran: this.#ranSinceCheck };
    else this.#ranSinceCheck = new Set(this.#active.keys());
  }

  /** Resolves at the end of an attempt, at a signal, or when something is due that nobody tells of. */
  async #somethingHappens({ retryAt, others }: Prospect): Promise<void> {
    const { timeLimit } = this.#options;
    const idle = this.#active.size === 0;
    if (idle) this.#tellWhoIsWaitedFor(others);
    const limitAt = timeLimit === null || !idle ? Number.POSITIVE_INFINITY : this.#began + timeLimit;
    const full = this.#active.size >= this.#options.jobs;
    const due = Math.min(limitAt, full || retryAt === null ? Number.POSITIVE_INFINITY : retryAt);
    for (;;) {
      const next = others.size === 0 || full ? due : Math.min(due, performance.now() + LOOK_EVERY);
      const woken = await this.#pauseUntil(next);
      if (woken || performance.now() >= due || this.#isOneGone(others)) break;
    }
    // Time has passed: the workspace is looked at again, unless an attempt's end just did.
    if (this.#ended.length === 0) this.#evaluation = null;
  }

  /** @returns whether something ended the pause before its time */
  #pauseUntil(at: number): Promise<boolean> {
    if (this.#ended.length > 0) return Promise.resolve(true);
    return new Promise<boolean>((resolve) => {
      const timer =
        at === Number.POSITIVE_INFINITY
          ? undefined
          : setTimeout(() => resolve(false), Math.max(0, Math.min(at - performance.now(), LONGEST_TIMER)));
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve(true);
      };
    });
  }

  #isOneGone(others: ReadonlyMap<string, OpenAttempt>): boolean {
    const open = new Map(unendedAttempts(this.#context.project.store).map((attempt) => [attempt.id, attempt]));
    return [...others.values()].some(({ id }) => {
      const attempt = open.get(id);
      return attempt === undefined || isOrphan(attempt);
    });
  }

  #tellWhoIsWaitedFor(others: ReadonlyMap<string, OpenAttempt>): void {
    const ids = [...others.values()].map(({ id }) => id).join(" ");
    if (ids === "" || ids === this.#told) return;
    this.#told = ids;
    this.#listen({ kind: "waiting", attempts: [...others.values()] });
  }

  #conclude(evaluation: Evaluation, { others }: Prospect): RunReport {
    const { interrupts } = this.#context;
    const { reports, failures } = this.#ledger;
    const debts = debtsOf(evaluation, (candidate) => this.#ledger.isDone(candidate));
    const stop = this.#stop;
    const outcome = ((): RunOutcome => {
      if (stop?.kind === "changed") return "methodology_changed";
      if (interrupts.stopped !== null || stop?.kind === "interrupted") return "interrupted";
      if (stop?.kind === "limit") return "limit_reached";
      if (failures.length > 0) return "quiescent_with_failures";
      return debts.owing.length > 0 ? "quiescent_with_blocked_work" : "all_complete";
    })();
    if (this.#isRecorded)
      this.#record("run_ended", {
        outcome,
        attempts: reports.length,
        delivered: reports.filter((report) => report.outcome.id === "delivered").length,
        failed: failures.length,
      });
    return {
      outcome,
      reports,
      failures,
      debts,
      evaluation,
      limit: stop?.kind === "limit" ? stop.limit : null,
      changed:
        stop?.kind === "changed" ? { files: stop.files, ran: reports.filter(({ id }) => stop.ran.has(id)) } : null,
      elsewhere: [...others.values()],
    };
  }

  #record(kind: "run_started" | "run_ended", body: Readonly<Record<string, string | number>>): void {
    const { workUnit } = this.#options;
    recordEvent(this.#context.project.store, kind, null, {
      run: this.#id,
      pid: process.pid,
      ...(workUnit !== null && { work_unit: workUnit }),
      ...body,
    });
  }
}

/** What tells candidates and attempts apart: a protocol and a work unit. */
function keyOf({
  protocol,
  workUnit,
}: {
  protocol: string | { readonly name: string };
  workUnit: string | null;
}): string {
  return JSON.stringify([typeof protocol === "string" ? protocol : protocol.name, workUnit]);
}
