import type { EventBodies, LoggedViolations, RefusalReason } from "./events.ts";
import type { Refusal } from "./server-notes.ts";

/** So many violations go into the log; how many there were stands beside them. */
const MAX_VIOLATIONS = 20;
/** So many characters of a pointer, which may consist of a property name of any length, or of an expectation. */
const MAX_TEXT = 200;

/** A refused call as the log tells it. */
export function refusalBody(
  reason: RefusalReason,
  type: string | null,
  violations: Refusal["violations"],
): EventBodies["delivery_refused"] {
  return { reason, ...(type !== null && { artifact_type: type }), ...loggedViolations(violations) };
}

/** Violations as the log tells them: where, and what was expected, never what was found. */
export function loggedViolations(violations: Refusal["violations"]): LoggedViolations {
  if (violations.length === 0) return {};
  const listed = violations.slice(0, MAX_VIOLATIONS).map(({ path, keyword, expected }) => ({
    path: cut(path),
    ...(keyword !== undefined && { keyword }),
    expected: cut(expected),
  }));
  return { violations: listed, violation_count: violations.length };
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT).toWellFormed()}…`;
}
