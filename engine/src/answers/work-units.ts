import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { evaluateEach, workUnitsOf } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";

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
  return Array.from(evaluateEach(project, evaluation, workUnitsOf(evaluation)), scopeCounts);
}

/** What there is to do in one scope. */
export function scopeCounts({ workUnit, candidates, view }: Evaluation): ScopeCounts {
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
