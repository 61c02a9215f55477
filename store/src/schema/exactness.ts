import type { JsonSchema } from "../artifact.ts";
import { decodedStep, escapedStep } from "../json/pointer.ts";
import type { Dialect } from "./dialect.ts";

type SchemaObject = Exclude<JsonSchema, boolean>;

/** What a keyword holds: something that is no schema, one schema, a list of schemas, named schemas, or either of two. */
type Holds = "data" | "schema" | "list" | "map" | "schema or list" | "map or lists";

const DATA = `title description default examples deprecated readOnly writeOnly format $comment $schema type const required
  uniqueItems multipleOf minimum maximum exclusiveMinimum exclusiveMaximum pattern minLength maxLength minItems maxItems
  minProperties maxProperties contentEncoding contentMediaType contentSchema dependentRequired minContains maxContains`;

const SCHEMA = `additionalProperties additionalItems contains propertyNames not if then else unevaluatedProperties
  unevaluatedItems`;

const KEYWORDS: ReadonlyMap<string, Holds> = new Map<string, Holds>([
  ...DATA.split(/\s+/).map((keyword): [string, Holds] => [keyword, "data"]),
  ...SCHEMA.split(/\s+/).map((keyword): [string, Holds] => [keyword, "schema"]),
  ...["allOf", "anyOf", "oneOf", "prefixItems"].map((keyword): [string, Holds] => [keyword, "list"]),
  ...["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"].map((keyword): [string, Holds] => [
    keyword,
    "map",
  ]),
  ["items", "schema or list"],
  ["dependencies", "map or lists"],
]);

// What ajv gives a meaning of its own, or does not follow the standard in.
const BEYOND = new Set([
  // An empty array it judges as the array before, or not at all.
  "contains",
  "$anchor",
  "$async",
  "$data",
  "$dynamicAnchor",
  "$dynamicRef",
  "$recursiveAnchor",
  "$recursiveRef",
  "$vocabulary",
  "discriminator",
  "nullable",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

// What ajv follows, or refuses, though the dialect does not know it.
const UNKNOWN: Readonly<Record<Dialect, ReadonlySet<string>>> = {
  "draft-04": new Set(["$id", "const", "propertyNames", "if", "then", "else"]),
  "draft-06": new Set(["id", "if", "then", "else"]),
  "draft-07": new Set(["id"]),
  "2019-09": new Set(["id", "dependencies"]),
  "2020-12": new Set(["id", "dependencies"]),
};

/**
 * Why ajv is not exact on a schema, in words, or null where it is: the boundary between the fast validator and the one
 * that follows the whole standard. It was found by running the official test suite, and lies on the safe side: what is
 * not known to be exact is not ajv's.
 */
export function beyondAjv(root: JsonSchema, dialect: Dialect): string | null {
  if (typeof root === "boolean") return null;
  for (const { schema, at } of schemasIn(root))
    for (const [keyword, value] of Object.entries(schema)) {
      const reason = beyondAt(keyword, value, schema, root, dialect);
      if (reason !== null) return `${reason} at ${at}/${keyword}`;
    }
  return null;
}

/** Every schema object of a document, by the keywords that hold schemas and by pointers, with its own JSON pointer. */
export function* schemasIn(root: JsonSchema): Generator<{ readonly schema: SchemaObject; readonly at: string }> {
  const walked = new Set<SchemaObject>();
  const open: { schema: unknown; at: string }[] = [{ schema: root, at: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { schema, at } = next;
    if (!isSchemaObject(schema) || walked.has(schema)) continue;
    walked.add(schema);
    yield { schema, at };
    for (const [keyword, value] of Object.entries(schema)) {
      for (const [step, inner] of innerSchemas(keyword, value))
        open.push({ schema: inner, at: `${at}/${keyword}${step}` });
      if (keyword === "$ref") open.push({ schema: pointedAt(root, value), at: pointerOf(value) });
    }
  }
}

/** The JSON pointer that a reference to a place in its own document writes as a fragment. */
function pointerOf(reference: unknown): string {
  return String(reference)
    .slice(1)
    .split("/")
    .map((step) => escapedStep(decodedStep(step) ?? step))
    .join("/");
}

function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function beyondAt(
  keyword: string,
  value: unknown,
  schema: SchemaObject,
  root: SchemaObject,
  dialect: Dialect,
): string | null {
  const old = dialect === "draft-04" || dialect === "draft-06" || dialect === "draft-07";
  if (BEYOND.has(keyword)) return keyword;
  if (keyword === "$schema" && schema !== root) return "a dialect of its own";
  if ((keyword === "$id" || keyword === "id") && typeof value === "string" && (schema !== root || value.includes("#")))
    return "an embedded $id";
  if (keyword === "$ref") {
    if (pointedAt(root, value) === undefined) return "a $ref that is no pointer into the schema";
    if (old && Object.keys(schema).length > 1) return "keywords beside a $ref";
  }
  if (keyword === "enum" && Array.isArray(value) && value.length === 0) return "an empty enum";
  // It takes the name of what is missing for whether something is.
  if (demandsEmptyName(keyword, value)) return "an empty name that is required";
  if (UNKNOWN[dialect].has(keyword)) return `${keyword}, which the dialect does not know`;
  // Names that every JavaScript object seems to have.
  if (
    isSchemaObject(value) &&
    KEYWORDS.get(keyword)?.startsWith("map") &&
    Object.keys(value).some((name) => name in Object.prototype)
  )
    return "a property name that JavaScript objects inherit";
  return null;
}

function demandsEmptyName(keyword: string, value: unknown): boolean {
  if (keyword === "required") return Array.isArray(value) && value.includes("");
  return (
    (keyword === "dependentRequired" || keyword === "dependencies") &&
    isSchemaObject(value) &&
    Object.values(value).some((names) => Array.isArray(names) && names.includes(""))
  );
}

function innerSchemas(keyword: string, value: unknown): [string, unknown][] {
  switch (KEYWORDS.get(keyword)) {
    case "schema":
      return [["", value]];
    case "list":
    case "schema or list":
      return Array.isArray(value) ? value.map((item, index) => [`/${index}`, item]) : [["", value]];
    case "map":
    case "map or lists":
      return isSchemaObject(value)
        ? Object.entries(value).map(([name, inner]) => [`/${escapedStep(name)}`, inner])
        : [];
    default:
      return [];
  }
}

/** What `#` or `#/…` points at in a schema; undefined for every other reference and for one that leads nowhere. */
export function pointedAt(root: JsonSchema, reference: unknown): unknown {
  if (typeof reference !== "string" || !/^#(\/|$)/.test(reference)) return undefined;
  let at: unknown = root;
  for (const step of reference.split("/").slice(1)) {
    const key = decodedStep(step);
    if (key === null || typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
