import type { JsonSchema } from "@runa/engine";
import { isSchemaObject, type SchemaObject } from "@runa/engine/schema";
import { mcpPropertyTaken } from "../messages.ts";
import { describes } from "./keywords.ts";
import { LocalRefs } from "./local-refs.ts";
import { type ObjectShape, objectShape, type PropertySchemas } from "./object-shape.ts";
import { Portable } from "./portable.ts";
import { possibleTypes } from "./possible-types.ts";
import { inline, rulesBeyond } from "./rules.ts";
import { withTypes } from "./typed.ts";

/** The argument that names the instance, beside the artifact's own properties. */
export const INSTANCE_ID = "instance_id";
/** The argument that an artifact which is no object travels in. */
export const ARTIFACT = "artifact";
/** The property that a session for one work unit fills in. */
export const WORK_UNIT = "work_unit";

/** A tool's input schema, in a shape that every client accepts. */
export interface InputSchema {
  readonly json: SchemaObject & { readonly type: "object"; readonly properties: SchemaObject };
  /** Whether the artifact travels in the one argument `artifact`. */
  readonly wrapped: boolean;
  /** What the shape cannot say; empty when it says everything at the top level. */
  readonly rules: readonly string[];
  /** Whether a valid call is exactly a valid artifact; where not, the full schema is enforced on delivery. */
  readonly exact: boolean;
  /** Where the `$ref`s of the full schema lead. */
  readonly refs: LocalRefs;
}

/** An artifact type whose schema leaves no room for the arguments of a tool. */
export class UnservableError extends Error {}

// Anthropic's API refuses a request in which any tool has a top-level property of another name.
const PORTABLE_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

const INSTANCE_ID_SCHEMA = {
  type: "string",
  minLength: 1,
  maxLength: 128,
  description:
    "Names this instance; its file is called so. Short and telling, without slashes, '..' or a leading dot. " +
    "An id that is already there is replaced.",
};

/**
 * The input schema of the tool that delivers an artifact type (contract.md section 8): the artifact's properties at the
 * top level beside `instance_id`; without `work_unit` where the session fills it in.
 * @throws UnservableError when the schema has a property `instance_id` of its own
 */
export function inputSchema(schema: JsonSchema, { scoped }: { scoped: boolean }): InputSchema {
  const refs = new LocalRefs(schema);
  const portable = new Portable(refs, schema);
  const input = isWrapped(schema, refs) ? wrapped(schema, refs, portable) : unwrapped(schema, refs, portable, scoped);
  return { ...input, json: withTypes(input.json) as InputSchema["json"] };
}

function isWrapped(schema: JsonSchema, refs: LocalRefs): boolean {
  const possible = possibleTypes(schema, refs);
  if (!possible.has("object")) return possible.size > 0;
  return isSchemaObject(schema) && Array.isArray(schema.type) && schema.type.some((type) => type !== "object");
}

function wrapped(schema: JsonSchema, refs: LocalRefs, portable: Portable): InputSchema {
  const json = {
    type: "object" as const,
    properties: { [INSTANCE_ID]: INSTANCE_ID_SCHEMA, [ARTIFACT]: portable.of(schema) },
    required: [INSTANCE_ID, ARTIFACT],
    additionalProperties: false,
  };
  return { json, wrapped: true, rules: [], exact: !portable.loose, refs };
}

function unwrapped(schema: JsonSchema, refs: LocalRefs, portable: Portable, scoped: boolean): InputSchema {
  const shape = objectShape(schema, refs);
  if (shape.properties.has(INSTANCE_ID) || shape.required.includes(INSTANCE_ID))
    throw new UnservableError(mcpPropertyTaken(INSTANCE_ID));
  const telling = { refs, portable, omit: scoped ? WORK_UNIT : null };
  const known = new Set([...shape.properties.keys(), ...shape.required].filter((name) => allowed(shape, name)));
  const names = [...known].filter((name) => PORTABLE_NAME.test(name) && !(scoped && name === WORK_UNIT));
  const untold = [...known].filter((name) => !PORTABLE_NAME.test(name));
  const properties = Object.fromEntries([
    [INSTANCE_ID, INSTANCE_ID_SCHEMA],
    ...names.map((name) => [name, property(shape.properties.get(name), portable)]),
  ]);
  const required = shape.required.filter((name) => name !== WORK_UNIT && names.includes(name));
  const rest = untold.length === 0 ? openness(shape, portable) : {};
  const rules = [
    ...rulesBeyond(shape, (_, keyword) => Object.hasOwn(rest, keyword), telling),
    ...untold.map(
      (name) =>
        `${shape.required.includes(name) ? "also required: " : ""}property ${JSON.stringify(name)}: ` +
        inline(property(shape.properties.get(name), portable), telling),
    ),
    ...(schema === false ? ["nothing is valid"] : []),
  ];
  const { description, ...annotations } = annotationsOf(shape);
  const told = [description, rulesText(rules)].filter((text) => typeof text === "string" && text !== "").join("\n\n");
  const json = {
    ...annotations,
    ...(told === "" ? {} : { description: told }),
    type: "object" as const,
    properties,
    required: [INSTANCE_ID, ...required],
    ...rest,
    ...(schema === true ? { additionalProperties: true } : {}),
  };
  return { json, wrapped: false, rules, exact: rules.length === 0 && !portable.loose && !branching(shape), refs };
}

