import { setImmediate as otherWork } from "node:timers/promises";
import type { ScanReport, WorkUnit } from "@runa/store";
import { type OpenAttempt, obstacleAmong, removeLitter, unendedAttempts } from "@runa/store/attempts";
import { recordEvent } from "@runa/store/log";
import { v7 as uuidv7 } from "uuid";
import { abandonUnknown } from "../attempt/abandon.ts";
import { AgentCarrier } from "../attempt/agent-carrier.ts";
import type { EndedAttempt } from "../attempt/attempt.ts";
import { shortAttemptId } from "../attempt/attempt-id.ts";
import type { Carrier } from "../attempt/carrier.ts";
import { adopt, type Begun, type Launch, launchAttempt } from "../attempt/claim.ts";
import type { ExecutionContext } from "../attempt/context.ts";
import { finishPending } from "../attempt/finish-pending.ts";
import type { Watcher } from "../attempt/supervise.ts";
import { removeUnclaimed } from "../attempt/unclaimed.ts";
import { RunaError } from "../diagnostic.ts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { debtsOf } from "../evaluate/owed.ts";
import { type Candidate, candidateKey } from "../methodology/candidate.ts";
import type { Protocol } from "../methodology/methodology.ts";
import { aimEntry, debtsFor, executableFor, isReached } from "../plan/aim.ts";
import { offerProblem } from "../plan/offer.ts";
import { isOrphan } from "../process/owner.ts";
import { requireLockfile, updateLockfile } from "../project/lockfile/write.ts";
import { evaluateScan, lookAt } from "../project/look.ts";
import { Alarm } from "./alarm.ts";
import { type Chance, candidateOf, isTriedAgain, type RunFailure, RunLedger } from "./ledger.ts";
import { Neighbours } from "./neighbours.ts";
import type { ExecutionEvent, RunOptions, RunOutcome, RunReport } from "./report.ts";
import { Standstill } from "./standstill.ts";
import { RunStop } from "./stopping.ts";

