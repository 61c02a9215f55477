import type { ContentHash, WorkUnit } from "../artifact.ts";
import { contentHash } from "../json/canonical.ts";
import { JsonError, type ParsedJson, parseJsonBytes } from "../json/parse.ts";

/** A file's JSON, with exact numbers besides where doubles do not hold all of it. */
export type JsonContent = Pick<ParsedJson, "value" | "exact">;

/** What a file's bytes come to: their JSON and the hash of its canonical form, or why they are none and their own hash. */
export interface FileContent {
  readonly hash: ContentHash;
  /** What that is the hash of: the canonical form, or the bytes as they are. */
  readonly hashed: string | Buffer;
  readonly content: JsonContent | { readonly malformed: JsonError };
}

/** What these bytes of a file come to. */
export function contentOf(bytes: Buffer, start = 0, end = bytes.length): FileContent {
  try {
    const { canonical, ...content } = parseJsonBytes(bytes, start, end);
    return { hash: contentHash(canonical), hashed: canonical, content };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const hashed = bytes.subarray(start, end);
    return { hash: contentHash(hashed), hashed, content: { malformed: error } };
  }
}

/** The work unit that an artifact names: its top-level string field `work_unit`. */
export function workUnitOf(value: unknown): WorkUnit | null {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "work_unit")) return null;
  const named = (value as { work_unit: unknown }).work_unit;
  return typeof named === "string" ? (named as WorkUnit) : null;
}
