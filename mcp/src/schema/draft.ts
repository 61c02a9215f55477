import type { OfferedOutput } from "@runa/engine";

export type JsonSchema = OfferedOutput["schema"];
/** A schema that is not just `true` or `false`. */
export type SchemaObject = Exclude<JsonSchema, boolean>;

/** The drafts of JSON Schema in the order of their age. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

/** The draft that a root schema declares in `$schema`; 2020-12 without one (contract.md section 2). */
export function draftOf(root: JsonSchema): Draft {
  const declared = typeof root === "object" && typeof root.$schema === "string" ? root.$schema : "";
  if (declared.includes("draft-04")) return 4;
  if (declared.includes("draft-06")) return 6;
  if (declared.includes("draft-07")) return 7;
  return declared.includes("2019-09") ? 2019 : 2020;
}

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "boolean" || isSchemaObject(value);
}

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
