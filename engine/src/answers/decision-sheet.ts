import type { ContentHash, InstanceId, WorkUnit } from "@runa/store";
import { parseJson } from "@runa/store/json";
import { authorNow, type Verdict } from "@runa/store/log";
import { type DecisionResult, decide } from "../deciding/decide.ts";
import type { Subject } from "../deciding/decision-value.ts";
import { keptJson } from "../deciding/kept-content.ts";
import { fieldsOf } from "../deciding/set-fields.ts";
import { type Stopped, stopGiven } from "../deciding/stop-given.ts";
import { changesBetween, type ValueChange } from "../deciding/value-changes.ts";
import { type Decision, isEntitled } from "../decisions/decision.ts";
import { RunaError } from "../diagnostic.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import {
  hashDiffers,
  notEntitled,
  nothingAwaits,
  nothingDecides,
  nothingToRevoke,
  notItsApproval,
  subjectNotValid,
  whichApproval,
  whichInstance,
} from "../messages.ts";
import { type ApprovalType, decisionTypesOf } from "../methodology/decision-types.ts";
import type { ArtifactType, Methodology } from "../methodology/methodology.ts";
import { type Decider, deciderNow } from "../people/decider.ts";
import type { Policy } from "../people/policy.ts";
import { prose } from "../plan/prose.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { awaitedEverywhere, type DecisionEntry, decisionEntries } from "./approvals.ts";
import { typeNamed } from "./named.ts";
import { type InstanceAnswer, showInstance } from "./show.ts";

