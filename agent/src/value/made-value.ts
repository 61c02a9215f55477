import { isObject, strings } from "../json.ts";
import { asSchema, Impossible, namedSchemas, type Schema } from "./schema.ts";
import { valueFor } from "./value.ts";

/** What a request came to. */
export type MadeValue = { readonly value: unknown } | { readonly impossible: string };

/**
 * A value of the schema that a request names, as full as can be made: `{"schema", "seed"?, "examples"?, "work_unit"?}`.
 * It names the work unit of the request where its schema knows one, and else none.
 */
export function madeValue(request: string): MadeValue {
  const { schema, seed, examples, work_unit } = parsed(request);
  const document = asSchema(schema);
  const made = (optionals: boolean) =>
    valueFor([document, { properties: unitRule(document, work_unit) }], {
      seed: typeof seed === "number" ? seed >>> 0 : 1,
      optionals,
      examples: examples !== false,
    });
  try {
    return { value: made(true) };
  } catch (error) {
    if (!(error instanceof Impossible)) throw error;
  }
  try {
    return { value: made(false) };
  } catch (error) {
    if (!(error instanceof Impossible)) throw error;
    return { impossible: error.message };
  }
}

function parsed(request: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(request);
  return isObject(value) ? value : {};
}

function unitRule(schema: Schema, workUnit: unknown): Record<string, Schema> {
  if (!isObject(schema)) return {};
  const knows = Object.hasOwn(namedSchemas(schema.properties), "work_unit");
  if (typeof workUnit === "string" && knows) return { work_unit: { const: workUnit } };
  return strings(schema.required).includes("work_unit") ? {} : { work_unit: false };
}
