import { setImmediate as otherWork } from "node:timers/promises";
import { type OpenAttempt, obstacleAmong, removeLitter, unendedAttempts } from "@runa/store/attempts";
import { AgentCarrier } from "../attempt/agent-carrier.ts";
import type { Carrier } from "../attempt/carrier.ts";
import { type Begun, launchAttempt } from "../attempt/claim.ts";
import type { ExecutionContext } from "../attempt/context.ts";
import { finishPending } from "../attempt/finish-pending.ts";
import type { Watcher } from "../attempt/supervise.ts";
import { removeUnclaimed } from "../attempt/unclaimed.ts";
import { reviewRecords } from "../audit/review-records.ts";
import { writeRecords } from "../audit/write-records.ts";
import { RunaError } from "../diagnostic.ts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { executeReadOnly, neverStarts } from "../messages.ts";
import { type Candidate, candidateKey } from "../methodology/candidate.ts";
import type { Protocol } from "../methodology/methodology.ts";
import { offerProblem } from "../plan/offer.ts";
import { requireLockfile } from "../project/lockfile/write.ts";
import { requireWholeLog } from "../project/project.ts";
import { ActiveAttempts } from "./active-attempts.ts";
import { adoptOrphans } from "./adoption.ts";
import { Alarm } from "./alarm.ts";
import { type Chance, isTriedAgain, RunLedger } from "./ledger.ts";
import { LockfileKeeper } from "./lockfile-keeper.ts";
import { Neighbours } from "./neighbours.ts";
import { Outlook } from "./outlook.ts";
import type { ExecutionEvent, RunOptions, RunOutcome, RunReport } from "./report.ts";
import { RunAim } from "./run-aim.ts";
import { RunRecord } from "./run-record.ts";
import { Standstill } from "./standstill.ts";
import { RunStop } from "./stopping.ts";
import { Waiting } from "./waiting.ts";

/**
 * Executes READY candidates of one scope, up to `jobs` at once, evaluating anew after each attempt, until none is left
 * that may be tried, a limit is reached, or a signal keeps the next from starting (contract.md section 6, attempts.md
 * sections 3, 5, 7). One job is the same as many.
 * @param carrier what does the work; the configured agents where nothing else is given
 * @throws RunaError when there is something to execute and no way to do it; what runs is waited for first
 */
export function executeRun(
  context: ExecutionContext,
  options: RunOptions,
  listen: (event: ExecutionEvent) => void,
  carrier: Carrier = new AgentCarrier({ ...context, capture: options.jobs > 1 || context.capture }),
): Promise<RunReport> {
  return new Cascade(context, options, listen, carrier).execute();
}

/** What one look at the candidates came to. */
interface Prospect {
  /** When the next retry is due, in milliseconds of `performance.now()`. */
  readonly retryAt: number | null;
  /** Attempts of other runas that candidates wait for. */
  readonly others: ReadonlyMap<string, OpenAttempt>;
  /** The candidate at whose start the evaluation turned out to be old; null when it is not. */
  readonly outdated: EvaluatedCandidate | null;
}

class Cascade {
  readonly #context: ExecutionContext;
  readonly #options: RunOptions;
  readonly #listen: (event: ExecutionEvent) => void;
  readonly #ledger: RunLedger;
  readonly #stop: RunStop;
  readonly #neighbours: Neighbours;
  readonly #aim: RunAim;
  readonly #outlook: Outlook;
  readonly #record: RunRecord;
  readonly #lockfile: LockfileKeeper;
  readonly #carrier: Carrier;
  readonly #standstill = new Standstill();
  readonly #alarm = new Alarm();
  readonly #active = new ActiveAttempts(this.#alarm);
  readonly #waiting: Waiting;
  /** Candidates of which it is known whether their servers could offer what they write. */
  readonly #asked = new Set<string>();
  /** With `once`: the key of the one candidate, and whether it is over. */
  #only: string | null = null;
  #onlyIsOver = false;