/** What somebody wants to say of which instance. */
export interface DecisionAsk {
  readonly type: string;
  /** Null for the only one that awaits a decision. */
  readonly instance: string | null;
  readonly workUnit: string | null;
  readonly verdict: Verdict;
  /** The approval type, where the type has several. */
  readonly as: string | null;
  /** How the hash of the content begins that was looked at; null where it is to be shown. */
  readonly hash: string | null;
  /** The file of the key that signs, absolute; undefined where none was named. */
  readonly keyFile: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** What is put before a person who decides: the content, and what was decided before. It is what the decision is bound to. */
export interface DecisionSheet {
  readonly verdict: DecisionAsk["verdict"];
  /** The decision type. */
  readonly type: ArtifactType;
  readonly decider: Decider;
  readonly policy: Policy;
  readonly subject: Subject;
  readonly shown: InstanceAnswer;
  /** All of the content, each value as it is. */
  readonly content: string;
  /** Every decision on the instance, the latest first. */
  readonly decisions: readonly DecisionEntry[];
  /** What is different from the content that was decided on last; null where that was this one, or none. */
  readonly since: SinceDecided | null;
}

export interface SinceDecided {
  readonly decision: DecisionEntry;
  /** Null where the content is not kept. */
  readonly changes: readonly ProseChange[] | null;
  /** Why it is not. */
  readonly why: string;
}

/** A value that is another one than before, as a person reads it. */
export interface ProseChange {
  /** JSON pointer. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/**
 * Looks at what is to be decided on.
 * @throws RunaError for names that there are not, for what is not valid, and where other content lies there than was looked at
 */
export async function openSheet(project: OpenProject, ask: DecisionAsk): Promise<DecisionSheet> {
  const { methodology, store, root } = project;
  const subjectType = typeNamed(methodology, ask.type);
  const policy = await project.policy();
  const decider = await deciderNow(policy, { root, environment: ask.environment, keyFile: ask.keyFile });
  const evaluation = await lookAt(project, ask.workUnit);
  const instance = ask.instance ?? onlyAwaited(project, evaluation, subjectType.name);
  const shown = await showInstance(project, subjectType.name, instance);
  const subject: Subject = {
    type: shown.artifact_type,
    id: shown.instance_id as InstanceId,
    contentHash: shown.content_hash as ContentHash,
    workUnit: (shown.work_unit as WorkUnit | undefined) ?? null,
  };
  const known = evaluation.view.snapshot.decisions;
  const decisions = known === undefined ? [] : decisionEntries(project, known, subject);
  const author = authorNow(store, subject);
  const entitled = (type: ApprovalType) => isEntitled({ by: decider.name, author }, type.annotation, policy);
  const type = typeNamed(
    methodology,
    decisionType(methodology, subject, { ...ask, by: decider.name, decisions, entitled }),
  );
  if (ask.verdict === "approved") refuseUnentitled(type, { by: decider.name, author }, policy);
  const name = `${subject.type}/${subject.id}`;
  if (shown.status !== "valid") throw new RunaError(subjectNotValid(name, shown.status));
  if (ask.hash !== null && !shown.content_hash.startsWith(ask.hash))
    throw new RunaError(hashDiffers(name, shown.content_hash));
  const { value, exact = value } = parseJson(shown.text ?? "null");
  const since = sinceDecided(project, subject, decisions[0], exact);
  const content = prose(exact, "person");
  return { verdict: ask.verdict, type, decider, policy, subject, shown, content, decisions, since };
}

/** The one instance of a type that awaits a decision. */
function onlyAwaited(project: OpenProject, evaluation: Evaluation, type: string): string {
  const [only, ...more] = awaitedEverywhere(project, evaluation).filter(({ subject }) => subject.type === type);
  if (only === undefined) throw new RunaError(nothingAwaits(type));
  if (more.length === 0) return only.subject.id;
  throw new RunaError(whichInstance(type, [only, ...more].map(({ subject }) => subject.id).join(", ")));
}

/** Refuses an approval that would count for nothing: it would seem to help, and keep everybody waiting. */
function refuseUnentitled(type: ArtifactType, approval: Pick<Decision, "by" | "author">, policy: Policy): void {
  const { annotation } = type;
  if (annotation?.kind !== "approval" || isEntitled(approval, annotation, policy)) return;
  const { by, author } = approval;
  const why =
    annotation.notAuthor && by === author
      ? "whoever ran the attempt that delivered it may not approve it"
      : `it takes somebody with the role '${annotation.role}'`;
  throw new RunaError(notEntitled(by, type.name, why));
}

/** What the type of a decision follows from. */
interface TypeChoice extends Pick<DecisionAsk, "verdict" | "as"> {
  readonly by: string;
  readonly decisions: readonly DecisionEntry[];
  readonly entitled: (type: ApprovalType) => boolean;
}

/** The type whose instance the decision will be. */
function decisionType(methodology: Methodology, subject: Subject, choice: TypeChoice): string {
  const types = decisionTypesOf(methodology);
  switch (choice.verdict) {
    case "approved":
      return approvalType(subject.type, types.approvalsOf(subject.type), choice);
    case "rejected": {
      const rejection = types.rejectionOf(subject.type);
      if (rejection === null) throw new RunaError(nothingDecides(subject.type, "rejection"));
      return rejection.name;
    }
    case "revoked": {
      const last = choice.decisions.find((one) => one.by === choice.by && one.content_hash === subject.contentHash);
      if (last === undefined || last.decision === "revoked")
        throw new RunaError(nothingToRevoke(`${subject.type}/${subject.id}`, choice.by));
      return last.artifact_type;
    }
  }
}

/** The approval type that is named; else the only one, or the only one that this person may approve by. */
function approvalType(subject: string, known: readonly ApprovalType[], { as, entitled }: TypeChoice): string {
  if (known.length === 0) throw new RunaError(nothingDecides(subject, "approval"));
  const all = known.map(({ name }) => name).join(", ");
  if (as !== null) {
    if (!known.some(({ name }) => name === as)) throw new RunaError(notItsApproval(as, subject, all));
    return as;
  }
  const [only, ...more] = known.length === 1 ? known : known.filter(entitled);
  if (only === undefined || more.length > 0) throw new RunaError(whichApproval(subject, all));
  return only.name;
}

/** What changed since the content that was decided on last. */
function sinceDecided(
  { store }: OpenProject,
  { contentHash }: Subject,
  decision: DecisionEntry | undefined,
  now: unknown,
): SinceDecided | null {
  if (decision === undefined || decision.content_hash === contentHash) return null;
  const before = keptJson(store, decision.content_hash);
  if (before.kind === "none") return { decision, changes: null, why: before.why };
  return { decision, changes: changesBetween(before.value, now).map(proseChange), why: "" };
}

function proseChange({ path, ...change }: ValueChange): ProseChange {
  return {
    path,
    ...("before" in change && { before: prose(change.before, "person") }),
    ...("after" in change && { after: prose(change.after, "person") }),
  };
}

/** What a person says beside yes or no. */
export interface Said {
  readonly note: string | null;
  /** What `--set` gives. */
  readonly set: ReadonlyMap<string, string>;
  readonly environment: NodeJS.ProcessEnv;
  /** Hears what the program that signs says. */
  readonly tell: (text: string) => void;
}

/**
 * Decides as the sheet says.
 * @throws RunaError where the decision cannot be written; StoreError
 */
export function decideOn(
  project: OpenProject,
  { type, verdict, subject, decider, policy }: DecisionSheet,
  { note, set, environment, tell }: Said,
): Promise<DecisionResult> {
  return decide(project, { type, verdict, subject, decider, policy, note, fields: fieldsOf(set), environment, tell });
}

/**
 * Ends the attempts that were given what the sheet's person withdraws.
 * @param grace milliseconds that an agent has to end
 */
export function stopGivenBy(project: OpenProject, sheet: DecisionSheet, grace: number): Promise<Stopped> {
  const { decisions, decider, subject } = sheet;
  const own = decisions.filter((one) => one.by === decider.name && one.content_hash === subject.contentHash);
  const files = own.map(({ artifact_type, instance_id }) => ({ type: artifact_type, id: instance_id }));
  return stopGiven(project, files, grace);
}
