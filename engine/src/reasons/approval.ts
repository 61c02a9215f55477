import { decidersOf } from "../decisions/decision.ts";
import { awaitedIn } from "../evaluate/awaited.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { ProtocolView } from "../evaluate/scope-view.ts";
import type { Reason } from "./reason.ts";

/** Why instances that lie there and are valid do not count for a protocol: what each lacks of the approvals that it names. */
export function notApproved({ view: { snapshot } }: Evaluation, view: ProtocolView, type: string): Reason[] {
  const { decisions } = snapshot;
  if (decisions === undefined) return [];
  const { subject, approvals } = view.approvalsFor(type);
  return view.undecided.valid(subject).flatMap((instance) => {
    const { approvals: states, standing } = decisions.of(instance);
    const rejectedBy = decidersOf(standing.rejections);
    const lacking = states.filter((state) => approvals.includes(state.type.name) && !state.isApproved);
    return lacking.map(
      (state): Reason => ({
        kind: "not_approved",
        artifact_type: instance.type,
        instance_id: instance.id,
        approval_type: state.type.name,
        have: state.approvals.length,
        min: state.type.annotation.min,
        ...(rejectedBy.length > 0 && { rejected_by: rejectedBy }),
      }),
    );
  });
}

/** The decision that is awaited and would have a type count for a protocol; null where none is. */
export function decisionOn(evaluation: Evaluation, view: ProtocolView, type: string): Reason | null {
  const { subject, approvals } = view.approvalsFor(type);
  const [first] = awaitedIn(evaluation).filter(
    (one) => one.subject.type === subject && one.approvals.some((state) => approvals.includes(state.type.name)),
  );
  if (first === undefined) return null;
  return {
    kind: "decide",
    artifact_type: first.subject.type,
    instance_id: first.subject.id,
    approval_types: first.approvals.map((state) => state.type.name),
  };
}

/** The same where nobody is asked, as somebody rejected what is there: that decision is made anew, or the work is. */
export function decisionAgainOn({ view: { snapshot } }: Evaluation, view: ProtocolView, type: string): Reason | null {
  const { decisions } = snapshot;
  if (decisions === undefined) return null;
  const { subject, approvals } = view.approvalsFor(type);
  for (const instance of view.undecided.valid(subject)) {
    const { approvals: states, standing } = decisions.of(instance);
    const lacking = states.filter((state) => approvals.includes(state.type.name) && !state.isApproved);
    if (lacking.length === 0 || standing.rejections.length === 0) continue;
    return {
      kind: "decide",
      artifact_type: instance.type,
      instance_id: instance.id,
      approval_types: lacking.map((state) => state.type.name),
      rejected_by: decidersOf(standing.rejections),
    };
  }
  return null;
}