  constructor(
    context: ExecutionContext,
    options: RunOptions,
    listen: (event: ExecutionEvent) => void,
    carrier: Carrier,
  ) {
    this.#context = context;
    this.#options = options;
    this.#listen = listen;
    this.#carrier = carrier;
    const { config } = context.project;
    this.#ledger = new RunLedger([options.workUnit], (protocol) => config.agentFor(protocol), options.maxReopens);
    this.#stop = new RunStop(context, options, this.#ledger);
    this.#neighbours = new Neighbours(context.project);
    this.#aim = new RunAim(options.aim, this.#ledger);
    this.#outlook = new Outlook(context.project, options.workUnit);
    this.#record = new RunRecord(context.project.store, options);
    this.#waiting = new Waiting(context.project.store, this.#active, this.#alarm, this.#standstill);
    this.#lockfile = new LockfileKeeper(context.project, listen);
  }

  async execute(): Promise<RunReport> {
    const { project, interrupts } = this.#context;
    requireLockfile(project);
    if (project.store.persistent) this.#tidyUp();
    else await this.#refuseUnlessIdle();
    const release = interrupts.listen(() => this.#alarm.ring());
    try {
      return await this.#schedule();
    } catch (error) {
      // Agents are never left to themselves: what runs is waited for and judged, then the failure is told.
      await this.#active.allEnded();
      this.#tellOfFailure();
      throw error;
    } finally {
      release();
    }
  }

  /** Finishes what commands that died have begun. */
  #tidyUp(): void {
    const { project } = this.#context;
    reviewRecords(project);
    finishPending(project);
    removeLitter(project.store, project.workspace, project.methodology.types.keys());
    removeUnclaimed(project);
  }

