import { createHash } from "node:crypto";
import type { ContentHash, SchemaHash } from "../artifact.ts";
import { parseJson } from "./parse.ts";

/** The canonical JSON (RFC 8785) of a value that came from JSON or is made of plain data; `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  return parseJson(JSON.stringify(value)).canonical;
}

/** `sha256:<hex>` of a text or of raw bytes. */
export function sha256(data: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}

/** The content hash of an artifact's canonical JSON, or of a malformed file's raw bytes. */
export function contentHash(data: string | Uint8Array): ContentHash {
  return sha256(data) as ContentHash;
}

/** The hash of a schema's canonical JSON. */
export function schemaHash(canonical: string): SchemaHash {
  return sha256(canonical) as SchemaHash;
}
