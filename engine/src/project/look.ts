import {
  type Listeners,
  readSnapshot,
  type ScanOptions,
  type ScanReport,
  type Snapshot,
  type WorkUnit,
} from "@runa/store";
import { decidedSnapshot, type EvaluatedSnapshot, hasDecisions, recordTypesOf } from "../decisions/decided.ts";
import { type Evaluation, evaluate, evaluateScopes, protocolsOf } from "../evaluate/evaluate.ts";
import { ScopeView } from "../evaluate/scope-view.ts";
import { listenersIn } from "../methodology/reviewers.ts";
import { isOrphan } from "../process/owner.ts";
import { mayLive } from "../process/proc.ts";
import { byCandidate, type LinesByCandidate, withLock } from "./lockfile/believed.ts";
import type { Lockfile } from "./lockfile/read.ts";
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
export function scopeView(project: OpenProject, gaps: ScanReport["gaps"], workUnit: WorkUnit | null): ScopeView {
  return new ScopeView(snapshotOf(project, gaps, [workUnit]), workUnit);
}

/** What the store knows of these scopes, and what people decided. */
export function snapshotOf(
  { methodology, store, deciding, past }: OpenProject,
  gaps: ScanReport["gaps"],
  scopes: readonly (WorkUnit | null)[],
  listeners?: (scope: WorkUnit | null) => Listeners,
): EvaluatedSnapshot {
  const decisions = hasDecisions(methodology);
  const asked = { ...(listeners !== undefined && { listeners }), decisions, records: recordTypesOf(methodology) };
  const types = methodology.types.keys();
  const snapshot = past?.snapshot(types, scopes, asked) ?? readSnapshot(store, types, gaps, scopes, asked);
  return decidedSnapshot(snapshot, methodology, deciding);
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

/** Evaluates each of these scopes over the same scan and one snapshot, in their order, when it is taken. */
export function evaluateEach(
  project: OpenProject,
  { gaps }: Evaluation,
  workUnits: readonly (string | null)[],
): IteratorObject<Evaluation> {
  const scopes = workUnits as readonly (WorkUnit | null)[];
  return evaluateScopes(project.methodology, snapshotFor(project, gaps, scopes), scopes);
}

function evaluateAt(project: OpenProject, gaps: Evaluation["gaps"], workUnit: string | null): Evaluation {
  const scope = workUnit as WorkUnit | null;
  const evaluation = evaluate(project.methodology, snapshotFor(project, gaps, [scope]), scope);
  logEvaluated(evaluation);
  return evaluation;
}

/** Everything that the evaluation of these scopes asks for. */
function snapshotFor(
  project: OpenProject,
  gaps: Evaluation["gaps"],
  scopes: readonly (WorkUnit | null)[],
): EvaluatedSnapshot {
  const { methodology, lockfile } = project;
  // All work units have the same protocols, and so the same listeners.
  const known = new Map<boolean, Listeners>();
  const listeners = (scope: WorkUnit | null) => {
    const found = known.get(scope !== null) ?? listenersIn(protocolsOf(methodology, scope));
    known.set(scope !== null, found);
    return found;
  };
  const snapshot = snapshotOf(project, gaps, scopes, listeners);
  if (project.past !== undefined) return snapshot;
  return withLock({ ...snapshot, openAttempts: executed(snapshot) }, locked(lockfile, scopes));
}

/** What the lock file says of the candidates of these scopes. */
function locked(lockfile: Lockfile | null, scopes: readonly (WorkUnit | null)[]): LinesByCandidate {
  if (lockfile === null) return new Map();
  const asked = new Set(scopes);
  return byCandidate(lockfile.read().lines.filter(({ workUnit }) => asked.has(workUnit)));
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
    view.inScope(type).some(({ workUnit }) => workUnit !== null && workUnit === view.workUnit),
  );
}

/** Every work unit that an artifact names, or a valid one, sorted. */
export function workUnitsOf({ view }: Evaluation, which: "all" | "valid" = "all"): string[] {
  const units = new Set<string>();
  const { instances } = view.snapshot;
  for (const type of instances.scopedTypes().filter((name) => instances.has(name)))
    for (const [workUnit, { valid }] of instances.summaries(type))
      if (workUnit && (which === "all" || valid > 0)) units.add(workUnit);
  return [...units].sort();
}