/** The rules as a paragraph of a description; empty without rules. */
export function rulesText(rules: readonly string[]): string {
  return rules.length === 0 ? "" : `Checked on delivery, besides:\n${rules.map((rule) => `- ${rule}`).join("\n")}`;
}

/** Whether a property can be there at all: every part that closes itself names it. */
function allowed({ conjuncts }: ObjectShape, name: string): boolean {
  return conjuncts.every(
    ({ additionalProperties, patternProperties, properties }) =>
      additionalProperties !== false ||
      patternProperties !== undefined ||
      (isSchemaObject(properties) && Object.hasOwn(properties, name)),
  );
}

/** What is said of properties that are not named, where the shape can say it. */
function openness({ conjuncts }: ObjectShape, portable: Portable): SchemaObject {
  const patterned = conjuncts.filter((part) => part.patternProperties !== undefined);
  const closed = conjuncts.some((part) => part.additionalProperties === false);
  if (patterned.length === 0 && closed) return { additionalProperties: false };
  const [only, ...others] = conjuncts;
  if (only === undefined || others.length > 0 || branchingPart(only)) return {};
  // A pattern that matches `instance_id` would hold that argument to what it says of the artifact's properties.
  if (isSchemaObject(only.patternProperties) && Object.keys(only.patternProperties).some(takesInstanceId)) return {};
  const { patternProperties, additionalProperties } = portable.of({
    ...(only.patternProperties === undefined ? {} : { patternProperties: only.patternProperties }),
    ...(only.additionalProperties === undefined ? {} : { additionalProperties: only.additionalProperties }),
  });
  return {
    ...(patternProperties === undefined ? {} : { patternProperties }),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
  };
}

function takesInstanceId(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(INSTANCE_ID);
  } catch {
    return true;
  }
}

function branching({ conjuncts }: ObjectShape): boolean {
  return conjuncts.some(branchingPart);
}

function branchingPart(part: SchemaObject): boolean {
  return ["anyOf", "oneOf", "if", "dependentSchemas"].some((keyword) => part[keyword] !== undefined);
}

function annotationsOf({ conjuncts }: ObjectShape): SchemaObject {
  return Object.fromEntries(
    conjuncts.toReversed().flatMap((part) => Object.entries(part).filter(([keyword]) => describes(keyword))),
  );
}

function property(schemas: PropertySchemas | undefined, portable: Portable): SchemaObject {
  const always = distinct(schemas?.always ?? [], portable).filter((schema) => Object.keys(schema).length > 0);
  const [only, ...others] = always.length > 0 ? always : distinct(schemas?.sometimes ?? [], portable);
  if (only === undefined) return {};
  if (others.length === 0) return only;
  return always.length > 0 ? { allOf: [only, ...others] } : either([only, ...others]);
}

function distinct(schemas: readonly JsonSchema[], portable: Portable): SchemaObject[] {
  return [
    ...new Map(schemas.map((schema) => portable.of(schema)).map((served) => [JSON.stringify(served), served])).values(),
  ];
}

/** What a property may be in one branch or another: one list of values where each branch names some, else alternatives. */
function either(schemas: readonly SchemaObject[]): SchemaObject {
  const values = schemas.map(({ const: value, enum: list, type, title, description, ...rest }) =>
    Object.keys(rest).length > 0 ? null : value !== undefined ? [value] : Array.isArray(list) ? list : null,
  );
  const named = values.flatMap((list) => list ?? []);
  if (values.includes(null)) return { anyOf: schemas };
  return {
    ...(named.every((value) => typeof value === "string") ? { type: "string" } : {}),
    enum: [...new Set(named)],
  };
}
