import type { Draft } from "./draft.ts";

/** What a keyword holds: data that is served as it is, one schema, a list of schemas, or named schemas. */
type Holds = "data" | "schema" | "list" | "map";

/**
 * The keywords that are served, with what they hold and the draft that brought them: what an older draft does not know
 * means nothing there. Others (`$id`, `$comment`, `x-…`) bind nobody, and some clients stumble over them.
 */
export const SERVED: ReadonlyMap<string, { readonly holds: Holds; readonly since: Draft }> = new Map([
  ...entries("data", 4, "title", "description", "default", "format", "type", "enum", "required", "uniqueItems"),
  ...entries("data", 4, "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern"),
  ...entries("data", 4, "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
  ...entries("data", 6, "const", "examples"),
  ...entries("data", 7, "contentEncoding", "contentMediaType", "readOnly", "writeOnly"),
  ...entries("data", 2019, "dependentRequired", "minContains", "deprecated"),
  ...entries("schema", 4, "additionalProperties", "items", "not"),
  ...entries("schema", 6, "contains", "propertyNames"),
  ...entries("schema", 7, "if", "then", "else"),
  ...entries("list", 4, "allOf", "anyOf", "oneOf"),
  ...entries("list", 2020, "prefixItems"),
  ...entries("map", 4, "properties", "patternProperties"),
  ...entries("map", 2019, "dependentSchemas"),
]);

/** Keywords that constrain and are not served, so that a schema without them lets more through than it should. */
export const LOOSENING: ReadonlySet<string> = new Set([
  "$dynamicRef",
  "$recursiveRef",
  "dependencies",
  "maxContains",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/** Keywords that tell about a value and do not constrain it. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

function entries(holds: Holds, since: Draft, ...keywords: string[]): [string, { holds: Holds; since: Draft }][] {
  return keywords.map((keyword) => [keyword, { holds, since }]);
}
