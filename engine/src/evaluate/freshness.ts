import { outputTypesOf, type Protocol } from "../methodology/methodology.ts";
import type { Outputs } from "./outputs.ts";
import type { ScopeView } from "./scope-view.ts";
import type { RelevantInput, TriggerEvaluation } from "./trigger.ts";

/** Whether outputs are up to date, and how that is known. */
export interface Freshness {
  readonly current: boolean;
  /** `record`: compared with what the last successful attempt saw; `age`: nothing recorded holds, so by times. */
  readonly by: "record" | "age";
}

/**
 * Whether a candidate's outputs are current (contract.md section 5): complete, and for every input relevant today the
 * same set as the last successful attempt recorded; without a record that still holds, no relevant input newer than
 * the outputs. A gap in an output type makes nothing of that type current.
 */
export function freshnessOf(
  view: ScopeView,
  protocol: Protocol,
  outputs: Outputs,
  triggers: TriggerEvaluation,
): Freshness {
  const success = view.snapshot.lastSuccesses.get(protocol.name);
  const record = success?.fingerprint === protocol.fingerprint ? success.seen : null;
  const by = record === null || record === undefined ? "age" : "record";
  if (outputs.time === null || (view.hasGaps && outputTypesOf(protocol).some((type) => view.isPartial(type))))
    return { current: false, by };
  const { vouched } = outputs.time;
  const isAsBefore = (type: string, which: RelevantInput["which"]) => {
    if (record !== null && record !== undefined) return record[type]?.[which] === view.digest(type)[which];
    const { newest, newestValid } = view.summary(type);
    const time = which === "valid" ? newestValid : newest;
    return time === null || time <= vouched;
  };
  const current =
    protocol.requires.every((type) => isAsBefore(type, "valid")) &&
    triggers.relevant(protocol.trigger).every(({ type, which }) => isAsBefore(type, which));
  return { by, current };
}
