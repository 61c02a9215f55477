import {
  readSnapshot,
  readSnapshots,
  type ScanOptions,
  type ScanReport,
  type Snapshot,
  type WorkUnit,
} from "@runa/store";
import { type Evaluation, evaluate, protocolsOf } from "../evaluate/evaluate.ts";
import { ScopeView } from "../evaluate/scope-view.ts";
import { listenersIn } from "../methodology/dialogue.ts";
import { isOrphan } from "../process/owner.ts";
import { mayLive } from "../process/proc.ts";
import { type OpenProject, scanProject } from "./project.ts";
import { logEvaluated } from "./records.ts";

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

/** Evaluates each of these work units over the same scan, in their order. */
export function evaluateWorkUnits(
  { methodology, store }: OpenProject,
  { gaps }: Evaluation,
  workUnits: readonly string[],
): Evaluation[] {
  const [units, types] = [workUnits as readonly WorkUnit[], methodology.types.keys()];
  const listeners = listenersIn(methodology.protocols.filter(({ scoped }) => scoped));
  const snapshots = readSnapshots(store, types, gaps, units, listeners);
  const [first] = snapshots.values();
  const openAttempts = first === undefined ? [] : executed(first);
  return Array.from(snapshots, ([unit, snapshot]) => evaluate(methodology, { ...snapshot, openAttempts }, unit));
}

function evaluateAt(
  { methodology, store }: OpenProject,
  gaps: Evaluation["gaps"],
  workUnit: string | null,
): Evaluation {
  const scope = workUnit as WorkUnit | null;
  const listeners = listenersIn(protocolsOf(methodology, scope));
  const snapshot = readSnapshot(store, methodology.types.keys(), gaps, scope, listeners);
  const evaluation = evaluate(methodology, { ...snapshot, openAttempts: executed(snapshot) }, scope);
  logEvaluated(evaluation);
  return evaluation;
}

/**
 * The attempts that are being executed. One whose runa and agent are both gone is not; the next command that executes work
 * ends it.
 */
function executed({ openAttempts }: Snapshot): Snapshot["openAttempts"] {
  return openAttempts.filter((attempt) => !isOrphan(attempt) || (attempt.agent !== null && mayLive(attempt.agent)));
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
