import type { JsonSchema } from "@runa/engine";
import type { SchemaObject } from "@runa/engine/schema";

const KEYWORDS = ["if", "then", "else"];

/** A schema with `if`, `then` and, where given, `else`; written out, an object with `then` reads like a promise. */
export function conditional(
  ...parts: [condition: JsonSchema, holds: JsonSchema, otherwise?: JsonSchema]
): SchemaObject {
  return Object.fromEntries(parts.map((schema, index) => [KEYWORDS[index], schema]));
}
