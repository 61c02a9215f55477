import { type Instance, type Instances, readUnhealthy, requireSound, type ScanGap, type ScanReport } from "@runa/store";
import type { LastAttempt } from "@runa/store/attempts";
import { clockWentBack, type StepBack } from "@runa/store/log";
import { hasDecisions } from "../decisions/decided.ts";
import type { Diagnostic } from "../diagnostic.ts";
import {
  type EvaluatedCandidate,
  type Evaluation,
  type PreconditionFailure,
  preconditionFailures,
} from "../evaluate/evaluate.ts";
import type { ScopeView } from "../evaluate/scope-view.ts";
import { lockBehind } from "../messages.ts";
import { isDecision } from "../methodology/annotation.ts";
import type { Candidate } from "../methodology/candidate.ts";
import { outputTypesOf } from "../methodology/methodology.ts";
import { alikes } from "../suggestion.ts";
import { isLockfileBehind, lockfileDefects } from "./lockfile/write.ts";
import { evaluateEach, snapshotOf, workUnitsOf } from "./look.ts";
import type { OpenProject } from "./project.ts";
import { unrecordedCandidates } from "./unrecorded.ts";

/** The instances of one artifact type. */
export interface TypeHealth {
  readonly type: string;
  readonly total: number;
  readonly valid: number;
  readonly unhealthy: readonly Instance[];
}

/** A candidate whose outputs were made otherwise than they would be today. */
export interface MadeOtherwise {
  readonly protocol: string;
  readonly workUnit: string | null;
  /** The attempt that made them. */
  readonly success: LastAttempt;
  /** The types of which something is there. */
  readonly types: readonly string[];
}

/** Everything that `doctor` looks at. */
export interface Examination {
  readonly findings: readonly Diagnostic[];
  readonly health: readonly TypeHealth[];
  /** How many records of attempts are from before the log, so that nothing attests them; they are not among the unhealthy. */
  readonly unattested: number;
  /** How many decisions of each type something newer has replaced: the normal life of a gate; they are not among the unhealthy. */
  readonly staleDecisions: readonly { readonly type: string; readonly count: number }[];
  readonly gaps: readonly ScanGap[];
  readonly unrecognized: readonly string[];
  readonly passedOver: readonly string[];
  /** What each protocol lacks; null where only the health was asked for. */
  readonly readiness:
    | readonly { readonly protocol: string; readonly failures: readonly PreconditionFailure[] }[]
    | null;
  /** Work units whose names a reader takes for the same. */
  readonly alikeWorkUnits: readonly (readonly string[])[];
  /** Candidates whose outputs were made under another declaration, instructions or schemas. */
  readonly otherInstructions: readonly MadeOtherwise[];
  /** The findings of the rule `hard-cycle`; not among the others. */
  readonly cycles: readonly Diagnostic[];
  /** What is wrong with the lock file, and whether it says something else than is known here. */
  readonly lockfile: readonly Diagnostic[];
  /** What is wrong with who may decide, and with how that is known. */
  readonly approvals: readonly Diagnostic[];
  /** Candidates of a clone that go by age. */
  readonly unrecorded: readonly Candidate[];
  /** The last time that the clock of the machine went back while the log was written; null where it never did. */
  readonly stepBack: StepBack | null;
  readonly problems: number;
  readonly warnings: number;
}

/**
 * Examines a project's health (contract.md section 6, `doctor`).
 * @param environment in which git and agents of SSH's are asked
 * @param healthOnly leaves out what protocols lack: a project that has just begun lacks its inputs and is not broken
 * @throws StoreError where the store is damaged, also where no reading shows that
 */
