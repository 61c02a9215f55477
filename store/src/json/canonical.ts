import { hash } from "node:crypto";
import type { ContentHash, SchemaHash } from "../artifact.ts";
import { ExactNumber } from "./exact-number.ts";
import { shortHash } from "./short-hash.ts";

/** The canonical JSON (RFC 8785) of plain data; members that are `undefined` are left out, exact numbers keep their digits. */
export function canonicalJson(value: unknown): string {
  if (value instanceof ExactNumber) return value.digits;
  if (Array.isArray(value)) {
    // Most of what the log of a large scan holds, and eight times as fast.
    if (value.every((item) => typeof item === "string")) return JSON.stringify(value);
    return `[${value.map(canonicalJson).join(",")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // By UTF-16 code units, which is how JavaScript compares strings.
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}

/** How many characters are hashed without node:crypto: a few instances' ids and hashes, which is all that most starts need. */
let withoutCrypto = 1500;

/** `sha256:<hex>` of a text or of raw bytes. */
export function sha256(data: string | Uint8Array): string {
  if (typeof data === "string") withoutCrypto -= data.length;
  const isShort = typeof data === "string" && withoutCrypto >= 0;
  return `sha256:${isShort ? shortHash(data) : hash("sha256", data)}`;
}

/** The content hash of an artifact's canonical JSON, or of a malformed file's raw bytes. */
export function contentHash(data: string | Uint8Array): ContentHash {
  return sha256(data) as ContentHash;
}

/** The hash of a schema's canonical JSON. */
export function schemaHash(canonical: string): SchemaHash {
  return sha256(canonical) as SchemaHash;
}
