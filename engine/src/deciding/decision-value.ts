import type { ContentHash, InstanceId, WorkUnit } from "@runa/store";
import type { Verdict } from "@runa/store/log";

/** The instance that a decision is about, with the content that was decided on. */
export interface Subject {
  readonly type: string;
  readonly id: InstanceId;
  readonly contentHash: ContentHash;
  readonly workUnit: WorkUnit | null;
}

/** Everything that a decision's file says, before it is signed. */
export interface Statement {
  readonly project: string;
  /** The decision type. */
  readonly type: string;
  readonly id: string;
  readonly verdict: Verdict;
  readonly subject: Subject;
  /** Who decides; the key as its file has it, where the decision will be signed. */
  readonly by: { readonly name: string; readonly key?: string | undefined };
  /** RFC 3339. */
  readonly at: string;
  readonly note: string | null;
  /** The hash with which the log ended when this was said. */
  readonly logHead: string;
  /** What the type's schema asks for besides. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export type DecisionValue = Readonly<Record<string, unknown>>;

/** A decision as its file holds it (decisions 2), without its signature, which is about all the rest. */
export function decisionValue(statement: Statement): DecisionValue {
  const { project, type, id, verdict, subject, by, at, note, logHead, fields } = statement;
  return {
    v: 1,
    project,
    type,
    id,
    decision: verdict,
    subject: { artifact_type: subject.type, instance_id: subject.id, content_hash: subject.contentHash },
    by: { name: by.name, ...(by.key !== undefined && { key: by.key }) },
    at,
    ...(note !== null && { note }),
    ...(subject.workUnit !== null && { work_unit: subject.workUnit }),
    log_head: logHead,
    ...fields,
  };
}
