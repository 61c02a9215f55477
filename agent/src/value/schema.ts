import { isObject, type JsonObject } from "../json.ts";

/** A JSON Schema of any dialect, as it came over the wire. */
export type Schema = boolean | JsonObject;

/** The value as a schema; what is none restricts nothing. */
export function asSchema(value: unknown): Schema {
  return typeof value === "boolean" || isObject(value) ? value : true;
}

/** The schemas in a list such as `allOf`. */
export function schemasIn(value: unknown): Schema[] {
  return Array.isArray(value) ? value.map(asSchema) : [];
}

/** The named schemas of `properties` and its like. */
export function namedSchemas(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The numbers that a list of schemas gives for one keyword. */
export function numbersOf(schemas: readonly JsonObject[], keyword: string): number[] {
  return schemas.map((schema) => schema[keyword]).filter((value) => typeof value === "number");
}

/** That no value can satisfy what is asked; another choice elsewhere may help. */
export class Impossible extends Error {
  override readonly name = "Impossible";
}