  /** @throws RunaError where there would be something to do and nothing of it could be kept */
  async #refuseUnlessIdle(): Promise<void> {
    const { project } = this.#context;
    const candidates = this.#aim.executable(await this.#evaluate());
    if (unendedAttempts(project.store).length > 0 || candidates.some(({ readiness }) => readiness.status === "ready"))
      throw new RunaError(executeReadOnly(project.storeDirectory));
  }

  async #schedule(): Promise<RunReport> {
    for (;;) {
      // Signals get their turn also where nothing below has to wait for anything.
      await otherWork();
      this.#takeEnded();
      await this.#adoptOrphans();
      const evaluation = await this.#evaluate();
      this.#lockfile.update(evaluation);
      await this.#refuseWhatCannotBeOffered(evaluation);
      const prospect = this.#startWhatMay(evaluation);
      if (prospect.outdated !== null) {
        await this.#lookAgain(prospect.outdated);
        continue;
      }
      if (this.#active.size === 0 && this.#isOver(prospect)) return this.#conclude(evaluation, prospect);
      // While the agents work.
      await requireWholeLog(this.#context.project.store);
      await this.#wait(prospect);
    }
  }

  /**
   * Looks again after one look by which a candidate could not be started.
   * @throws RunaError when that has happened too often in a row
   */
  async #lookAgain({ protocol, workUnit }: EvaluatedCandidate): Promise<void> {
    const name = `'${protocol.name}'${workUnit === null ? "" : ` (work unit '${workUnit}')`}`;
    const { times, pause } = this.#standstill.again(`start ${name}`, neverStarts(name));
    this.#outlook.refuted(times > 1);
    await this.#alarm.until(performance.now() + pause);
  }

  /** Whether, while nothing runs that this run owns, nothing is worth waiting for either. */
  #isOver({ retryAt, others }: Prospect): boolean {
    if (this.#active.haveNews) return false;
    if (this.#stop.reason !== null || this.#onlyIsOver || this.#aim.isReached) return true;
    const waits = retryAt !== null || (others.size > 0 && this.#options.wait);
    return !waits || this.#stop.mayNotStart(this.#active.ids);
  }

  /** Tells of every attempt that has ended since, and forgets the evaluation that they made old. */
  #takeEnded(): void {
    for (let ended = this.#active.nextEnded(); ended !== null; ended = this.#active.nextEnded()) {
      const { id, candidate, gaps } = ended;
      this.#standstill.moved();
      const retryIn = this.#ledger.ended(ended);
      this.#stop.ended(id, this.#active.ids);
      this.#onlyIsOver ||= retryIn === null && this.#isOnly(candidate);
      this.#listen({ kind: "attempt_ended", report: ended, retryIn });
      this.#outlook.scanned(gaps);
      this.#lockfile.ended(candidate);
    }
  }

  #adoptOrphans(): Promise<void> {
    return adoptOrphans({
      context: this.#context,
      carrier: this.#carrier,
      active: this.#active,
      standstill: this.#standstill,
      listen: this.#listen,
      watcherOf: (protocol) => this.#watcher(protocol, 1),
    });
  }

  #isOnly(candidate: Candidate): boolean {
    return candidateKey(candidate) === this.#only;
  }

  async #evaluate(): Promise<Evaluation> {
    await writeRecords(this.#context.project);
    const evaluation = await this.#outlook.now();
    this.#ledger.reconciled(evaluation);
    return evaluation;
  }

  /** An agent whose server offers no tool for what it owes could only fail: such a candidate is not started. */
  async #refuseWhatCannotBeOffered(evaluation: Evaluation): Promise<void> {
    const { project, mcp, environment, interrupts } = this.#context;
    for (const candidate of this.#aim.executable(evaluation)) {
      if (this.#only !== null || interrupts.requested !== null) return;
      const key = candidateKey(candidate);
      if (candidate.readiness.status !== "ready" || this.#asked.has(key)) continue;
      this.#asked.add(key);
      const reason = await offerProblem(project, mcp, environment, candidate);
      if (reason === null) continue;
      this.#ledger.notOffered(candidate, reason);
      this.#listen({ kind: "not_offered", candidate, reason });
    }
  }

  /** Goes through the READY candidates in their order and starts each that may start now. */
  #startWhatMay(evaluation: Evaluation): Prospect {
    const before: EvaluatedCandidate[] = [];
    let retryAt: number | null = null;
    this.#aim.look(evaluation);
    if (this.#aim.isReached) return { retryAt, others: new Map(), outdated: null };
    const candidates = this.#aim.executable(evaluation);
    const others = this.#foreign(candidates);
    for (const candidate of candidates) {
      if (
        candidate.readiness.status !== "ready" ||
        this.#active.includes(candidate) ||
        others.has(candidateKey(candidate))
      )
        continue;
      if (this.#onlyIsOver || (this.#only !== null && !this.#isOnly(candidate))) continue;
      const chance = this.#ledger.chance(candidate);
      if (chance.kind === "never") continue;
      if (chance.kind === "later") retryAt = Math.min(retryAt ?? Number.POSITIVE_INFINITY, chance.at);
      if (chance.kind === "later" || this.#hasToWait(candidate, before) || this.#stop.mayNotStart(this.#active.ids)) {
        before.push(candidate);
        continue;
      }
      const launch = this.#launch(evaluation, candidate, chance);
      if (launch.kind === "outdated") return { retryAt, others, outdated: candidate };
      if (launch.kind === "begun") this.#begun(launch, candidate);
      else {
        others.set(candidateKey(launch.by), launch.by);
        before.push(candidate);
      }
    }
    return { retryAt, others, outdated: null };
  }

  /** Whether a candidate has to wait for what this run executes, or for what is READY before it. */
  #hasToWait(candidate: EvaluatedCandidate, before: readonly EvaluatedCandidate[]): boolean {
    if (this.#active.size >= this.#options.jobs) return true;
    if (before.some((earlier) => this.#neighbours.waitsFor(earlier, candidate))) return true;
    return this.#active.candidates.some((other) => this.#neighbours.excludes(other, candidate));
  }

  #launch(
    { view }: Evaluation,
    candidate: EvaluatedCandidate,
    { tries, failed }: Chance & { kind: "now" },
  ): ReturnType<typeof launchAttempt> {
    const foreign = view.snapshot.openAttempts.filter(({ id }) => !this.#active.has(id));
    // Asked before anything is prepared, and again inside the claim.
    const exclusion = this.#neighbours.exclusionOf(candidate);
    const by = obstacleAmong(foreign, exclusion);
    if (by !== null) return { kind: "obstructed", by };
    this.#record.begins();
    const trial = { run: this.#record.id, candidate, view, tries, failed, exclusion };
    return launchAttempt(this.#context, this.#carrier, trial, this.#watcher(candidate.protocol, tries));
  }

  #watcher({ name }: Protocol, tries: number): Watcher {
    const { attempts } = this.#context.project.config.agentFor(name);
    return {
      isRetried: (outcome) => isTriedAgain(outcome, tries, attempts),
      reached: ({ phase, id, candidate }) => {
        if (phase === "claimed") this.#listen({ kind: "attempt_started", id, candidate, tries });
      },
    };
  }

  #begun(begun: Begun, candidate: EvaluatedCandidate): void {
    // Before anything that can fail: whatever runs is waited for.
    this.#active.add(begun);
    this.#standstill.moved();
    this.#stop.started(begun.attempt.id);
    if (this.#options.once) this.#only = candidateKey(candidate);
  }

  /** Those of these candidates that another runa executes. */
  #foreign(candidates: readonly EvaluatedCandidate[]): Map<string, OpenAttempt> {
    return new Map(
      candidates.flatMap((candidate): [string, OpenAttempt][] =>
        candidate.attempt === null || this.#active.includes(candidate)
          ? []
          : [[candidateKey(candidate), candidate.attempt]],
      ),
    );
  }

  /** Waits until something happens by which more may start, or the run is over. */
  async #wait({ retryAt, others }: Prospect): Promise<void> {
    const idle = this.#active.size === 0;
    const foreign = [...others.values()];
    if (idle) this.#waiting.tell(foreign, this.#listen);
    const limitAt = idle ? this.#stop.limitAt : Number.POSITIVE_INFINITY;
    const full = this.#active.size >= this.#options.jobs;
    const due = Math.min(limitAt, full || retryAt === null ? Number.POSITIVE_INFINITY : retryAt);
    await this.#waiting.until(due, full ? [] : foreign);
    // Time has passed: the workspace is looked at again, unless an attempt's end just did.
    if (!this.#active.haveNews) this.#outlook.grewOld();
  }

  #conclude(evaluation: Evaluation, { others }: Prospect): RunReport {
    const { aim } = this.#options;
    const { reports } = this.#ledger;
    const failures = this.#aim.failures;
    const debts = this.#aim.debts(evaluation);
    const stop = this.#stop.reason;
    // What another runa executes may look complete and is not judged yet.
    const outcome = this.#outcome(debts.owing.length > 0 || others.size > 0);
    this.#record.ended(outcome, { reports, failures });
    return {
      outcome,
      aim,
      reports,
      failures,
      debts,
      costs: this.#ledger.costs(),
      evaluation,
      limit: stop?.kind === "limit" ? stop.limit : null,
      changed:
        stop?.kind === "changed" ? { files: stop.files, ran: reports.filter(({ id }) => stop.ran.has(id)) } : null,
      elsewhere: [...others.values()],
    };
  }

  /** @param isLeft whether anything is owed or still executed elsewhere */
  #outcome(isLeft: boolean): RunOutcome {
    const stop = this.#stop.reason;
    if (stop?.kind === "changed") return `${stop.what}_changed`;
    if (this.#context.interrupts.stopped !== null || stop?.kind === "interrupted") return "interrupted";
    if (stop?.kind === "limit") return "limit_reached";
    if (this.#onlyIsOver) return "step_done";
    if (this.#aim.isReached) return "aim_reached";
    if (this.#aim.failures.length > 0) return "quiescent_with_failures";
    if (isLeft) return "quiescent_with_blocked_work";
    return this.#options.aim.kind === "only" ? "aim_reached" : "all_complete";
  }

  /** The log is told of a run that failed as a whole, if it can be. */
  #tellOfFailure(): void {
    try {
      this.#record.ended("error", { reports: this.#ledger.reports, failures: this.#aim.failures });
    } catch {
      // Then that is why it failed.
    }
  }
}
