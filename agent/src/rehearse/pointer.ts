import { isObject, type JsonObject } from "../json.ts";

/** The keys in a JSON pointer. */
export function keysOf(pointer: string): string[] {
  if (pointer === "" || pointer === "/") return [];
  const keys = pointer.replace(/^#?\//, "").split("/");
  return keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at some keys; undefined where there is none. */
export function valueAt(value: unknown, keys: readonly string[]): unknown {
  let at = value;
  for (const key of keys) {
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

/** A copy of an object with another value at some keys, or without the property there where the value is undefined. */
export function withValueAt(whole: JsonObject, keys: readonly string[], value: unknown): JsonObject {
  const [key, ...rest] = keys;
  if (key === undefined) return isObject(value) ? value : whole;
  return replaced(whole, key, rest, value) as JsonObject;
}

function replaced(into: unknown, key: string, rest: readonly string[], value: unknown): unknown {
  const inner = (old: unknown) => {
    const [next, ...further] = rest;
    return next === undefined ? value : replaced(old, next, further, value);
  };
  if (Array.isArray(into)) {
    const copy = [...into];
    const made = inner(into[Number(key)]);
    if (made === undefined) copy.splice(Number(key), 1);
    else copy[Number(key)] = made;
    return copy;
  }
  if (!isObject(into)) return into;
  const { [key]: old, ...others } = into;
  const made = inner(old);
  return made === undefined ? others : { ...into, [key]: made };
}
