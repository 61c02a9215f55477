import { createHash } from "node:crypto";

// Clients put a prefix of up to 11 characters in front, and model APIs take 64.
const PORTABLE = /^[A-Za-z0-9_-]{1,53}$/;
const MAX = 53;
const HASH_DIGITS = 8;

/**
 * The tool name of each artifact type: the type's own name where every client accepts it, else a shortened one with a
 * part of the name's hash, the same in every session. No two types share a name.
 */
export function toolNames(types: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  // Names that stay as they are come first, so that no shortened one can take theirs.
  for (const type of types) {
    if (!PORTABLE.test(type)) continue;
    names.set(type, type);
    taken.add(type);
  }
  for (const type of types) {
    if (names.has(type)) continue;
    const hash = createHash("sha256").update(type).digest("hex");
    let digits = HASH_DIGITS;
    let name = shortened(type, hash, digits);
    while (taken.has(name)) name = shortened(type, hash, ++digits);
    names.set(type, name);
    taken.add(name);
  }
  return names;
}

function shortened(type: string, hash: string, digits: number): string {
  const suffix = `_${hash.slice(0, digits)}`;
  return type.replace(/[^A-Za-z0-9_-]/gu, "_").slice(0, MAX - suffix.length) + suffix;
}
