import { isObject, type JsonObject, sameJson, strings } from "../json.ts";
import { WRAPPED } from "./arguments.ts";

/** Arguments that are no part of the artifact. */
const BESIDE = new Set(["instance_id", "work_unit"]);

/** Arguments that a tool must refuse, and what is wrong with them. */
export interface WrongArguments {
  readonly args: JsonObject;
  readonly what: string;
}

/**
 * Spoils right arguments: leaves a required property out, else gives one a value of another type.
 * Undefined where the schema asks for nothing that can be broken so.
 */
export function spoiled(right: JsonObject, inputSchema: JsonObject): WrongArguments | undefined {
  const owed = strings(inputSchema.required).find(
    (key) => !BESIDE.has(key) && key !== WRAPPED && Object.hasOwn(right, key),
  );
  if (owed !== undefined) {
    const { [owed]: _, ...args } = right;
    return { args, what: `without the required ${JSON.stringify(owed)}` };
  }
  const properties = isObject(inputSchema.properties) ? inputSchema.properties : {};
  for (const [key, schema] of Object.entries(properties)) {
    const wrong = BESIDE.has(key) || !isObject(schema) ? undefined : valueAgainst(schema);
    if (wrong !== undefined) {
      return { args: { ...right, [key]: wrong }, what: `with ${JSON.stringify(wrong)} as ${JSON.stringify(key)}` };
    }
  }
  return undefined;
}

const WRONG_VALUES: readonly [unknown, readonly string[]][] = [
  [false, ["boolean"]],
  [7, ["number", "integer"]],
  ["a wrong value", ["string"]],
];

/** A value of a type that the schema does not name, or that is not on its list; undefined where it has neither. */
function valueAgainst(schema: JsonObject): unknown {
  const types = typeof schema.type === "string" ? [schema.type] : strings(schema.type);
  const listed = Array.isArray(schema.enum) ? schema.enum : Object.hasOwn(schema, "const") ? [schema.const] : undefined;
  if (types.length === 0 && listed === undefined) return undefined;
  const wrong = WRONG_VALUES.find(
    ([value, of]) => !of.some((type) => types.includes(type)) && !listed?.some((other) => sameJson(other, value)),
  );
  return wrong?.[0];
}
