import type { Dialect } from "@runa/store";

/** The drafts of JSON Schema in the order of their age. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

const DRAFTS: Readonly<Record<Dialect, Draft>> = {
  "draft-04": 4,
  "draft-06": 6,
  "draft-07": 7,
  "2019-09": 2019,
  "2020-12": 2020,
};

export function draftOf(dialect: Dialect): Draft {
  return DRAFTS[dialect];
}

/** What a keyword holds: data of some kind, one schema, a list of schemas, named schemas, or either of two. */
type Holds =
  | "anything"
  | "text"
  | "number"
  | "flag"
  | "names"
  | "types"
  | "schema"
  | "schemas"
  | "schema or schemas"
  | "named schemas";

/** A keyword of JSON Schema. */
export interface Keyword {
  readonly holds: Holds;
  /** The draft that brought it. */
  readonly since: Draft;
  /** The last draft that knows it. */
  readonly until: Draft;
  /** Whether it decides what fits; the others tell about it, or name things. */
  readonly decides: boolean;
}

interface Made {
  readonly since?: Draft;
  readonly until?: Draft;
  readonly decides?: boolean;
}

function keywords(holds: Holds, names: string, { since = 4, until = 2020, decides = true }: Made = {}) {
  return names.split(" ").map((name): [string, Keyword] => [name, { holds, since, until, decides }]);
}

/** Every keyword of the drafts 04 to 2020-12. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ...keywords("text", "$schema title description format", { decides: false }),
  ...keywords("text", "id", { until: 4, decides: false }),
  ...keywords("text", "$id", { since: 6, decides: false }),
  ...keywords("text", "$comment contentEncoding contentMediaType", { since: 7, decides: false }),
  ...keywords("text", "$anchor", { since: 2019, decides: false }),
  ...keywords("text", "$dynamicAnchor", { since: 2020, decides: false }),
  ...keywords("text", "$ref pattern"),
  ...keywords("text", "$recursiveRef", { since: 2019, until: 2019 }),
  ...keywords("text", "$dynamicRef", { since: 2020 }),
  ...keywords("anything", "default", { decides: false }),
  ...keywords("anything", "examples", { since: 6, decides: false }),
  ...keywords("anything", "$vocabulary", { since: 2019, decides: false }),
  ...keywords("anything", "enum exclusiveMinimum exclusiveMaximum"),
  ...keywords("anything", "const", { since: 6 }),
  ...keywords("number", "multipleOf minimum maximum minLength maxLength minItems maxItems minProperties maxProperties"),
  ...keywords("number", "minContains maxContains", { since: 2019 }),
  ...keywords("flag", "uniqueItems"),
  ...keywords("flag", "readOnly writeOnly", { since: 7, decides: false }),
  ...keywords("flag", "deprecated $recursiveAnchor", { since: 2019, decides: false }),
  ...keywords("names", "required"),
  ...keywords("anything", "dependentRequired", { since: 2019 }),
  ...keywords("types", "type"),
  ...keywords("schema", "additionalProperties not"),
  ...keywords("schema", "additionalItems", { until: 2019 }),
  ...keywords("schema", "contains propertyNames", { since: 6 }),
  ...keywords("schema", "if then else", { since: 7 }),
  ...keywords("schema", "unevaluatedItems unevaluatedProperties", { since: 2019 }),
  ...keywords("schema", "contentSchema", { since: 2019, decides: false }),
  ...keywords("schemas", "allOf anyOf oneOf"),
  ...keywords("schemas", "prefixItems", { since: 2020 }),
  ...keywords("schema or schemas", "items"),
  ...keywords("named schemas", "properties patternProperties"),
  // Later drafts do not know it; validators follow it all the same.
  ...keywords("named schemas", "dependencies"),
  ...keywords("named schemas", "dependentSchemas", { since: 2019 }),
  ...keywords("named schemas", "definitions $defs", { decides: false }),
]);

const TYPES: ReadonlySet<unknown> = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);

/** Whether a value is of the kind that a keyword holds. */
export function couldHold({ holds }: Keyword, value: unknown): boolean {
  switch (holds) {
    case "anything":
      return true;
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "flag":
      return typeof value === "boolean";
    case "names":
      return Array.isArray(value) && value.every((name) => typeof name === "string");
    case "types":
      return [value].flat().every((type) => TYPES.has(type));
    case "schemas":
      return Array.isArray(value);
    case "schema or schemas":
      return isSchema(value) || Array.isArray(value);
    case "schema":
      return isSchema(value);
    case "named schemas":
      return typeof value === "object" && value !== null && !Array.isArray(value);
  }
}

function isSchema(value: unknown): boolean {
  return typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value));
}
