import type { JsonSchema } from "../artifact.ts";
import { escapedStep } from "../json/pointer.ts";
import { type Dialect, isBefore } from "./dialect.ts";

/** A schema that is not just `true` or `false`. */
export type SchemaObject = Exclude<JsonSchema, boolean>;

/** What a keyword's value is. */
export type Holds =
  | "text"
  /** The identifier of a schema, or a reference to one. */
  | "uri"
  | "number"
  | "number or flag"
  | "count"
  | "flag"
  | "names"
  | "types"
  /** Any JSON; what looks like a schema or a reference in it is none. */
  | "data"
  | "schema"
  | "schemas"
  | "schema or schemas"
  /** Objects whose keys are the schema's own, no keywords. */
  | "named schemas"
  | "named names"
  | "named flags";

/** What is known of a keyword of JSON Schema. */
export interface Keyword {
  readonly holds: Holds;
  /**
   * Whether it constrains what fits, describes a value to people, hints at what a text holds (which nobody checks), or is
   * there for the document: names, comments, definitions.
   */
  readonly role: "constrains" | "describes" | "hints" | "organises";
  /** The first and the last dialect that know it. */
  readonly since: Dialect;
  readonly until: Dialect;
  /**
   * Where ajv does as the standard says: in every dialect; only in those that know the keyword, because elsewhere it follows
   * or refuses what means nothing there; or not for sure anywhere.
   */
  readonly ajv: "exact" | "exact where known" | "inexact";
  /** How a client of the tools gets it: as it is, spelt out by other keywords, or not at all. */
  readonly served: "as it is" | "spelt out" | "no";
  /** Whether judging by it can take longer than in proportion to the artifact. */
  readonly canTakeLong: boolean;
}

/** What differs from a constraint that every dialect knows, ajv judges exactly, and clients get as it is. */
type Differing = Partial<Omit<Keyword, "holds">>;

function keywords(holds: Holds, names: string, differing: Differing = {}): [string, Keyword][] {
  const { role = "constrains", since = "draft-04", until = "2020-12", ajv = "exact", canTakeLong = false } = differing;
  const { served = role === "organises" ? "no" : "as it is" } = differing;
  return names.split(" ").map((name) => [name, { holds, role, since, until, ajv, served, canTakeLong }]);
}

/**
 * Every keyword of the drafts 04 to 2020-12, and all that runa knows of each. Where ajv is exact was found by running the
 * official test suite.
 */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ...keywords("text", "$schema", { role: "organises" }),
  ...keywords("uri", "id", { role: "organises", until: "draft-04", ajv: "exact where known" }),
  ...keywords("uri", "$id", { role: "organises", since: "draft-06", ajv: "exact where known" }),
  ...keywords("text", "$comment", { role: "organises", since: "draft-07" }),
  ...keywords("text", "$anchor", { role: "organises", since: "2019-09", ajv: "inexact" }),
  ...keywords("text", "$dynamicAnchor", { role: "organises", since: "2020-12", ajv: "inexact" }),
  ...keywords("flag", "$recursiveAnchor", { role: "organises", since: "2019-09", until: "2019-09", ajv: "inexact" }),
  ...keywords("named flags", "$vocabulary", { role: "organises", since: "2019-09", ajv: "inexact" }),
  ...keywords("named schemas", "definitions $defs", { role: "organises" }),

  ...keywords("uri", "$ref", { served: "spelt out", canTakeLong: true }),
  ...keywords("uri", "$recursiveRef", {
    since: "2019-09",
    until: "2019-09",
    ajv: "inexact",
    served: "no",
    canTakeLong: true,
  }),
  ...keywords("uri", "$dynamicRef", { since: "2020-12", ajv: "inexact", served: "no", canTakeLong: true }),

  ...keywords("text", "title description", { role: "describes" }),
  ...keywords("data", "default", { role: "describes" }),
  ...keywords("data", "examples", { role: "describes", since: "draft-06" }),
  ...keywords("flag", "readOnly writeOnly", { role: "describes", since: "draft-07" }),
  ...keywords("flag", "deprecated", { role: "describes", since: "2019-09" }),
  ...keywords("text", "format", { role: "hints" }),
  ...keywords("text", "contentEncoding contentMediaType", { role: "hints", since: "draft-07" }),
  ...keywords("schema", "contentSchema", { role: "hints", since: "2019-09", served: "no" }),

  ...keywords("types", "type"),
  ...keywords("data", "enum"),
  ...keywords("data", "const", { since: "draft-06", ajv: "exact where known" }),
  ...keywords("text", "pattern", { canTakeLong: true }),
  ...keywords("number", "multipleOf minimum maximum"),
  ...keywords("number or flag", "exclusiveMinimum exclusiveMaximum"),
  ...keywords("count", "minLength maxLength minItems maxItems minProperties maxProperties"),
  ...keywords("flag", "uniqueItems", { canTakeLong: true }),
  ...keywords("names", "required"),
  ...keywords("named names", "dependentRequired", { since: "2019-09" }),

  ...keywords("schemas", "allOf anyOf oneOf"),
  ...keywords("schema", "not"),
  ...keywords("schema", "if then else", { since: "draft-07", ajv: "exact where known" }),
  ...keywords("named schemas", "properties"),
  ...keywords("named schemas", "patternProperties", { canTakeLong: true }),
  ...keywords("schema", "additionalProperties"),
  ...keywords("schema", "propertyNames", { since: "draft-06", ajv: "exact where known" }),
  ...keywords("named schemas", "dependencies", { until: "draft-07", ajv: "exact where known", served: "no" }),
  ...keywords("named schemas", "dependentSchemas", { since: "2019-09" }),
  ...keywords("schema or schemas", "items"),
  ...keywords("schemas", "prefixItems", { since: "2020-12" }),
  ...keywords("schema", "additionalItems", { until: "2019-09", served: "spelt out" }),
  // An empty array ajv judges as the array before, or not at all.
  ...keywords("schema", "contains", { since: "draft-06", ajv: "inexact" }),
  ...keywords("count", "minContains", { since: "2019-09" }),
  ...keywords("count", "maxContains", { since: "2019-09", served: "no" }),
  ...keywords("schema", "unevaluatedItems unevaluatedProperties", { since: "2019-09", ajv: "inexact", served: "no" }),
]);

/** Whether a dialect knows a keyword; elsewhere it means nothing. */
export function knows(dialect: Dialect, keyword: string): boolean {
  const known = KEYWORDS.get(keyword);
  return known !== undefined && !isBefore(dialect, known.since) && !isBefore(known.until, dialect);
}

/** What a keyword of a schema holds in the place of schemas, each with its steps below the keyword as a JSON pointer. */
export function innerSchemas(keyword: string, value: unknown): (readonly [step: string, inner: unknown])[] {
  switch (KEYWORDS.get(keyword)?.holds) {
    case "schema":
      return [["", value]];
    case "schemas":
    case "schema or schemas":
      return Array.isArray(value) ? value.map((item, index) => [`/${index}`, item]) : [["", value]];
    case "named schemas":
      return isSchemaObject(value)
        ? Object.entries(value).map(([name, inner]) => [`/${escapedStep(name)}`, inner])
        : [];
    default:
      return [];
  }
}

/** Whether the keys of a keyword's value are names of the schema's own, no keywords. */
export function holdsNames(keyword: string): boolean {
  return KEYWORDS.get(keyword)?.holds.startsWith("named ") === true;
}

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "boolean" || isSchemaObject(value);
}
