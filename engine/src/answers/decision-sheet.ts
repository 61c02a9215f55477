import { type ContentHash, type InstanceId, rfc3339, type WorkUnit } from "@runa/store";
import type { LoggedDecision, Verdict } from "@runa/store/log";
import { type DecisionResult, decide } from "../deciding/decide.ts";
import { type Decider, thisDecider } from "../deciding/decider.ts";
import type { Subject } from "../deciding/decision-value.ts";
import { keptJson, noteOf } from "../deciding/kept-content.ts";
import { changesBetween, type ValueChange } from "../deciding/value-changes.ts";
import { RunaError } from "../diagnostic.ts";
import { hashDiffers, nothingDecides, notItsApproval, subjectNotValid, whichApproval } from "../messages.ts";
import { decisionTypesOf } from "../methodology/decision-types.ts";
import type { ArtifactType, Methodology } from "../methodology/methodology.ts";
import type { OpenProject } from "../project/project.ts";
import { typeNamed } from "./named.ts";
import { type InstanceAnswer, showInstance } from "./show.ts";

/** What somebody wants to say of which instance. */
export interface DecisionAsk {
  readonly type: string;
  readonly instance: string;
  readonly verdict: Exclude<Verdict, "revoked">;
  /** The approval type, where the type has several. */
  readonly as: string | null;
  /** How the hash of the content begins that was looked at; null where it is to be shown. */
  readonly hash: string | null;
}

/** What is put before a person who decides: the content, and what was decided before. It is what the decision is bound to. */
export interface DecisionSheet {
  readonly verdict: DecisionAsk["verdict"];
  /** The decision type. */
  readonly type: ArtifactType;
  readonly decider: Decider;
  readonly subject: Subject;
  readonly shown: InstanceAnswer;
  /** Every decision on the instance, the latest first. */
  readonly decisions: readonly EarlierDecision[];
  /** What is different from the content that was decided on last; null where that was this one, or none. */
  readonly since: SinceDecided | null;
}

export interface EarlierDecision {
  readonly verdict: Verdict;
  readonly type: string;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  readonly contentHash: ContentHash;
  readonly note: string | null;
}

export interface SinceDecided {
  readonly decision: EarlierDecision;
  /** Null where the content is not kept, for that reason. */
  readonly changes: readonly ValueChange[] | null;
  readonly why: string;
}

/**
 * Looks at what is to be decided on.
 * @throws RunaError for names that there are not, for what is not valid, and where other content lies there than was looked at
 */
export async function openSheet(project: OpenProject, ask: DecisionAsk): Promise<DecisionSheet> {
  const { methodology, store } = project;
  const subjectType = typeNamed(methodology, ask.type);
  const type = decisionType(methodology, subjectType.name, ask);
  const decider = await thisDecider();
  const shown = await showInstance(project, subjectType.name, ask.instance);
  const name = `${shown.artifact_type}/${shown.instance_id}`;
  if (shown.status !== "valid") throw new RunaError(subjectNotValid(name, shown.status));
  if (ask.hash !== null && !shown.content_hash.startsWith(ask.hash))
    throw new RunaError(hashDiffers(name, shown.content_hash));
  const subject: Subject = {
    type: shown.artifact_type,
    id: shown.instance_id as InstanceId,
    contentHash: shown.content_hash as ContentHash,
    workUnit: (shown.work_unit as WorkUnit | undefined) ?? null,
  };
  const decisions = decisionsOn(project, subject);
  return { verdict: ask.verdict, type, decider, subject, shown, decisions, since: sinceDecided(project, subject, decisions) };
}
