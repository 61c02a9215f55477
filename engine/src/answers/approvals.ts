import { type Instance, type InstanceId, rfc3339 } from "@runa/store";
import type { Verdict } from "@runa/store/log";
import { noteOf } from "../deciding/kept-content.ts";
import { type Decision, decidersOf } from "../decisions/decision.ts";
import type { ApprovalState, Decisions } from "../decisions/decisions.ts";
import { RunaError } from "../diagnostic.ts";
import { type AwaitedDecision, awaitedIn } from "../evaluate/awaited.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { nobodyDecidesOn } from "../messages.ts";
import { isDecision } from "../methodology/annotation.ts";
import type { ArtifactType } from "../methodology/methodology.ts";
import { evaluateEach, lookAt, workUnitsOf } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { valueThere } from "../value-there.ts";
import { instanceNamed, typeNamed } from "./named.ts";
import { scanWarnings } from "./scan-warnings.ts";

/** What awaits a decision (`runa approvals [TYPE]`). */
export interface ApprovalsAnswer {
  readonly version: 1;
  readonly kind: "approvals";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  readonly awaiting: readonly AwaitingEntry[];
}

export interface AwaitingEntry {
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly content_hash: string;
  readonly work_unit?: string;
  readonly approvals: readonly ApprovalEntry[];
  readonly rejection_type?: string;
  /** Whose rejections stand, though they were answered. Left out where there is none. */
  readonly rejected_by?: readonly string[];
  /** The protocols that need one of the approvals, each with its work unit. */
  readonly waiters: readonly { readonly protocol: string; readonly work_unit?: string }[];
  /** RFC 3339: when it was written, or was last decided on. Left out where nobody knows. */
  readonly since?: string;
}

/** What an instance has of one approval type. */
export interface ApprovalEntry {
  readonly approval_type: string;
  /** How many people it takes, and whose approvals count. */
  readonly min: number;
  readonly by: readonly string[];
  readonly role?: string;
  readonly not_author?: true;
}

/** What was decided on one instance (`runa approvals TYPE INSTANCE`). */
export interface DecisionsAnswer {
  readonly version: 1;
  readonly kind: "decisions";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly content_hash: string;
  readonly work_unit?: string;
  /** Whether it is approved for all approval types of its type. */
  readonly approved: boolean;
  readonly approvals: readonly ApprovalEntry[];
  /** Every decision on it, the latest first. */
  readonly decisions: readonly DecisionEntry[];
  /** Files that say they are decisions on it, and why nothing attests them: what else they say is not known to be true. */
  readonly not_attested: readonly UnattestedEntry[];
}

export interface UnattestedEntry {
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly why: string;
}

export interface DecisionEntry {
  readonly decision: Verdict;
  /** The decision's own type and id. */
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly by: string;
  readonly at: string;
  /** What was decided on. */
  readonly content_hash: string;
  readonly note?: string;
  /**
   * `stands`; `uncounted`: it stands, and is not of somebody whom the type asks for; `refused`: nothing attests it, or its file does
   * not count; `replaced` by a newer one; `stale`: of another content.
   */
  readonly state: DecisionState;
  /** What is wrong with it, or with its file. Left out where nothing is. */
  readonly why?: string;
}

export type DecisionState = "stands" | "uncounted" | "refused" | "replaced" | "stale";

/**
 * Looks for what awaits a decision, in every scope or in that of a work unit.
 * @param name an artifact type, or null for all
 * @throws RunaError for a type that there is not, or on which nobody decides
 */
export async function awaitingDecisions(
  project: OpenProject,
  name: string | null,
  workUnit: string | null,
): Promise<ApprovalsAnswer> {
  const type = name === null ? null : decidedType(project, name);
  const evaluation = await lookAt(project, workUnit);
  const awaiting = awaitedEverywhere(project, evaluation).filter(
    ({ subject }) => type === null || subject.type === type.name,
  );
  return {
    version: 1,
    kind: "approvals",
    methodology: project.methodology.name,
    scan_warnings: scanWarnings(evaluation),
    awaiting: awaiting.map(awaitingEntry),
  };
}

/** What awaits a decision, with everybody who waits for it. */
export interface AwaitedAnywhere extends AwaitedDecision {
  readonly waiting: AwaitingEntry["waiters"];
}

/** What awaits a decision in a scope and, of the unscoped one, in every work unit, each instance once. */
export function awaitedEverywhere(project: OpenProject, evaluation: Evaluation): AwaitedAnywhere[] {
  const found = new Map<string, AwaitedAnywhere>();
  for (const scope of scopesOf(project, evaluation))
    for (const awaited of awaitedIn(scope)) {
      const { type, id } = awaited.subject;
      const waiting = awaited.waiters.map((protocol) => ({
        protocol,
        ...(scope.workUnit !== null && { work_unit: scope.workUnit }),
      }));
      const before = found.get(`${type}/${id}`);
      found.set(`${type}/${id}`, { ...awaited, waiting: [...(before?.waiting ?? []), ...waiting] });
    }
  return [...found.values()];
}

function* scopesOf(project: OpenProject, evaluation: Evaluation): Iterable<Evaluation> {
  yield evaluation;
  if (evaluation.workUnit !== null || !project.methodology.protocols.some(({ scoped }) => scoped)) return;
  yield* evaluateEach(project, evaluation, workUnitsOf(evaluation));
}

