import { type ContentHash, type InstanceId, rfc3339, type Store, type WorkUnit } from "@runa/store";
import { parseJson } from "@runa/store/json";
import { decisionsOn, type LoggedDecision, type Verdict } from "@runa/store/log";
import { type DecisionResult, decide } from "../deciding/decide.ts";
import type { Subject } from "../deciding/decision-value.ts";
import { keptJson, noteOf } from "../deciding/kept-content.ts";
import { fieldsOf } from "../deciding/set-fields.ts";
import { type Stopped, stopGiven } from "../deciding/stop-given.ts";
import { changesBetween, type ValueChange } from "../deciding/value-changes.ts";
import { RunaError } from "../diagnostic.ts";
import {
  hashDiffers,
  nothingDecides,
  nothingToRevoke,
  notItsApproval,
  subjectNotValid,
  whichApproval,
} from "../messages.ts";
import { decisionTypesOf } from "../methodology/decision-types.ts";
import type { ArtifactType, Methodology } from "../methodology/methodology.ts";
import { type Decider, deciderNow } from "../people/decider.ts";
import type { Policy } from "../people/policy.ts";
import { prose } from "../plan/prose.ts";
import type { OpenProject } from "../project/project.ts";
import { typeNamed } from "./named.ts";
import { type InstanceAnswer, showInstance } from "./show.ts";

/** What somebody wants to say of which instance. */
export interface DecisionAsk {
  readonly type: string;
  readonly instance: string;
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
  /** Every decision on the instance, the latest first. */
  readonly decisions: readonly EarlierDecision[];
  /** What is different from the content that was decided on last; null where that was this one, or none. */
  readonly since: SinceDecided | null;
}

export interface EarlierDecision {
  readonly verdict: Verdict;
  /** The decision's own type and id. */
  readonly type: string;
  readonly id: string;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  readonly contentHash: ContentHash;
  readonly note: string | null;
}

export interface SinceDecided {
  readonly decision: EarlierDecision;
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
  const { methodology, store } = project;
  const subjectType = typeNamed(methodology, ask.type);
  const policy = await project.policy();
  const decider = await deciderNow(policy, { root: project.root, environment: ask.environment, keyFile: ask.keyFile });
  const shown = await showInstance(project, subjectType.name, ask.instance);
  const name = `${shown.artifact_type}/${shown.instance_id}`;
  const subject: Subject = {
    type: shown.artifact_type,
    id: shown.instance_id as InstanceId,
    contentHash: shown.content_hash as ContentHash,
    workUnit: (shown.work_unit as WorkUnit | undefined) ?? null,
  };
  const decisions = decisionsOn(store, subject)
    .map((logged) => earlierDecision(store, logged))
    .reverse();
  const type = typeNamed(methodology, decisionType(methodology, subject, { ...ask, by: decider.name, decisions }));
  if (shown.status !== "valid") throw new RunaError(subjectNotValid(name, shown.status));
  if (ask.hash !== null && !shown.content_hash.startsWith(ask.hash))
    throw new RunaError(hashDiffers(name, shown.content_hash));
  const { value, exact = value } = parseJson(shown.text ?? "null");
  const since = sinceDecided(project, subject, decisions[0], exact);
  return { verdict: ask.verdict, type, decider, policy, subject, shown, decisions, since };
}

/** What the type of a decision follows from. */
interface TypeChoice extends Pick<DecisionAsk, "verdict" | "as"> {
  readonly by: string;
  readonly decisions: readonly EarlierDecision[];
}

/** The type whose instance the decision will be. */
function decisionType(methodology: Methodology, subject: Subject, choice: TypeChoice): string {
  const types = decisionTypesOf(methodology);
  switch (choice.verdict) {
    case "approved":
      return approvalType(
        subject.type,
        types.approvalsOf(subject.type).map(({ name }) => name),
        choice.as,
      );
    case "rejected": {
      const rejection = types.rejectionOf(subject.type);
      if (rejection === null) throw new RunaError(nothingDecides(subject.type, "rejection"));
      return rejection.name;
    }
    case "revoked": {
      const last = choice.decisions.find(
        ({ by, contentHash }) => by === choice.by && contentHash === subject.contentHash,
      );
      if (last === undefined || last.verdict === "revoked")
        throw new RunaError(nothingToRevoke(`${subject.type}/${subject.id}`, choice.by));
      return last.type;
    }
  }
}

function approvalType(subject: string, known: readonly string[], as: string | null): string {
  if (known.length === 0) throw new RunaError(nothingDecides(subject, "approval"));
  const [only, ...more] = as === null ? known : known.filter((name) => name === as);
  if (only !== undefined && more.length === 0) return only;
  const all = known.join(", ");
  throw new RunaError(as === null ? whichApproval(subject, all) : notItsApproval(as, subject, all));
}

function earlierDecision(store: Store, logged: LoggedDecision): EarlierDecision {
  const { verdict, type, id, by, at, subject, contentHash } = logged;
  return { verdict, type, id, by, at: rfc3339(at), contentHash: subject.contentHash, note: noteOf(store, contentHash) };
}

/** What changed since the content that was decided on last. */
function sinceDecided(
  { store }: OpenProject,
  { contentHash }: Subject,
  decision: EarlierDecision | undefined,
  now: unknown,
): SinceDecided | null {
  if (decision === undefined || decision.contentHash === contentHash) return null;
  const before = keptJson(store, decision.contentHash);
  if (before.kind === "none") return { decision, changes: null, why: before.why };
  return { decision, changes: changesBetween(before.value, now).map(proseChange), why: "" };
}

function proseChange({ path, ...change }: ValueChange): ProseChange {
  return {
    path,
    ...("before" in change && { before: prose(change.before) }),
    ...("after" in change && { after: prose(change.after) }),
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
  const own = decisions.filter(({ by, contentHash }) => by === decider.name && contentHash === subject.contentHash);
  return stopGiven(project, own, grace);
}
