import {
  count,
  didYouMean,
  type EvaluatedCandidate,
  type Evaluation,
  evaluateEach,
  evaluateScope,
  isNamed,
  type OpenProject,
  visible,
  workUnitsOf,
} from "@runa/engine";
import { warn } from "./notices.ts";
import type { KeptFlags } from "./render/attempt-view.ts";
import { shellOption } from "./render/shell.ts";
import { columns } from "./render/style.ts";

/** What there is to do in a scope, in counts. */
export interface ScopeCounts {
  /** Null for the unscoped protocols. */
  readonly workUnit: string | null;
  /** These three add up to all protocols of the scope. */
  readonly ready: number;
  readonly blocked: number;
  readonly waiting: number;
  /** Those of them whose last attempt failed and whom nothing has made current since. */
  readonly failed: number;
  /** Those of them that are being executed. */
  readonly running: number;
}

/** Of each work unit that an artifact names what there is to do; of none where no protocol is scoped. */
export function workUnitCounts(project: OpenProject, evaluation: Evaluation): ScopeCounts[] {
  if (!project.methodology.protocols.some(({ scoped }) => scoped)) return [];
  return Array.from(evaluateEach(project, evaluation, workUnitsOf(evaluation)), countsOf);
}

function countsOf({ workUnit, candidates, view }: Evaluation): ScopeCounts {
  const having = (status: EvaluatedCandidate["readiness"]["status"]) =>
    candidates.filter(({ readiness }) => readiness.status === status).length;
  return {
    workUnit,
    ready: having("ready"),
    blocked: having("blocked"),
    waiting: having("waiting"),
    failed: candidates.filter((candidate) => hasFailed(candidate, view)).length,
    running: candidates.filter(({ attempt }) => attempt !== null).length,
  };
}

function hasFailed({ protocol, freshness }: EvaluatedCandidate, view: Evaluation["view"]): boolean {
  const last = view.lastAttempt(protocol);
  return last !== undefined && !freshness.current && !NO_FAILURE.has(last.outcome);
}

const NO_FAILURE: ReadonlySet<string> = new Set(["delivered", "abandoned", "interrupted"]);

/**
 * The work units in which something is READY, BLOCKED or has failed, each with the command; for the end of an unscoped
 * `state` (contract.md section 6).
 */
export function delegatedWork(
  project: OpenProject,
  evaluation: Evaluation,
  flags: Pick<KeptFlags, "project">,
): string[] {
  if (evaluation.workUnit !== null) return [];
  const open = workUnitCounts(project, evaluation).filter(
    (counts) => counts.ready + counts.blocked + counts.failed > 0,
  );
  return listing("Work units with protocols to run:", open, flags);
}

/** The other scopes in which something is READY, each with the command; for the end of a `run`. */
export function workElsewhere(
  project: OpenProject,
  evaluation: Evaluation,
  flags: Pick<KeptFlags, "project">,
): string[] {
  const { workUnit } = evaluation;
  const unscoped = workUnit === null ? [] : [countsOf(evaluateScope(project, evaluation, null))];
  const others = [...unscoped, ...workUnitCounts(project, evaluation)].filter(
    (counts) => counts.workUnit !== workUnit && counts.ready > 0,
  );
  return listing(workUnit === null ? "Work units with protocols to run:" : "Other work to run:", others, flags);
}

function listing(heading: string, scopes: readonly ScopeCounts[], { project }: Pick<KeptFlags, "project">): string[] {
  if (scopes.length === 0) return [];
  const rows = scopes.map(({ workUnit, ready, blocked, failed }) => {
    const unit = workUnit === null ? "" : ` ${shellOption("--work-unit", workUnit)}`;
    const told = [
      ...(ready > 0 ? [`${count(ready, "protocol")} ready`] : []),
      ...(blocked > 0 ? [`${ready > 0 ? blocked : count(blocked, "protocol")} blocked`] : []),
      ...(failed > 0 ? [`${ready + blocked > 0 ? failed : count(failed, "protocol")} failed`] : []),
    ];
    return [`  runa ${ready > 0 ? "run" : "state"}${unit}${project}`, told.join(", ")];
  });
  return ["", heading, ...columns(rows)];
}

/** Warns when no artifact names the work unit that was asked for. */
export function warnOfUnknownWorkUnit(evaluation: Evaluation): void {
  const { workUnit } = evaluation;
  if (workUnit === null || isNamed(evaluation)) return;
  const hint = didYouMean(workUnit, workUnitsOf(evaluation));
  warn("evaluate", `no artifact names work unit ${visible(`'${workUnit}'${hint}`)}`);
}
