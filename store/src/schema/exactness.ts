import type { JsonSchema } from "../artifact.ts";
import { decodedStep, escapedStep } from "../json/pointer.ts";
import { type Dialect, refsStandAlone } from "./dialect.ts";
import { holdsNames, innerSchemas, isSchemaObject, KEYWORDS, knows, type SchemaObject } from "./keywords.ts";

/** What ajv gives a meaning of its own, though no dialect has it. */
const AJV_OWN: ReadonlySet<string> = new Set(["$async", "$data", "discriminator", "nullable"]);

/**
 * Why ajv is not exact on a schema, in words, or null where it is: the boundary between the fast validator and the one
 * that follows the whole standard. What is not known to be exact is left to that one.
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

function beyondAt(
  keyword: string,
  value: unknown,
  schema: SchemaObject,
  root: SchemaObject,
  dialect: Dialect,
): string | null {
  const known = KEYWORDS.get(keyword);
  if (known?.ajv === "inexact" || AJV_OWN.has(keyword)) return keyword;
  if (keyword === "$schema" && schema !== root) return "a dialect of its own";
  if ((keyword === "$id" || keyword === "id") && typeof value === "string" && (schema !== root || value.includes("#")))
    return "an embedded $id";
  if (keyword === "$ref") {
    if (pointedAt(root, value) === undefined) return "a $ref that is no pointer into the schema";
    if (refsStandAlone(dialect) && Object.keys(schema).length > 1) return "keywords beside a $ref";
  }
  if (keyword === "enum" && Array.isArray(value) && value.length === 0) return "an empty enum";
  // ajv notes the name of the missing property, and takes an empty one for none missing.
  if (demandsEmptyName(keyword, value)) return "an empty name that is required";
  if (known?.ajv === "exact where known" && !knows(dialect, keyword))
    return `${keyword}, which the dialect does not know`;
  // ajv finds names such as `constructor` in every object.
  if (isSchemaObject(value) && holdsNames(keyword) && Object.keys(value).some((name) => name in Object.prototype))
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