/** How often, in milliseconds, attempts of other runas are looked at while nothing else can be done. */
const LOOK_EVERY = 200;

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
  readonly #standstill = new Standstill();
  readonly #alarm = new Alarm();
  /** Candidates of which it is known whether their servers could offer what they write. */
  readonly #asked = new Set<string>();
  readonly #id = uuidv7();
  readonly #carrier: Carrier;
  /** The attempts that this run executes, and their ends. */
  readonly #active = new Map<string, Begun>();
  /** Attempts that have ended and were not yet told of, or what went wrong in one. */
  readonly #ended: (EndedAttempt | { readonly failure: unknown })[] = [];
  /** Whether the log tells of this run: of one that had nothing to execute it does not. */
  #isRecorded = false;
  /** With `once`: the key of the one candidate, and whether it is over. */
  #only: string | null = null;
  #onlyIsOver = false;
  /** Whether a run up to a protocol has got there: then nothing further starts, whatever happens to it. */
  #isReached = false;
  /** The candidates that were to be executed in any evaluation, where not all are. */
  readonly #wanted = new Set<string>();
  #evaluation: Evaluation | null = null;
  /** Whether the next scan reads every file, whatever its stat identity says. */
  #doubtsStats = false;
  /** What the newest scan could not read, when an attempt's end has just scanned. */
  #gaps: ScanReport["gaps"] | null = null;
  #told = "";
  /** The scopes in which something has ended since the lock file was brought up to date; at first it may be old as a whole. */
  #toLock: Set<WorkUnit | null> | "all" = "all";
  #untold: string | null = null;

  constructor(context: ExecutionContext, options: RunOptions, listen: (event: ExecutionEvent) => void) {
    this.#context = context;
    this.#options = options;
    this.#listen = listen;
    this.#carrier = new AgentCarrier({ ...context, capture: options.jobs > 1 || context.capture });
    const { config } = context.project;
    this.#ledger = new RunLedger([options.workUnit], (protocol) => config.agentFor(protocol), options.maxReopens);
    this.#stop = new RunStop(context, options, this.#ledger);
    this.#neighbours = new Neighbours(context.project);
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
      await Promise.allSettled([...this.#active.values()].map(({ ended }) => ended));
      this.#tellOfFailure();
      throw error;
    } finally {
      release();
    }
  }

  /** Finishes what commands that died have begun. */
  #tidyUp(): void {
    const { project } = this.#context;
    finishPending(project);
    removeLitter(project.store, project.workspace, project.methodology.types.keys());
    removeUnclaimed(project);
  }

  /** @throws RunaError where there would be something to do and nothing of it could be kept */
  async #refuseUnlessIdle(): Promise<void> {
    const { project } = this.#context;
    const candidates = this.#executable(await this.#evaluate());
    if (unendedAttempts(project.store).length > 0 || candidates.some(({ readiness }) => readiness.status === "ready"))
      throw new RunaError(
        `${project.storeDirectory} cannot be written: work cannot be executed without keeping what it did`,
      );
  }

  async #schedule(): Promise<RunReport> {
    for (;;) {
      // Signals get their turn also where nothing below has to wait for anything.
      await otherWork();
      this.#takeEnded();
      await this.#adoptOrphans();
      const evaluation = await this.#evaluate();
      this.#keepLockfile(evaluation);
      await this.#refuseWhatCannotBeOffered(evaluation);
      const prospect = this.#startWhatMay(evaluation);
      if (prospect.outdated !== null) {
        await this.#lookAgain(prospect.outdated);
        continue;
      }
      if (this.#active.size === 0 && this.#isOver(prospect)) return this.#conclude(evaluation, prospect);
      await this.#somethingHappens(prospect);
    }
  }

  /**
   * Prepares another look, after one by which a candidate could not be started. One that follows another reads every file:
   * what differs from what was evaluated may look the same by its stat identity.
   * @throws RunaError when that has happened too often in a row
   */
  async #lookAgain({ protocol, workUnit }: EvaluatedCandidate): Promise<void> {
    const name = `'${protocol.name}'${workUnit === null ? "" : ` (work unit '${workUnit}')`}`;
    const { times, pause } = this.#again(
      `start ${name}`,
      `protocol ${name} cannot be started: each time that it was about to be, what it reads was no longer what had been evaluated, or it had been executed meanwhile. Something keeps changing its inputs: end that and run again`,
    );
    this.#evaluation = null;
    this.#gaps = null;
    this.#doubtsStats = times > 1;
    await this.#alarm.until(performance.now() + pause);
  }

  /** @throws RunaError when the same has come up too often while nothing moved */
  #again(why: string, problem: string): { readonly times: number; readonly pause: number } {
    const look = this.#standstill.again(why);
    if (look === null) throw new RunaError(problem);
    return look;
  }

  /** Whether, while nothing runs that this run owns, nothing is worth waiting for either. */
  #isOver({ retryAt, others }: Prospect): boolean {
    if (this.#ended.length > 0) return false;
    if (this.#stop.reason !== null || this.#onlyIsOver || this.#isReached) return true;
    const waits = retryAt !== null || (others.size > 0 && this.#options.wait);
    return !waits || this.#stop.mayNotStart(this.#active.keys());
  }

  /** Tells of every attempt that has ended since, and forgets the evaluation that they made old. */
  #takeEnded(): void {
    for (let ended = this.#ended.shift(); ended !== undefined; ended = this.#ended.shift()) {
      if ("failure" in ended) throw ended.failure;
      const { id, candidate, gaps } = ended;
      this.#standstill.moved();
      const retryIn = this.#ledger.ended(ended);
      this.#stop.ended(id, this.#active.keys());
      this.#onlyIsOver ||= retryIn === null && this.#isOnly(candidate);
      this.#listen({ kind: "attempt_ended", report: ended, retryIn });
      this.#evaluation = null;
      this.#gaps = gaps;
      // An unscoped protocol sees what belongs to a work unit as well.
      if (this.#toLock !== "all") this.#toLock.add(candidate.workUnit).add(null);
    }
  }

  /** What has ended is told in the lock file as well. What keeps it from being written is told once, and ends nothing. */
  #keepLockfile(evaluation: Evaluation): void {
    if (this.#toLock !== "all" && this.#toLock.size === 0) return;
    const renewed = this.#toLock === "all" ? "all" : [...this.#toLock];
    const problem = updateLockfile(this.#context.project, evaluation, renewed);
    if (problem === null) this.#toLock = new Set();
    else if (problem !== this.#untold) this.#listen({ kind: "not_locked", problem });
    this.#untold = problem;
  }

  /** Attempts whose runa is gone are judged, or waited for, before anything else is done. */
  async #adoptOrphans(): Promise<void> {
    const { project, interrupts } = this.#context;
    // Whoever was told to end takes on nothing more.
    if (interrupts.requested !== null) return;
    for (const attempt of unendedAttempts(project.store)) {
      if (this.#active.has(attempt.id) || !isOrphan(attempt)) continue;
      const protocol = project.methodology.protocols.find(({ name }) => name === attempt.protocol);
      if (protocol === undefined) {
        if (await abandonUnknown(this.#context, this.#carrier, attempt))
          this.#listen({ kind: "attempt_abandoned", attempt });
        else this.#notTakenOver(attempt);
        continue;
      }
      const adopted = adopt(this.#context, this.#carrier, attempt, protocol, this.#watcher(protocol, 1));
      if (adopted === null) {
        this.#notTakenOver(attempt);
        continue;
      }
      const { candidate, worker } = adopted.attempt;
      if (worker !== null) this.#listen({ kind: "attempt_adopted", attempt, candidate, pid: worker.pid });
      this.#watch(adopted);
    }
  }

  /** Mostly another runa was faster, and then it is no orphan any more. */
  #notTakenOver({ id }: OpenAttempt): void {
    this.#again(
      `adopt ${id}`,
      `attempt ${id} lost its runa and cannot be taken over: free its candidate with \`runa release ${shortAttemptId(id)}\``,
    );
  }

  #isOnly(candidate: Candidate): boolean {
    return candidateKey(candidate) === this.#only;
  }

  #watch(begun: Begun): void {
    const { attempt, ended } = begun;
    this.#active.set(attempt.id, begun);
    const over = (ended: EndedAttempt | { failure: unknown }) => {
      this.#active.delete(attempt.id);
      this.#ended.push(ended);
      this.#alarm.ring();
    };
    ended.then(over, (failure: unknown) => over({ failure }));
  }

  async #evaluate(): Promise<Evaluation> {
    const { project } = this.#context;
    const { workUnit } = this.#options;
    // The scan that judged an attempt is the newest there is: it serves the next evaluation as well.
    this.#evaluation ??=
      this.#gaps === null
        ? await lookAt(project, workUnit, { full: this.#doubtsStats })
        : evaluateScan(project, { gaps: this.#gaps }, workUnit);
    this.#gaps = null;
    this.#doubtsStats = false;
    this.#ledger.reconciled(this.#evaluation);
    return this.#evaluation;
  }

  /** The candidates that are to be executed, as things are now. */
  #executable(evaluation: Evaluation): readonly EvaluatedCandidate[] {
    const { aim } = this.#options;
    const candidates = executableFor(aim, evaluation);
    if (aim.kind !== "all") for (const candidate of candidates) this.#wanted.add(candidateKey(candidate));
    return candidates;
  }

  /** An agent whose server offers no tool for what it owes could only fail: such a candidate is not started. */
  async #refuseWhatCannotBeOffered(evaluation: Evaluation): Promise<void> {
    const { project, mcp, environment, interrupts } = this.#context;
    for (const candidate of this.#executable(evaluation)) {
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
    this.#isReached ||= isReached(this.#options.aim, evaluation, (candidate) => this.#ledger.isDone(candidate));
    if (this.#isReached) return { retryAt, others: new Map(), outdated: null };
    const candidates = this.#executable(evaluation);
    const others = this.#foreign(candidates);
    for (const candidate of candidates) {
      if (candidate.readiness.status !== "ready" || this.#isActive(candidate) || others.has(candidateKey(candidate)))
        continue;
      if (this.#onlyIsOver || (this.#only !== null && !this.#isOnly(candidate))) continue;
      const chance = this.#ledger.chance(candidate);
      if (chance.kind === "never") continue;
      if (chance.kind === "later") retryAt = Math.min(retryAt ?? Number.POSITIVE_INFINITY, chance.at);
      if (
        chance.kind === "later" ||
        this.#hasToWait(candidate, before) ||
        this.#stop.mayNotStart(this.#active.keys())
      ) {
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
    return [...this.#active.values()].some(({ attempt }) => this.#neighbours.excludes(attempt.candidate, candidate));
  }

  #launch(evaluation: Evaluation, candidate: EvaluatedCandidate, { tries, failed }: Chance & { kind: "now" }): Launch {
    const foreign = evaluation.view.snapshot.openAttempts.filter(({ id }) => !this.#active.has(id));
    // Asked before anything is prepared, and again inside the claim.
    const exclusion = this.#neighbours.exclusionOf(candidate);
    const by = obstacleAmong(foreign, exclusion);
    if (by !== null) return { kind: "obstructed", by };
    this.#recordStart();
    const { view } = evaluation;
    const watcher = this.#watcher(candidate.protocol, tries);
    return launchAttempt(this.#context, this.#carrier, { candidate, view, tries, failed, exclusion, ...watcher });
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
    this.#watch(begun);
    this.#standstill.moved();
    this.#stop.started(begun.attempt.id);
    if (this.#options.once) this.#only = candidateKey(candidate);
  }

  /** Those of these candidates that another runa executes. */
  #foreign(candidates: readonly EvaluatedCandidate[]): Map<string, OpenAttempt> {
    return new Map(
      candidates.flatMap((candidate): [string, OpenAttempt][] =>
        candidate.attempt === null || this.#isActive(candidate) ? [] : [[candidateKey(candidate), candidate.attempt]],
      ),
    );
  }

  #isActive(candidate: Candidate): boolean {
    return [...this.#active.values()].some(
      ({ attempt }) => candidateKey(attempt.candidate) === candidateKey(candidate),
    );
  }

  /** Resolves at the end of an attempt, at a signal, or when something is due that nobody tells of. */
  async #somethingHappens({ retryAt, others }: Prospect): Promise<void> {
    const idle = this.#active.size === 0;
    if (idle) this.#tellWhoIsWaitedFor(others);
    const limitAt = idle ? this.#stop.limitAt : Number.POSITIVE_INFINITY;
    const full = this.#active.size >= this.#options.jobs;
    const due = Math.min(limitAt, full || retryAt === null ? Number.POSITIVE_INFINITY : retryAt);
    for (;;) {
      const next = others.size === 0 || full ? due : Math.min(due, performance.now() + LOOK_EVERY);
      const woken = this.#ended.length > 0 || (await this.#alarm.until(next));
      if (woken || performance.now() >= due) break;
      if (this.#isOneGone(others)) {
        this.#again(
          `wait ${idsOf(others)}`,
          `attempt ${idsOf(others)} is over and still counts as what has to be waited for: \`runa doctor\` looks at the store`,
        );
        break;
      }
    }
    // Time has passed: the workspace is looked at again, unless an attempt's end just did.
    if (this.#ended.length === 0) this.#evaluation = null;
  }

  #isOneGone(others: ReadonlyMap<string, OpenAttempt>): boolean {
    const open = new Map(unendedAttempts(this.#context.project.store).map((attempt) => [attempt.id, attempt]));
    return [...others.values()].some(({ id }) => {
      const attempt = open.get(id);
      return attempt === undefined || isOrphan(attempt);
    });
  }

  #tellWhoIsWaitedFor(others: ReadonlyMap<string, OpenAttempt>): void {
    const ids = idsOf(others);
    if (ids === "" || ids === this.#told) return;
    this.#told = ids;
    this.#listen({ kind: "waiting", attempts: [...others.values()] });
  }

  #conclude(evaluation: Evaluation, { others }: Prospect): RunReport {
    const { aim } = this.#options;
    const { reports } = this.#ledger;
    const failures = this.#failures();
    const all = debtsOf(evaluation, (candidate) => this.#ledger.isDone(candidate));
    // Up to a protocol everything is executed, so everything counts until it is reached.
    const debts = aim.kind === "until" ? all : debtsFor(aim, evaluation, all);
    const stop = this.#stop.reason;
    // What another runa executes may look complete and is not judged yet.
    const outcome = this.#outcome(debts.owing.length > 0 || others.size > 0);
    this.#recordEnd(outcome);
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

  /** The failures of what was to be executed: an attempt that was adopted may be of anything else. */
  #failures(): readonly RunFailure[] {
    const { failures } = this.#ledger;
    if (this.#options.aim.kind === "all") return failures;
    return failures.filter((failure) => this.#wanted.has(candidateKey(candidateOf(failure))));
  }

  /** @param isLeft whether anything is owed or still executed elsewhere */
  #outcome(isLeft: boolean): RunOutcome {
    const stop = this.#stop.reason;
    if (stop?.kind === "changed") return "methodology_changed";
    if (this.#context.interrupts.stopped !== null || stop?.kind === "interrupted") return "interrupted";
    if (stop?.kind === "limit") return "limit_reached";
    if (this.#onlyIsOver) return "step_done";
    if (this.#isReached) return "aim_reached";
    if (this.#failures().length > 0) return "quiescent_with_failures";
    if (isLeft) return "quiescent_with_blocked_work";
    return this.#options.aim.kind === "only" ? "aim_reached" : "all_complete";
  }

  #recordStart(): void {
    if (this.#isRecorded) return;
    const body = { ...this.#logged(), jobs: this.#options.jobs, ...aimEntry(this.#options.aim) };
    recordEvent(this.#context.project.store, { kind: "run_started", attempt: null, body });
    this.#isRecorded = true;
  }

  #recordEnd(outcome: RunOutcome | "error"): void {
    if (!this.#isRecorded) return;
    const { reports } = this.#ledger;
    const failures = this.#failures();
    const delivered = reports.filter((report) => report.outcome.id === "delivered").length;
    const body = { ...this.#logged(), outcome, attempts: reports.length, delivered, failed: failures.length };
    recordEvent(this.#context.project.store, { kind: "run_ended", attempt: null, body });
  }

  /** The log is told of a run that failed as a whole, if it can be. */
  #tellOfFailure(): void {
    try {
      this.#recordEnd("error");
    } catch {
      // Then that is why it failed.
    }
  }

  /** What the log tells of this run at its start and at its end. */
  #logged() {
    const { workUnit } = this.#options;
    return { run: this.#id, pid: process.pid, ...(workUnit !== null && { work_unit: workUnit }) };
  }
}

function idsOf(attempts: ReadonlyMap<string, OpenAttempt>): string {
  return [...attempts.values()].map(({ id }) => id).join(" ");
}
