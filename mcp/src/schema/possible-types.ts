import type { JsonSchema } from "@runa/engine";
import { isSchemaObject, knows, type SchemaObject } from "@runa/engine/schema";
import type { LocalRefs } from "./local-refs.ts";
import { schemaList } from "./parts.ts";

export type JsonType = "object" | "array" | "string" | "number" | "boolean" | "null";
type Types = ReadonlySet<JsonType>;

const ALL: Types = new Set(["object", "array", "string", "number", "boolean", "null"]);
// Kept, because a schema may refer to itself, and to one part through many branches.
const found = new WeakMap<LocalRefs, WeakMap<SchemaObject, Types>>();

/** The JSON type of a value that came from JSON. */
export function typeOf(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" ? type : "object";
}

/** The JSON types that a valid value can have at most: never leaves out one that the schema allows. */
export function possibleTypes(schema: JsonSchema, refs: LocalRefs): Types {
  if (typeof schema === "boolean") return schema ? ALL : new Set();
  const known = found.get(refs) ?? new WeakMap<SchemaObject, Types>();
  const before = known.get(schema);
  if (before !== undefined) return before;
  // Stands in for the schema inside itself.
  found.set(refs, known.set(schema, ALL));
  const limits = limitsOf(schema, refs);
  const types = new Set([...ALL].filter((type) => limits.every((limit) => limit.has(type))));
  known.set(schema, types);
  return types;
}

/** Each keyword's own limit on the type; what fits has to be within all of them. */
function limitsOf(schema: SchemaObject, refs: LocalRefs): Types[] {
  const inside = (inner: JsonSchema) => possibleTypes(inner, refs);
  const target = refs.target(schema);
  if (target !== undefined && refs.standAlone) return [inside(target)];
  const limits: Types[] = target === undefined ? [] : [inside(target)];
  if (schema.type !== undefined) limits.push(new Set([schema.type].flat().flatMap(named)));
  if (Array.isArray(schema.enum)) limits.push(new Set(schema.enum.map(typeOf)));
  if (schema.const !== undefined && knows(refs.dialect, "const")) limits.push(new Set([typeOf(schema.const)]));
  limits.push(...schemaList(schema.allOf).map(inside));
  for (const branches of [schemaList(schema.anyOf), schemaList(schema.oneOf)])
    if (branches.length > 0) limits.push(new Set(branches.flatMap((branch) => [...inside(branch)])));
  const { not } = schema;
  if (not === true || (isSchemaObject(not) && Object.keys(not).length === 0)) return [new Set()];
  if (isSchemaObject(not) && Object.keys(not).length === 1 && not.type !== undefined) {
    // `not: {type: "integer"}` still allows other numbers.
    const excluded = new Set([not.type].flat().filter((type) => type !== "integer"));
    limits.push(new Set([...ALL].filter((type) => !excluded.has(type))));
  }
  return limits;
}

function named(type: unknown): JsonType[] {
  if (type === "integer") return ["number"];
  return [...ALL].filter((known) => known === type);
}
