import type { ExecutionContext } from "../attempt/context.ts";
import type { MakeValue } from "../cases/contents.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { EVERYTHING } from "../plan/aim.ts";
import { DEFAULT_RUN_LIMITS } from "../project/config/run-limits.ts";
import { lookAt, workUnitsOf } from "../project/look.ts";
import { executeRun } from "../run/cascade.ts";
import type { ExecutionEvent, RunOutcome, RunReport } from "../run/report.ts";
import { type RehearsedDecision, RehearsedDecisions } from "./decide.ts";
import type { DecideAs } from "./decided.ts";
import { MOST_REOPENS } from "./place.ts";

/** How often everything is gone through: work units bring about unscoped work, and that other work units. */
const ROUNDS = 20;

/** One run of a rehearsal. */
export interface RehearsedRun {
  readonly workUnit: string | null;
  readonly report: RunReport;
}

/** What a rehearsal came to. */
export interface Rehearsal {
  /** In their order. */
  readonly runs: readonly RehearsedRun[];
  /** Every scope as it is at the end: the unscoped protocols, and each work unit that was rehearsed. */
  readonly scopes: readonly Evaluation[];
  readonly decisions: readonly RehearsedDecision[];
}

/** What is rehearsed. */
export interface RehearsalOptions {
  /** The one work unit; null for everything. */
  readonly workUnit: string | null;
  /** What is decided on whatever waits for a decision, by a person called `rehearsal`. */
  readonly decide: DecideAs;
  /** Makes up what the schema of a decision asks for. */
  readonly make: MakeValue;
}

/**
 * Runs a project that is thrown away to its end: one scope, or all of it, the unscoped protocols and every work unit that an
 * artifact names, again as long as one brings about work for another, or something is decided (decisions.md section 7).
 * @throws RunaError, also where a decision would break its schema
 */
export async function rehearse(
  context: ExecutionContext,
  { workUnit, decide, make }: RehearsalOptions,
  listen: (event: ExecutionEvent) => void,
): Promise<Rehearsal> {
  const runs: RehearsedRun[] = [];
  const decisions = new RehearsedDecisions(context.project, decide, make);
  const failed = new Set<string | null>();
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (const scope of await scopesOf(context, workUnit)) {
      // What failed would only fail again.
      if (failed.has(scope)) continue;
      const report = await executeRun(context, optionsFor(scope), listen);
      // A decision alone may end what is owed: such a run executes nothing, and yet ends otherwise than the one before.
      if (report.reports.length > 0 || report.outcome !== lastOf(runs, scope)) runs.push({ workUnit: scope, report });
      if (report.failures.length > 0) failed.add(scope);
      if (context.interrupts.requested !== null) return { runs, scopes: [], decisions: [] };
      const decided = report.failures.length === 0 && (await decisions.decide(scope));
      moved ||= report.reports.length > 0 || decided;
    }
    if (!moved) break;
  }
  const scopes: Evaluation[] = [];
  for (const scope of await scopesOf(context, workUnit)) scopes.push(await lookAt(context.project, scope));
  return { runs, scopes, decisions: decisions.made };
}

/** How the last run of a scope ended; undefined before its first. */
function lastOf(runs: readonly RehearsedRun[], scope: string | null): RunOutcome | undefined {
  return runs.findLast(({ workUnit }) => workUnit === scope)?.report.outcome;
}

async function scopesOf({ project }: ExecutionContext, workUnit: string | null): Promise<(string | null)[]> {
  if (workUnit !== null) return [workUnit];
  const hasScoped = project.methodology.protocols.some(({ scoped }) => scoped);
  return [null, ...(hasScoped ? workUnitsOf(await lookAt(project, null), "valid") : [])];
}

function optionsFor(workUnit: string | null) {
  return {
    ...DEFAULT_RUN_LIMITS,
    maxReopens: MOST_REOPENS,
    workUnit,
    aim: EVERYTHING,
    once: false,
    wait: false,
  };
}
