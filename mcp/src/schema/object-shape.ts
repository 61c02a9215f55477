import type { JsonSchema } from "@runa/engine";
import { isSchemaObject, knows, type SchemaObject } from "@runa/engine/schema";
import { describes, loosens, servedHolds } from "./keywords.ts";
import type { LocalRefs } from "./local-refs.ts";
import { schemaList, schemaMap, stringList } from "./parts.ts";
import { possibleTypes } from "./possible-types.ts";

/** What a schema says of one property of the artifact. */
export interface PropertySchemas {
  /** Each of these holds for every valid artifact. */
  readonly always: readonly JsonSchema[];
  /** Each of these holds in some branch (`anyOf`, `oneOf`, `then`, …). */
  readonly sometimes: readonly JsonSchema[];
}

/** The top level of an object's schema, flattened: what a client that knows no combinators can be told. */
export interface ObjectShape {
  readonly properties: ReadonlyMap<string, PropertySchemas>;
  /** What every valid artifact has. */
  readonly required: readonly string[];
  /** The schemas that all hold at once: the root, what its `$ref` leads to, the members of its `allOf`. */
  readonly conjuncts: readonly SchemaObject[];
}

/** Flattens the top level of a schema for objects: `$ref`, `allOf` and all branches. */
export function objectShape(root: JsonSchema, refs: LocalRefs): ObjectShape {
  const conjuncts = conjunctsOf(root, refs);
  const properties = new Map<string, { always: JsonSchema[]; sometimes: JsonSchema[] }>();
  const add = (name: string, when: "always" | "sometimes", schema: JsonSchema) => {
    const known = properties.get(name) ?? { always: [], sometimes: [] };
    known[when].push(schema);
    properties.set(name, known);
  };
  for (const part of conjuncts) for (const [name, schema] of schemaMap(part.properties)) add(name, "always", schema);
  // A schema may name itself, or one part many times: each part is looked into once.
  const seen = new Set<SchemaObject>(conjuncts);
  for (const part of conjuncts)
    for (const branch of branchesOf(part, refs).flat())
      for (const [name, schema] of mentioned(branch, refs, seen)) add(name, "sometimes", schema);
  return { properties, required: [...requiredBy(root, refs, new Map())], conjuncts };
}

function conjunctsOf(root: JsonSchema, refs: LocalRefs): SchemaObject[] {
  const found: SchemaObject[] = [];
  const open = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isSchemaObject(next) || found.includes(next)) continue;
    const target = refs.target(next);
    if (target === undefined || !refs.standAlone) found.push(next);
    if (target === undefined || !refs.standAlone) open.push(...schemaList(next.allOf).toReversed());
    if (target !== undefined) open.push(target);
  }
  return found;
}

/** The choices that a schema leaves, each as its branches, without those that no object can fit. */
function branchesOf(schema: SchemaObject, refs: LocalRefs): JsonSchema[][] {
  const conditional =
    knows(refs.dialect, "if") && schema.if !== undefined ? [schema.then ?? true, schema.else ?? true] : [];
  return [schemaList(schema.anyOf), schemaList(schema.oneOf), schemaList(conditional)]
    .map((branches) => branches.filter((branch) => possibleTypes(branch, refs).has("object")))
    .filter((branches) => branches.length > 0);
}

function mentioned(branch: JsonSchema, refs: LocalRefs, seen: Set<SchemaObject>): (readonly [string, JsonSchema])[] {
  const parts = conjunctsOf(branch, refs).filter((part) => !seen.has(part));
  for (const part of parts) seen.add(part);
  return parts.flatMap((part) => [
    ...schemaMap(part.properties),
    ...branchesOf(part, refs).flatMap((branches) => branches.flatMap((inner) => mentioned(inner, refs, seen))),
  ]);
}

/** What every object that fits has; `known` holds what was found before, and stands in for a schema inside itself. */
function requiredBy(
  schema: JsonSchema,
  refs: LocalRefs,
  known: Map<JsonSchema, ReadonlySet<string>>,
): ReadonlySet<string> {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const required = new Set<string>();
  known.set(schema, required);
  for (const part of conjunctsOf(schema, refs)) {
    for (const name of stringList(part.required)) required.add(name);
    for (const branches of branchesOf(part, refs)) {
      const [first, ...others] = branches.map((branch) => requiredBy(branch, refs, known));
      for (const name of first ?? []) if (others.every((other) => other.has(name))) required.add(name);
    }
  }
  return required;
}

/** Keywords of a conjunct that the flattened shape holds in full. */
const HELD = new Set(["type", "properties", "required", "allOf"]);

/** What a conjunct demands beyond its flattened shape, keyword by keyword; `then` and `else` go with their `if`. */
export function leftOver(part: SchemaObject, refs: LocalRefs): readonly (readonly [string, unknown])[] {
  return Object.entries(part).filter(([keyword, value]) => {
    if (keyword === "$ref") return refs.target(part) === undefined;
    if (value === true && (keyword === "additionalProperties" || keyword === "unevaluatedProperties")) return false;
    if (HELD.has(keyword) || describes(keyword) || keyword === "then" || keyword === "else") return false;
    return loosens(keyword) || servedHolds(keyword, refs.dialect) !== undefined;
  });
}
