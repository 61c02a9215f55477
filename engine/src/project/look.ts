import { readSnapshot, type ScanOptions, type ScanReport, type WorkUnit } from "@runa/store";
import { type Evaluation, evaluate, protocolsOf } from "../evaluate/evaluate.ts";
import { ScopeView } from "../evaluate/scope-view.ts";
import { isOrphan } from "../execute/owner.ts";
import { mayLive } from "../execute/process/proc.ts";
import { logEvaluated } from "../log/records.ts";
import { listenersIn } from "../methodology/dialogue.ts";
import { type OpenProject, scanProject } from "./project.ts";

/** Scans, and evaluates a scope over what the scan found. */
export async function lookAt(
  project: OpenProject,
  workUnit: string | null,
  options: ScanOptions = {},
): Promise<Evaluation> {
  return evaluateScan(project, await scanProject(project, options), workUnit);
}

/** What a scope sees of what a scan found. */
export function scopeView(
  { methodology, store }: OpenProject,
  gaps: ScanReport["gaps"],
  workUnit: WorkUnit | null,
): ScopeView {
  return new ScopeView(readSnapshot(store, methodology.types.keys(), gaps, workUnit), workUnit);
}

/** Evaluates a scope over what a scan found. */
export function evaluateScan(
  project: OpenProject,
  { gaps }: Pick<ScanReport, "gaps">,
  workUnit: string | null,
): Evaluation {
  return evaluateAt(project, gaps, workUnit);
}

/** Evaluates another scope over the same scan. */
export function evaluateScope(project: OpenProject, { gaps }: Evaluation, workUnit: string | null): Evaluation {
  return evaluateAt(project, gaps, workUnit);
}

function evaluateAt(
  { methodology, store }: OpenProject,
  gaps: Evaluation["gaps"],
  workUnit: string | null,
): Evaluation {
  const scope = workUnit as WorkUnit | null;
  const listeners = listenersIn(protocolsOf(methodology, scope));
  const snapshot = readSnapshot(store, methodology.types.keys(), gaps, scope, listeners);
  // An attempt whose runa and agent are both gone is not being executed; the next command that executes work ends it.
  const openAttempts = snapshot.openAttempts.filter(
    (attempt) => !isOrphan(attempt) || (attempt.agent !== null && mayLive(attempt.agent)),
  );
  const evaluation = evaluate(methodology, { ...snapshot, openAttempts }, scope);
  logEvaluated(evaluation);
  return evaluation;
}

/** Whether any artifact names the work unit that was evaluated. */
export function isNamed({ view, methodology }: Evaluation): boolean {
  return [...methodology.types.keys()].some((type) =>
    view.counted(type).some(({ workUnit }) => workUnit !== null && workUnit === view.workUnit),
  );
}

/** Every work unit that an artifact names, or a valid one, sorted. */
export function workUnitsOf({ view }: Evaluation, which: "all" | "valid" = "all"): string[] {
  const units = new Set<string>();
  const { instances } = view.snapshot;
  for (const type of instances.scopedTypes?.() ?? instances.keys())
    for (const { workUnit, status } of instances.get(type) ?? [])
      if (workUnit && (which === "all" || status === "valid")) units.add(workUnit);
  return [...units].sort();
}
