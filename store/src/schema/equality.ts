import { canonicalJson } from "../json/canonical.ts";

// Not ajv's comparisons: they go wrong over keys that JavaScript objects inherit, such as `toString` or `__proto__`.

/** Equal for equal values alone: a scalar is its own identity, anything else has its canonical JSON behind a mark. */
function identityOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? IDENTITY + canonicalJson(value) : value;
}

// Half a surrogate pair, which no string in an artifact holds.
const IDENTITY = "\udc00";

/** Whether a value is one of these. */
export function isOneOf(values: readonly unknown[]): (value: unknown) => boolean {
  const identities = new Set(values.map(identityOf));
  return (value) => identities.has(identityOf(value));
}

/** Whether no two of these are alike. */
export function areDistinct(values: readonly unknown[]): boolean {
  return new Set(values.map(identityOf)).size === values.length;
}
