import type { Store } from "@runa/store";
import type { EventBodies } from "@runa/store/log";
import type { EvaluatedCandidate } from "../evaluate/evaluate.ts";
import type { ScopeView } from "../evaluate/scope-view.ts";
import { staleReasons } from "./deciding.ts";
import type { ChangedBy, Reason } from "./reason.ts";

type Told = NonNullable<EventBodies["reopened"]["because"]>[number];

/** So many reasons stand in an event. */
const TOLD = 20;

/** Why a candidate that had succeeded is executed again, for the log: names and hashes, nothing of any content. */
export function reopenedBy(store: Store, view: ScopeView, candidate: EvaluatedCandidate): Told[] {
  return staleReasons(store, view, candidate).flatMap(toldOf).slice(0, TOLD);
}

/** A reason as an event tells it: what the event itself says is left out, and so is what quotes content. */
function toldOf(reason: Reason): Told[] {
  switch (reason.kind) {
    case "input_changed":
    case "inputs_changed": {
      const { since, ...told } = reason;
      return [told];
    }
    case "output_missing": {
      const { kind, artifact_type } = reason;
      return [{ kind, artifact_type }];
    }
    case "output_broken": {
      const { violation, ...told } = reason;
      return [told];
    }
    case "input_newer":
    case "said_again":
    case "choice_open":
      return [reason];
    default:
      return [];
  }
}

/** What a `reopened` event tells; what is no whole reason, as somebody edited it, is left out. */
export function reopeningReasons({ because = [], last_success }: EventBodies["reopened"]): Reason[] {
  // What a person reopened has no reason but that.
  if (last_success === undefined) return [];
  const since = { attempt: last_success };
  return because.flatMap((told): Reason[] => {
    const { kind, artifact_type, instance_id, change, content_hash, status, choice, members, present } = told;
    const by = told.approval_type === undefined ? {} : { approval_type: told.approval_type };
    if (kind === "choice_open")
      return choice === undefined || members === undefined || present === undefined
        ? []
        : [{ kind, choice, members, present }];
    if (artifact_type === undefined) return [];
    if (kind === "inputs_changed")
      return [{ kind, artifact_type, since, ...(told.more !== undefined && { more: told.more }) }];
    if (kind === "output_missing") return [{ kind, artifact_type, delivered_before: true }];
    if (instance_id === undefined) return [];
    const instance = { artifact_type, instance_id };
    if (kind === "output_broken") return status === undefined ? [] : [{ kind, ...instance, status }];
    const origin = originIn(told.origin);
    if (kind !== "input_changed")
      return content_hash === undefined ? [] : [{ kind, ...instance, content_hash, ...by, origin }];
    if (change === undefined) return [];
    const { from, to } = told;
    return [
      {
        kind,
        ...instance,
        change,
        ...by,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        origin,
        since,
      },
    ];
  });
}

function originIn(
  { by, attempt, protocol, work_unit, via, at }: NonNullable<Told["origin"]> = { by: "hand" },
): ChangedBy {
  const when = at === undefined ? {} : { at };
  if (by !== "attempt") return { by, ...when };
  if (attempt === undefined || protocol === undefined) return { by: "hand", ...when };
  return {
    by,
    attempt,
    protocol,
    ...(work_unit !== undefined && { work_unit }),
    ...(via !== undefined && { via }),
    ...when,
  };
}
