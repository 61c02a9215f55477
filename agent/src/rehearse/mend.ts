import { isObject, type JsonObject } from "../json.ts";
import type { Violation } from "../session/answer.ts";
import { keysOf, valueAt, withValueAt } from "./pointer.ts";

/**
 * Corrects refused arguments where, and only where, the server's violations say: what a violation points at is taken
 * from `model`, other arguments for the same tool. Where it points at an object that lacks or has too much, the
 * properties that its words name are taken over or taken out.
 */
export function mended(refused: JsonObject, violations: readonly Violation[], model: JsonObject): JsonObject {
  let result = refused;
  for (const violation of violations) {
    const keys = rooted(keysOf(violation.path), refused);
    const [there, wanted] = [valueAt(refused, keys), valueAt(model, keys)];
    const named = isObject(there) && isObject(wanted) ? namedIn(violation, there, wanted) : [];
    for (const key of named) result = withValueAt(result, [...keys, key], valueAt(wanted, [key]));
    if (named.length === 0) result = withValueAt(result, keys, wanted);
  }
  return result;
}

/** Violations point into the artifact; one that is no object travels in the one argument `artifact`. */
function rooted(keys: readonly string[], refused: JsonObject): readonly string[] {
  const wrapped = Object.keys(refused).every(
    (key) => key === "instance_id" || key === "work_unit" || key === "artifact",
  );
  return wrapped && Object.hasOwn(refused, "artifact") && keys[0] !== "artifact" ? ["artifact", ...keys] : keys;
}

/** The properties that are in one object only and that a violation speaks of; all of them where it speaks of none. */
function namedIn(violation: Violation, there: JsonObject, wanted: JsonObject): string[] {
  const differing = [...new Set([...Object.keys(there), ...Object.keys(wanted)])].filter(
    (key) => Object.hasOwn(there, key) !== Object.hasOwn(wanted, key),
  );
  const named = differing.filter((key) => `${violation.expected} ${violation.got}`.includes(key));
  return named.length > 0 ? named : differing;
}
