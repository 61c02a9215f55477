import { type EndFacts, loggedViolations } from "@runa/store/log";
import type { Outcome, Silence } from "./outcome.ts";

/** So many outputs that are not valid go into the log; how many there were stands beside them. */
const MAX_OUTPUTS = 20;

/**
 * What the event log tells of an outcome beside its name: codes, names, where a violation is and what was expected,
 * never what was found (attempts.md section 8).
 */
export function loggedOutcome(outcome: Outcome): EndFacts {
  switch (outcome.id) {
    case "abandoned":
      return {};
    case "delivered":
      return outcome.ended === undefined ? {} : { ended: outcome.ended };
    case "not_started":
      return { errno: outcome.errno };
    case "interrupted":
    case "signalled":
      return { signal: outcome.signal };
    case "timed_out":
      return { limit: outcome.limit.kind, amount: outcome.limit.amount };
    case "exited":
      return { code: outcome.code };
    case "invalid_output":
      return {
        invalid: outcome.outputs.slice(0, MAX_OUTPUTS).map(({ type, id, violations }) => ({
          artifact_type: type,
          instance_id: id,
          ...loggedViolations(violations),
        })),
        invalid_count: outcome.outputs.length,
      };
    case "choice_unmet":
      return {
        choices: outcome.choices.map(({ group, members, delivered }) => ({
          name: group,
          members,
          delivered,
        })),
        ...silenceOf(outcome.silence),
      };
    case "not_delivered":
      return { missing: outcome.types, ...silenceOf(outcome.silence) };
  }
}

function silenceOf(silence: Silence | null): EndFacts {
  if (silence === null) return {};
  return { silence: silence.kind, ...(silence.kind === "calls_refused" && { calls_refused: silence.count }) };
}
