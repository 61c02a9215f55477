import type { ContentHash, Instance, InstanceId, WallTime, WorkUnit } from "@runa/store";
import type { LoggedDecision, Verdict } from "@runa/store/log";
import { instanceOf } from "./builders.ts";

/** A decision in few words; what is not said is anna's approval, on an instance without a work unit. */
export interface DecisionSketch {
  readonly verdict?: Verdict;
  readonly by?: string;
  readonly author?: string | null;
  readonly workUnit?: string | null;
  /** When it was learned of. */
  readonly at?: number;
}

let made = 0;

/**
 * A decision on an instance as the log tells it, with its file.
 * @param type the decision's type
 * @param id the decision's id, by which its content is named too
 */
export function decided(
  type: string,
  id: string,
  subject: Pick<Instance, "type" | "id" | "contentHash">,
  { verdict = "approved", by = "anna", author = null, workUnit = null, at = 1 }: DecisionSketch = {},
): { readonly logged: LoggedDecision; readonly file: Instance } {
  made += 1;
  const file = instanceOf(type, id, { hash: `of ${id}`, workUnit, at });
  const logged = {
    type,
    id: id as InstanceId,
    contentHash: file.contentHash as ContentHash,
    seq: made,
    at: made as WallTime,
    verdict,
    subject: { type: subject.type, id: subject.id, contentHash: subject.contentHash },
    workUnit: workUnit as WorkUnit | null,
    by,
    author,
    key: null,
  };
  return { logged, file };
}
