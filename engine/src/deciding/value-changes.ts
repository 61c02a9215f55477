import { ExactNumber, escapedStep } from "@runa/store/json";

/** One place in which a JSON value is another one than before. */
export interface ValueChange {
  /** JSON pointer: into the value before where it is gone, else into the one now. */
  readonly path: string;
  /** Left out where there was nothing. */
  readonly before?: unknown;
  /** Left out where there is nothing any more. */
  readonly after?: unknown;
}

/**
 * What changed from one JSON value to another. In lists, what is the same at the beginning and at the end is passed over, so that
 * an entry more does not change all those behind it.
 */
export function changesBetween(before: unknown, after: unknown, path = ""): ValueChange[] {
  if (isSame(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  if (isObject(before) && isObject(after)) {
    // In the order of what lies there now; what was kept has another one.
    const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
    return keys.flatMap((key) => {
      const at = `${path}/${escapedStep(key)}`;
      if (!Object.hasOwn(after, key)) return [{ path: at, before: before[key] }];
      if (!Object.hasOwn(before, key)) return [{ path: at, after: after[key] }];
      return changesBetween(before[key], after[key], at);
    });
  }
  return [{ path, before, after }];
}

function listChanges(before: readonly unknown[], after: readonly unknown[], path: string): ValueChange[] {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && isSame(before[same], after[same])) same++;
  let tail = 0;
  while (tail < shorter - same && isSame(before.at(-1 - tail), after.at(-1 - tail))) tail++;
  const [was, is] = [before.slice(same, before.length - tail), after.slice(same, after.length - tail)];
  return Array.from({ length: Math.max(was.length, is.length) }, (_, index) => {
    const at = `${path}/${same + index}`;
    if (index >= is.length) return [{ path: at, before: was[index] }];
    if (index >= was.length) return [{ path: at, after: is[index] }];
    return changesBetween(was[index], is[index], at);
  }).flat();
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (one instanceof ExactNumber || other instanceof ExactNumber)
    return one instanceof ExactNumber && other instanceof ExactNumber && one.digits === other.digits;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  if (!isObject(one) || !isObject(other)) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}
