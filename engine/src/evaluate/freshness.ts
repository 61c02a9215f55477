import type { SeenType } from "@runa/store/attempts";
import type { Protocol } from "../methodology/methodology.ts";
import type { Feedback } from "./feedback.ts";
import type { Outputs } from "./outputs.ts";
import type { ProtocolView, RelevantInput } from "./scope-view.ts";
import type { TriggerEvaluation } from "./trigger.ts";

/** Whether outputs are up to date, and how that is known. */
export interface Freshness {
  readonly current: boolean;
  /** `record`: compared with what the last successful attempt saw; `age`: nothing recorded holds, so by times. */
  readonly by: "record" | "age";
}

/**
 * Whether a candidate's outputs are current (contract.md section 5): complete, and for every input relevant today the
 * same set as the last successful attempt recorded, and no feedback since; without a record that still holds, no relevant
 * input newer than the outputs.
 */
export function freshnessOf(
  view: ProtocolView,
  protocol: Protocol,
  outputs: Outputs,
  triggers: TriggerEvaluation,
  feedback: Feedback,
): Freshness {
  const success = view.lastSuccess;
  const record = (success?.fingerprint === protocol.fingerprint ? success.seen : null) ?? null;
  const by = record === null ? "age" : "record";
  const last = success ?? view.lastAttempt;
  if (outputs.time === null || (last?.elsewhere?.open ?? null) !== null) return { current: false, by };
  const { vouched } = outputs.time;
  const isAsBefore = (input: RelevantInput) => {
    const { type, which } = input;
    const said = feedback.newest(input);
    if (record !== null) return said === null && record[type]?.[which] === view.digest(type)[which];
    const { newest, newestValid } = view.summary(type);
    const time = Math.max((which === "valid" ? newestValid : newest) ?? 0, said ?? 0);
    if (last?.elsewhere === undefined) return time <= vouched;
    // In a clone everything has come at once: what differs from what the other one knew has come since.
    return time < vouched || (said === null && isAsSeen(last.seen?.[type], view.digest(type), which));
  };
  const current =
    protocol.requires.every((type) => isAsBefore({ type, which: "valid" })) &&
    triggers.relevant(protocol.trigger).every(isAsBefore);
  return { by, current };
}

function isAsSeen(before: SeenType | undefined, today: SeenType, which: RelevantInput["which"]): boolean {
  return before === undefined || before[which] === today[which];
}
