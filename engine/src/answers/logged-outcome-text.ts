import type { EventBodies } from "@runa/store/log";
import type { Outcome, Silence } from "../attempt/outcome.ts";
import { outcomeText } from "../attempt/outcome-text.ts";
import { count } from "../count.ts";

/** How an attempt ended, as its event in the log tells it. */
type Told = EventBodies["attempt_ended"];

/**
 * How an attempt ended, in the words of `outcomeText`, as far as its event tells. Empty where it tells no more than the
 * outcome's name, as one may that an older runa wrote.
 */
export function loggedOutcomeText(told: Told): string[] {
  const { outcome, errno } = told;
  if (outcome === "not_started") return errno === undefined ? [] : [`the agent could not be started (${errno})`];
  if (outcome === "invalid_output") return invalidOutputs(told);
  const ended = outcomeIn(told);
  if (ended === null) return [];
  return outcomeText(ended)
    .filter((line) => line.trim() !== "")
    .map((line) => line.replace(/:$/, ""));
}

/** What `loggedOutcome` made this of; null where nothing of it can be told. */
function outcomeIn(told: Told): Outcome | null {
  const { outcome: id, limit, amount, code, ended, choices = [], missing = [] } = told;
  const signal = told.signal as NodeJS.Signals | undefined;
  switch (id) {
    case "interrupted":
    case "signalled":
      return signal === undefined ? null : { id, signal };
    case "timed_out":
      return limit === undefined || amount === undefined ? null : { id, limit: { kind: limit, amount } };
    case "exited":
      return code === undefined ? null : { id, code };
    case "choice_unmet":
      return choices.length === 0
        ? null
        : { id, choices: choices.map(({ name, ...choice }) => ({ ...choice, group: name })), silence: silenceIn(told) };
    case "not_delivered":
      return { id, types: missing, silence: silenceIn(told) };
    case "delivered":
      return ended === undefined ? null : { id, ended };
    default:
      return null;
  }
}

/** What a call was refused for stands in an event of its own. */
function silenceIn({ silence, calls_refused = 0 }: Told): Silence | null {
  switch (silence) {
    case undefined:
      return null;
    case "server_failed":
      // Its words, which may tell of content, are not in the log.
      return { kind: silence, reason: "" };
    case "calls_refused":
      return { kind: silence, count: calls_refused, last: null };
    default:
      return { kind: silence };
  }
}

function invalidOutputs({ invalid = [], invalid_count }: Told): string[] {
  return [
    `${count(invalid_count ?? invalid.length, "output")} not valid`,
    ...invalid.map(({ artifact_type, instance_id, violations: [first] = [] }) => {
      const where = first === undefined || first.path === "" ? "" : ` ${first.path}`;
      return `${artifact_type}/${instance_id}${first === undefined ? "" : `${where} expected ${first.expected}`}`;
    }),
  ];
}
