import type { JsonSchema } from "@runa/store";
import { escapedStep } from "@runa/store/json";
import { isSchema, isSchemaObject, type SchemaObject } from "@runa/store/schema";
import { basePropertyRefused } from "../messages.ts";
import type { Annotation, SchemaProblem } from "./annotation.ts";
import { branchesOf, conjunctsOf, type SchemaPart } from "./schema-parts.ts";

/** The type of a property that runa fills in, or the properties of the object that it is. */
type Shape = "string" | "integer" | "array" | { readonly [property: string]: Shape };

const DECISION: Shape = {
  v: "integer",
  project: "string",
  type: "string",
  id: "string",
  decision: "string",
  subject: { artifact_type: "string", instance_id: "string", content_hash: "string" },
  by: { name: "string", key: "string" },
  at: "string",
  note: "string",
  work_unit: "string",
  log_head: "string",
  signature: "string",
};

const RECORD: Shape = {
  v: "integer",
  attempt: "string",
  protocol: "string",
  work_unit: "string",
  ran_by: { name: "string" },
  agent: "array",
  binding: "string",
  instructions: "string",
  methodology: { name: "string", manifest: "string", schemas: {} },
  policy: "string",
  inputs: "array",
  delivered: "array",
  started: "string",
  ended: "string",
  duration_ms: "integer",
  outcome: "string",
  detail: {},
  accepted: { by: { name: "string" }, at: "string" },
  calls: { accepted: "integer", refused: "integer" },
  usage: {},
  log_head: "string",
};

/** What runa fills in of an instance of each kind; `schemas/` says the same to others. */
const BASES: { readonly [Kind in Annotation["kind"]]: Shape } = {
  approval: DECISION,
  rejection: DECISION,
  audit: RECORD,
};

/** The properties that nobody else may set in a decision. */
export const DECISION_PROPERTIES: readonly string[] = Object.keys(DECISION);

/**
 * Where a schema refuses what runa fills in, by the type of a property or by allowing no others: no instance could ever be
 * valid (decisions.md section 1). What it demands beside that is told when a decision is made.
 */
export function refusedBase(schema: JsonSchema, kind: Annotation["kind"]): SchemaProblem[] {
  return refusals(schema, { schema, pointer: "" }, BASES[kind], "");
}

function refusals(root: JsonSchema, part: SchemaPart, shape: Shape, path: string): SchemaProblem[] {
  const conjuncts = conjunctsOf(root, part);
  const own = conjuncts.flatMap(({ schema, pointer }) => typeRefusal(schema, pointer, shape, path));
  if (typeof shape === "string" || own.length > 0) return own;
  const evaluated = evaluatedAnywhere(root, part);
  return Object.entries(shape).flatMap(([property, inner]) => {
    const below = path === "" ? property : `${path}.${property}`;
    return conjuncts.flatMap(({ schema, pointer }): SchemaProblem[] => {
      if (!isSchemaObject(schema)) return [];
      const declared = propertyOf(schema, property);
      if (declared !== undefined)
        return refusals(
          root,
          { schema: declared, pointer: `${pointer}/properties/${escapedStep(property)}` },
          inner,
          below,
        );
      const keyword = refusingKeyword(schema, property, inner, evaluated);
      if (keyword === null) return [];
      return [{ pointer: `${pointer}/${keyword}`, at: "key", message: basePropertyRefused(below, keyword) }];
    });
  });
}

function typeRefusal(schema: JsonSchema, pointer: string, shape: Shape, path: string): SchemaProblem[] {
  if (schema === false) return [{ pointer, at: "value", message: basePropertyRefused(path, "false") }];
  if (!isSchemaObject(schema) || admits(schema.type, shape)) return [];
  return [{ pointer: `${pointer}/type`, at: "value", message: basePropertyRefused(path, "type") }];
}

function admits(type: unknown, shape: Shape): boolean {
  if (type === undefined) return true;
  const named: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (typeof shape !== "string") return named.includes("object");
  return named.includes(shape) || (shape === "integer" && named.includes("number"));
}

function propertyOf({ properties }: SchemaObject, name: string): JsonSchema | undefined {
  if (!isSchemaObject(properties) || !Object.hasOwn(properties, name)) return undefined;
  const declared = properties[name];
  return isSchema(declared) ? declared : undefined;
}

/** The keyword about all other properties that refuses one which the schema does not name; null for none. */
function refusingKeyword(schema: SchemaObject, property: string, shape: Shape, evaluated: Properties): string | null {
  if (hasProperty(propertiesOf(schema), property)) return null;
  const { additionalProperties, unevaluatedProperties } = schema;
  if (additionalProperties !== undefined)
    return refusesOthers(additionalProperties, shape) ? "additionalProperties" : null;
  if (hasProperty(evaluated, property)) return null;
  return refusesOthers(unevaluatedProperties, shape) ? "unevaluatedProperties" : null;
}

function refusesOthers(others: unknown, shape: Shape): boolean {
  return others === false || (isSchemaObject(others) && !admits(others.type, shape));
}

/** Names of properties, and patterns for names. */
interface Properties {
  readonly names: readonly string[];
  readonly patterns: readonly string[];
}

function propertiesOf({ properties, patternProperties }: SchemaObject): Properties {
  const keys = (value: unknown) => (isSchemaObject(value) ? Object.keys(value) : []);
  return { names: keys(properties), patterns: keys(patternProperties) };
}

function hasProperty({ names, patterns }: Properties, property: string): boolean {
  return names.includes(property) || patterns.some((pattern) => new RegExp(pattern, "u").test(property));
}

/** What a schema evaluates of a value in one case or another. */
function evaluatedAnywhere(root: JsonSchema, part: SchemaPart): Properties {
  const found: Properties[] = [];
  const seen = new Set<JsonSchema>();
  const open = [part];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const conjunct of conjunctsOf(root, next)) {
      const { schema } = conjunct;
      if (!isSchemaObject(schema) || seen.has(schema)) continue;
      seen.add(schema);
      found.push(propertiesOf(schema));
      open.push(...branchesOf(conjunct));
    }
  }
  return {
    names: found.flatMap(({ names }) => names),
    patterns: found.flatMap(({ patterns }) => patterns),
  };
}