export async function examine(
  project: OpenProject,
  evaluation: Evaluation,
  { unrecognized, passedOver }: Pick<ScanReport, "unrecognized" | "passedOver">,
  environment: NodeJS.ProcessEnv,
  healthOnly = false,
): Promise<Examination> {
  const { methodology } = project;
  requireSound(project.store);
  // Loaded here: no command but a few needs them.
  const [{ lintMethodology }, { examineApprovals }] = await Promise.all([
    import("../methodology/lint/lint-methodology.ts"),
    import("./examine-approvals.ts"),
  ]);
  const linted = await lintMethodology(methodology);
  const cycles = linted.filter(({ rule }) => rule === "hard-cycle");
  const findings = linted.filter((finding) => !cycles.includes(finding));
  const { gaps, view } = evaluation;
  let unattested = 0;
  const staleDecisions: { type: string; count: number }[] = [];
  const health = [...methodology.types.keys()].map((type): TypeHealth => {
    const all = view.snapshot.instances.get(type) ?? [];
    const odd = all.filter(({ status }) => status !== "valid");
    const wrong = odd.filter((instance) => !isStaleDecision(methodology, instance));
    if (wrong.length < odd.length) staleDecisions.push({ type, count: odd.length - wrong.length });
    const unhealthy = wrong.filter((instance) => !isUnattested(methodology, instance));
    unattested += wrong.length - unhealthy.length;
    return { type, total: all.length, valid: all.length - odd.length, unhealthy };
  });
  const readiness = healthOnly ? null : readinessOf(project, evaluation);
  const workUnits = workUnitsOf(evaluation);
  const scopes = Array.from(evaluateEach(project, evaluation, [null, ...workUnits]), (scope) => ({
    otherwise: madeOtherwise(scope),
    unrecorded: unrecordedCandidates(project, scope),
  }));
  const lockfile = lockfileFindings(project, evaluation);
  const approvals = await examineApprovals(project, environment);
  const unhealthy = health.reduce((sum, { unhealthy }) => sum + unhealthy.length, 0);
  return {
    findings,
    health,
    unattested,
    staleDecisions,
    gaps,
    unrecognized,
    passedOver,
    readiness,
    alikeWorkUnits: alikes(workUnits),
    otherInstructions: scopes.flatMap(({ otherwise }) => otherwise),
    lockfile,
    approvals,
    unrecorded: scopes.flatMap(({ unrecorded }) => unrecorded),
    cycles,
    stepBack: clockWentBack(project.store),
    problems:
      findings.filter(({ severity }) => severity === "problem").length +
      unhealthy +
      gaps.length +
      (readiness?.length ?? 0) +
      [...lockfile, ...approvals].filter(({ severity }) => severity === "problem").length +
      cycles.length,
    warnings:
      [...findings, ...lockfile, ...approvals].filter(({ severity }) => severity === "warning").length +
      (unattested > 0 ? 1 : 0),
  };
}

/** Whether an instance is a record of an attempt that is only older than the log (decisions.md section 5). */
function isUnattested({ types }: OpenProject["methodology"], { type, status }: Instance): boolean {
  return status === "stale" && types.get(type)?.annotation?.kind === "audit";
}

/** Whether an instance is a decision that something newer has replaced, or whose subject has changed: nothing is wrong with it. */
function isStaleDecision({ types }: OpenProject["methodology"], { type, status }: Instance): boolean {
  return status === "stale" && isDecision(types.get(type)?.annotation ?? null);
}

function lockfileFindings(project: OpenProject, evaluation: Evaluation): Diagnostic[] {
  const { lockfile } = project;
  const defects = lockfileDefects(project);
  if (lockfile === null || !isLockfileBehind(project, evaluation)) return [...defects];
  return [...defects, { severity: "warning", file: lockfile.file, message: lockBehind() }];
}

function readinessOf({ methodology }: OpenProject, evaluation: Evaluation) {
  // Of a scoped protocol nothing is lacking before a valid artifact names a work unit that it could be carried out for.
  const isDelegated = workUnitsOf(evaluation, "valid").length > 0;
  return methodology.protocols.flatMap((protocol) => {
    if (protocol.scoped && !isDelegated) return [];
    const failures = preconditionFailures(evaluation, protocol);
    return failures.length === 0 ? [] : [{ protocol: protocol.name, failures }];
  });
}

/** The candidates of a scope whose outputs were made under another declaration, instructions or schemas than today's. */
function madeOtherwise({ candidates, view }: Evaluation): MadeOtherwise[] {
  return candidates.flatMap((candidate) => otherwiseMade(view, candidate) ?? []);
}

/** Whether, and by what, a candidate's complete outputs were made otherwise; null where they were not. */
export function otherwiseMade(
  view: ScopeView,
  { protocol, workUnit, outputs }: EvaluatedCandidate,
): MadeOtherwise | null {
  const success = view.lastSuccess(protocol);
  if (!outputs.complete || success === undefined || success.fingerprint === protocol.fingerprint) return null;
  const types = outputTypesOf(protocol).filter((type) => view.as(protocol).outputs.summary(type).total > 0);
  return { protocol: protocol.name, workUnit, success, types };
}

/** Every instance of a declared type with which something is wrong, as the last scan left it. */
export function unhealthyInstances({ view, methodology }: Evaluation): Instance[] {
  return unhealthyAmong(methodology, view.snapshot.instances);
}

function unhealthyAmong(methodology: OpenProject["methodology"], instances: Instances): Instance[] {
  // Of a type whose sums tell that all are valid the list need not be made.
  const suspect = [...instances.keys()].filter((type) => {
    const sums = instances.summary(type);
    return sums === undefined || sums.valid < sums.total;
  });
  return suspect
    .flatMap((type) => instances.get(type) ?? [])
    .filter((instance) => instance.status !== "valid" && !isStaleDecision(methodology, instance));
}

/** The same for a project whose artifacts are not evaluated. */
export function unhealthyOf(project: OpenProject, gaps: ScanReport["gaps"]): Instance[] {
  const { store, methodology } = project;
  // What a decision's file comes to is not known of it alone.
  if (hasDecisions(methodology)) return unhealthyAmong(methodology, snapshotOf(project, gaps, []).instances);
  return readUnhealthy(store, methodology.types.keys());
}
