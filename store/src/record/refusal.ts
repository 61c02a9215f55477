import type { Json } from "../artifact.ts";
import type { EventBody } from "./event-table.ts";
import type { Refusal } from "./server-notes.ts";

/** Why a call was refused, in one word for the log; the text beside it may quote what the caller sent. */
export type RefusalReason =
  | "bad_arguments"
  | "bad_instance_id"
  | "not_an_output"
  | "invalid_artifact"
  /** It cannot be kept as JSON: too long, too deeply nested, not representable. */
  | "not_json"
  /** The artifact, or the instance that lies there, is of another work unit. */
  | "other_work_unit"
  | "attempt_ended"
  | "outside_attempt"
  /** What is to be confirmed or withdrawn is not there. */
  | "not_there"
  /** What is to be confirmed is not valid. */
  | "not_valid"
  /** What is to be confirmed was written since. */
  | "changed"
  /** The file system refused. */
  | "not_written";

/** So many violations go into the log; how many there were stands beside them. */
const MAX_VIOLATIONS = 20;
/** So many characters of a pointer, which may consist of a property name of any length, or of an expectation. */
const MAX_TEXT = 200;

/** A refused call as the log tells it. */
export function refusalBody(reason: RefusalReason, type: string | null, violations: Refusal["violations"]): EventBody {
  return { reason, ...(type !== null && { artifact_type: type }), ...loggedViolations(violations) };
}

/** Violations as the log tells them: where, and what was expected, never what was found. */
export function loggedViolations(violations: Refusal["violations"]): Readonly<Record<string, Json>> {
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
