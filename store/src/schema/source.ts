import type { JsonSchema, SchemaHash } from "../artifact.ts";
import { schemaHash } from "../json/canonical.ts";
import { parseJsonBytes } from "../json/parse.ts";
import { schemaNoSchema } from "../messages.ts";
import { SchemaError } from "./dialect.ts";

/** An artifact type's schema as it was read: not yet compiled, perhaps never to be. */
export interface SchemaSource {
  readonly schema: JsonSchema;
  /** The schema with exact numbers, where doubles do not hold all of it. */
  readonly exact?: JsonSchema | undefined;
  readonly hash: SchemaHash;
}

/**
 * Parses a schema file's bytes. Whether it is a valid JSON Schema is for the compiler to say.
 * @throws JsonError for what is no JSON, SchemaError for JSON that can be no schema
 */
export function parseSchema(bytes: Uint8Array): SchemaSource {
  const { value, canonical, exact } = parseJsonBytes(bytes);
  if (typeof value !== "boolean" && (typeof value !== "object" || value === null || Array.isArray(value)))
    throw new SchemaError(schemaNoSchema(), "");
  return { schema: value as JsonSchema, exact: exact as JsonSchema | undefined, hash: schemaHash(canonical) };
}

// May hold a number that a double rounds: only one of many digits, or with an exponent, can be such.
const SUSPECT = /[0-9][0-9.]{15}|[0-9][eE]/;

/** The schema in a file's bytes that were parsed before: known to hold one, with this hash. */
export function parseKnownSchema(bytes: Uint8Array, hash: SchemaHash): SchemaSource {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return SUSPECT.test(text) ? { ...parseSchema(bytes), hash } : { schema: JSON.parse(text) as JsonSchema, hash };
}