function awaitingEntry(awaited: AwaitedAnywhere): AwaitingEntry {
  const { subject, approvals, outweighedBy, rejectionType, waiting, since } = awaited;
  const rejectedBy = decidersOf(outweighedBy);
  return {
    artifact_type: subject.type,
    instance_id: subject.id,
    content_hash: subject.contentHash,
    ...(subject.workUnit !== null && { work_unit: subject.workUnit }),
    approvals: approvals.map(approvalEntry),
    ...(rejectionType !== null && { rejection_type: rejectionType }),
    ...(rejectedBy.length > 0 && { rejected_by: rejectedBy }),
    waiters: waiting,
    ...(since !== null && { since: rfc3339(since) }),
  };
}

function approvalEntry({ type: { name, annotation }, approvals }: ApprovalState): ApprovalEntry {
  const { min, role, notAuthor } = annotation;
  return {
    approval_type: name,
    min,
    by: approvals.map(({ by }) => by),
    ...(role !== null && { role }),
    ...(notAuthor && { not_author: true }),
  };
}

/**
 * Looks at everything that was decided on an instance.
 * @throws RunaError for names that there are not, and for a type on which nobody decides
 */
export async function decisionsOnInstance(project: OpenProject, name: string, id: string): Promise<DecisionsAnswer> {
  const type = decidedType(project, name);
  const evaluation = await lookAt(project, null);
  const instance = instanceNamed(evaluation, type.name, id);
  const { decisions } = evaluation.view.snapshot;
  const state = decisions?.of(instance);
  return {
    version: 1,
    kind: "decisions",
    methodology: project.methodology.name,
    scan_warnings: scanWarnings(evaluation),
    artifact_type: type.name,
    instance_id: instance.id,
    content_hash: instance.contentHash,
    ...(instance.workUnit !== null && { work_unit: instance.workUnit }),
    approved: instance.status === "valid" && state?.isApproved === true,
    approvals: state?.approvals.map(approvalEntry) ?? [],
    decisions: decisions === undefined ? [] : decisionEntries(project, decisions, instance),
    not_attested: decisions === undefined ? [] : unattestedEntries(project, evaluation, decisions, instance),
  };
}

function unattestedEntries(
  { methodology, workspace }: OpenProject,
  { view }: Evaluation,
  decisions: Decisions,
  subject: Instance,
): UnattestedEntry[] {
  const made = new Set(decisions.history(subject).map(({ type, id }) => `${type}/${id}`));
  const types = [...methodology.types.values()].filter(
    ({ annotation }) => isDecision(annotation) && annotation.of === subject.type,
  );
  const files = types.flatMap(({ name }) => view.snapshot.instances.get(name) ?? []);
  return files.flatMap((file) => {
    const { type, id } = file;
    if (file.status !== "invalid" || made.has(`${type}/${id}`)) return [];
    const state = decisions.stateOf(file);
    if (state.kind !== "refused" || !names(valueThere(workspace, file), subject)) return [];
    return [{ artifact_type: type, instance_id: id, why: state.why }];
  });
}

/** Whether a file says that it is about an instance. */
function names(value: unknown, { type, id }: Instance): boolean {
  const { subject } = (value ?? {}) as { subject?: { artifact_type?: unknown; instance_id?: unknown } | null };
  return subject?.artifact_type === type && subject.instance_id === id;
}

/** Every decision on an instance, the latest first. */
export function decisionEntries(
  project: OpenProject,
  decisions: Decisions,
  subject: { readonly type: string; readonly id: InstanceId; readonly contentHash: string },
): DecisionEntry[] {
  return decisions
    .history(subject)
    .map((decision): DecisionEntry => {
      const why = decisions.whyRefused(decision);
      const note = noteOf(project, decision);
      return {
        decision: decision.verdict,
        artifact_type: decision.type,
        instance_id: decision.id,
        by: decision.by,
        at: rfc3339(decision.at),
        content_hash: decision.subject.contentHash,
        ...(note !== null && { note }),
        state: decisionState(decisions, decision, subject.contentHash),
        ...(why !== null && { why }),
      };
    })
    .reverse();
}

/** What has become of a decision on an instance that has a content now. */
export function decisionState(decisions: Decisions, decision: Decision, content: string): DecisionState {
  const { verdict, id, type } = decision;
  const { standing, approvals } = decisions.of(decision.subject);
  const isIt = (one: Decision) => one.id === id && one.type === type;
  if (decision.subject.contentHash !== content) return "stale";
  if (verdict !== "approved")
    return [...standing.rejections, ...standing.revocations].some(isIt) ? "stands" : "replaced";
  if (!standing.approvals.some(isIt)) return decisions.whyRefused(decision) === null ? "replaced" : "refused";
  return approvals.some((one) => one.approvals.some(isIt)) ? "stands" : "uncounted";
}

/**
 * A type on which people decide.
 * @throws RunaError
 */
function decidedType({ methodology }: OpenProject, name: string): ArtifactType {
  const type = typeNamed(methodology, name);
  const isDecidedOn = [...methodology.types.values()].some(
    ({ annotation }) => annotation !== null && annotation.kind !== "audit" && annotation.of === type.name,
  );
  if (!isDecidedOn) throw new RunaError(nobodyDecidesOn(type.name));
  return type;
}
