import { canonicalJson } from "../json/canonical.ts";

// Values are compared by their canonical JSON. ajv compares objects as JavaScript does and so trips over keys such as
// `toString` or `constructor`, and it looks for items that are alike with an object, in which `__proto__` gets lost.

/** What a value is told apart by: scalars by themselves, everything else by its canonical JSON behind a mark. */
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
