import type { JsonSchema } from "@runa/store";
import { unescapedStep } from "@runa/store/json";
import {
  dialectOf,
  innerSchemas,
  isSchema,
  isSchemaObject,
  pointedAt,
  refsStandAlone,
  type SchemaObject,
} from "@runa/store/schema";

/** A schema inside a schema document, with where it stands. */
export interface SchemaPart<S extends JsonSchema = JsonSchema> {
  readonly schema: S;
  /** JSON pointer from the document's root. */
  readonly pointer: string;
}

/** A schema below another one, with the keyword that holds it. */
export interface InnerPart extends SchemaPart {
  readonly keyword: string;
}

/** The schemas that stand in a schema's own keywords. */
export function innerParts({ schema, pointer }: SchemaPart): InnerPart[] {
  if (typeof schema === "boolean") return [];
  return Object.entries(schema).flatMap(([keyword, value]) =>
    innerSchemas(keyword, value).flatMap(([step, inner]): InnerPart[] =>
      isSchema(inner) ? [{ keyword, schema: inner, pointer: `${pointer}/${keyword}${step}` }] : [],
    ),
  );
}

/** Every schema of a document that is an object, the root first. */
export function everyPart(root: JsonSchema): SchemaPart<SchemaObject>[] {
  const found: SchemaPart<SchemaObject>[] = [];
  const open: SchemaPart[] = [{ schema: root, pointer: "" }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (!isObjectPart(part)) continue;
    found.push(part);
    open.push(...innerParts(part).toReversed());
  }
  return found;
}

function isObjectPart(part: SchemaPart): part is SchemaPart<SchemaObject> {
  return typeof part.schema !== "boolean";
}

/** The schema that a `$ref` leads to inside the document; null for any other reference. */
export function targetOf(root: JsonSchema, { $ref: reference }: SchemaObject): SchemaPart | null {
  const target = pointedAt(root, reference);
  if (typeof reference !== "string" || !isSchema(target)) return null;
  return { schema: target, pointer: decodedFragment(reference) };
}

function decodedFragment(reference: string): string {
  try {
    return decodeURIComponent(reference.slice(1));
  } catch {
    return reference.slice(1);
  }
}

/** The parts that all hold at once where one does: itself, what its `$ref` leads to, the members of its `allOf`. */
export function conjunctsOf(root: JsonSchema, part: SchemaPart): SchemaPart[] {
  const alone = refsStandAlone(dialectOf(root));
  const found: SchemaPart[] = [];
  const seen = new Set<JsonSchema>();
  const open = [part];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isSchemaObject(next.schema)) {
      if (seen.has(next.schema)) continue;
      seen.add(next.schema);
      const target = targetOf(root, next.schema);
      if (target !== null) open.push(target);
      if (target !== null && alone) continue;
      const members = innerParts(next).filter(({ keyword }) => keyword === "allOf");
      open.push(...members.toReversed());
    }
    found.push(next);
  }
  return found;
}

const BRANCHES = new Set(["anyOf", "oneOf", "then", "else"]);

/** The parts of which each holds in some case where a part does. */
export function branchesOf(part: SchemaPart): InnerPart[] {
  return innerParts(part).filter(({ keyword }) => BRANCHES.has(keyword));
}

/** Every property that a schema names or requires for the value itself, in whatever branch. */
export function propertyNames(root: JsonSchema): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<JsonSchema>();
  const open: SchemaPart[] = [{ schema: root, pointer: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const part of conjunctsOf(root, next)) {
      if (!isSchemaObject(part.schema) || seen.has(part.schema)) continue;
      seen.add(part.schema);
      const { properties, required } = part.schema;
      if (isSchemaObject(properties)) for (const name of Object.keys(properties)) names.add(name);
      if (Array.isArray(required)) for (const name of required) names.add(String(name));
      open.push(...branchesOf(part));
    }
  }
  return names;
}

/** Every property that a schema names, for the value or for anything in it. */
export function everyPropertyName(root: JsonSchema): string[] {
  return everyPart(root).flatMap(({ schema: { properties } }) =>
    isSchemaObject(properties) ? Object.keys(properties) : [],
  );
}

/** The key that a pointer ends with. */
export function lastStep(pointer: string): string {
  return unescapedStep(pointer.slice(pointer.lastIndexOf("/") + 1));
}
