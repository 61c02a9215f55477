import { rfc3339 } from "@runa/store";
import type { OutcomeId } from "@runa/store/attempts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";

/** The last attempt of a candidate that has ended. */
export interface LastAttemptEntry {
  readonly id: string;
  readonly outcome: OutcomeId;
  readonly started: string;
}

/** The last attempt of a candidate, as documents have it: left out where there was none. */
export function lastAttemptEntry(
  { view }: Evaluation,
  { protocol }: EvaluatedCandidate,
): { last_attempt?: LastAttemptEntry } {
  const last = view.lastAttempt(protocol);
  if (last?.startedAt === undefined) return {};
  return { last_attempt: { id: last.id, outcome: last.outcome, started: rfc3339(last.startedAt) } };
}
