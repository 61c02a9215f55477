import type { Connection } from "./connection.ts";

/** Whether a value is what some column holds. */
export type Shape<T> = (value: unknown) => value is T;

/**
 * What a column of JSON holds.
 * @throws StoreError where it is not JSON, or not what runa writes there: the store is damaged
 */
export function storedJson<T>(connection: Connection, text: string, shape: Shape<T>): T {
  const value = parsed(text);
  if (!shape(value)) throw connection.damaged();
  return value;
}

/**
 * The same for a column that may be empty.
 * @throws StoreError
 */
export function storedJsonOrNull<T>(connection: Connection, text: string | null, shape: Shape<T>): T | null {
  return text === null ? null : storedJson(connection, text, shape);
}

/**
 * What another column holds, a word of a closed set or a number.
 * @throws StoreError where it is none of those: the store is damaged
 */
export function stored<T>(connection: Connection, value: T, isSound: (value: T) => boolean): T {
  if (!isSound(value)) throw connection.damaged();
  return value;
}

/** What a text is as JSON; undefined for one that is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a number is one that runa counts with: whole, not negative, and exact. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The shape of a list of which every member has a shape. */
export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(shape);
}

/** The shape of an object that has, perhaps beside others, members of these shapes, and may have some of others. */
export function objectOf<T, Optional = object>(
  members: { readonly [Key in keyof T]: Shape<T[Key]> },
  optional?: { readonly [Key in keyof Optional]: Shape<Optional[Key]> },
): Shape<T & Partial<Optional>> {
  const shapes = Object.entries(members) as [string, Shape<unknown>][];
  const ifThere = Object.entries(optional ?? {}) as [string, Shape<unknown>][];
  return (value): value is T & Partial<Optional> =>
    isObject(value) &&
    shapes.every(([key, shape]) => shape(value[key])) &&
    ifThere.every(([key, shape]) => value[key] === undefined || shape(value[key]));
}

/** The shape of an object of which every member has a shape, whatever its name. */
export function recordOf<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> => isObject(value) && Object.values(value).every(shape);
}

/** The shape of one word of some. */
export function oneOf<T extends string>(words: readonly T[]): Shape<T> {
  return (value): value is T => (words as readonly unknown[]).includes(value);
}
