import type { JsonSchema } from "@runa/engine";
import { isSchema, isSchemaObject } from "@runa/engine/schema";

/** The schemas in a keyword that holds a list of them (`allOf`, `prefixItems`); none where it holds something else. */
export function schemaList(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

/** The named schemas in a keyword that holds a map of them (`properties`, `dependentSchemas`). */
export function schemaMap(value: unknown): readonly (readonly [string, JsonSchema])[] {
  return isSchemaObject(value)
    ? Object.entries(value).filter((entry): entry is [string, JsonSchema] => isSchema(entry[1]))
    : [];
}

/** The strings in a keyword that holds a list of them (`required`). */
export function stringList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
