import type { JsonSchema, SchemaHash } from "../artifact.ts";
import { schemaHash } from "../json/canonical.ts";
import { parseJsonBytes } from "../json/parse.ts";
import { SchemaError } from "./dialect.ts";

/** An artifact type's schema as it was read: not yet compiled, perhaps never to be. */
export interface SchemaSource {
  readonly schema: JsonSchema;
  readonly hash: SchemaHash;
}

/**
 * Parses a schema file's bytes. Whether it is a valid JSON Schema is for the compiler to say.
 * @throws JsonError for what is no JSON, SchemaError for JSON that can be no schema
 */
export function parseSchema(bytes: Uint8Array): SchemaSource {
  const { value, canonical } = parseJsonBytes(bytes);
  if (typeof value !== "boolean" && (typeof value !== "object" || value === null || Array.isArray(value)))
    throw new SchemaError("a JSON Schema is an object, true or false", "");
  return { schema: value as JsonSchema, hash: schemaHash(canonical) };
}
