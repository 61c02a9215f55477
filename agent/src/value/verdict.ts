import { isObject, sameJson, strings } from "../json.ts";
import { matchesPattern } from "./pattern.ts";
import type { References } from "./references.ts";
import { asSchema, namedSchemas, type Schema, schemasIn } from "./schema.ts";

/** Keywords that ask nothing of a value by themselves, or that `verdict` judges. */
const JUDGED = new Set([
  ..."$schema $id id $anchor $dynamicAnchor $recursiveAnchor $defs definitions $comment $vocabulary".split(" "),
  ..."title description default examples deprecated readOnly writeOnly format contentEncoding contentMediaType".split(
    " ",
  ),
  ..."$ref type const enum allOf anyOf oneOf not required properties minimum maximum minLength maxLength".split(" "),
  ..."pattern minItems maxItems".split(" "),
]);

/** True, false, or undefined where it cannot be told. */
export type Verdict = boolean | undefined;

/** True when all are, false when one is. */
export function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

/** True when one is, false when none is. */
export function any(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** True when exactly one is. */
export function one(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.filter((verdict) => verdict === true).length > 1) return false;
  return verdicts.includes(undefined) ? undefined : verdicts.includes(true);
}

/** The opposite. */
export function opposite(verdict: Verdict): Verdict {
  return verdict === undefined ? undefined : !verdict;
}

/**
 * Whether a value satisfies a schema, judged by the everyday keywords only. It sorts out values before anything is
 * generated and is no validator: that is the server.
 */
export function verdict(schema: Schema, value: unknown, find: References, depth = 0): Verdict {
  if (typeof schema === "boolean") return schema;
  if (depth > 16) return undefined;
  const inner = (sub: Schema, of: unknown = value) => verdict(sub, of, find, depth + 1);
  const said: Verdict[] = [own(schema, value), all(schemasIn(schema.allOf).map((sub) => inner(sub)))];
  if (typeof schema.$ref === "string") said.push(inner(find(schema.$ref)));
  if (Array.isArray(schema.anyOf)) said.push(any(schemasIn(schema.anyOf).map((sub) => inner(sub))));
  if (Array.isArray(schema.oneOf)) said.push(one(schemasIn(schema.oneOf).map((sub) => inner(sub))));
  if (schema.not !== undefined) said.push(opposite(inner(asSchema(schema.not))));
  if (isObject(value)) {
    said.push(strings(schema.required).every((key) => Object.hasOwn(value, key)));
    for (const [key, sub] of Object.entries(namedSchemas(schema.properties))) {
      if (Object.hasOwn(value, key)) said.push(inner(asSchema(sub), value[key]));
    }
  }
  if (Object.keys(schema).some((keyword) => !JUDGED.has(keyword))) said.push(undefined);
  return all(said);
}

function own(schema: Exclude<Schema, boolean>, value: unknown): boolean {
  const bound = (keyword: string, fits: (limit: number) => boolean) => {
    const limit = schema[keyword];
    return typeof limit !== "number" || fits(limit);
  };
  if (Object.hasOwn(schema, "const") && !sameJson(schema.const, value)) return false;
  if (Array.isArray(schema.enum) && !schema.enum.some((listed) => sameJson(listed, value))) return false;
  if (schema.type !== undefined && !hasType(value, schema.type)) return false;
  if (typeof value === "number") {
    return bound("minimum", (limit) => value >= limit) && bound("maximum", (limit) => value <= limit);
  }
  if (typeof value === "string") {
    const length = [...value].length;
    if (!bound("minLength", (limit) => length >= limit) || !bound("maxLength", (limit) => length <= limit))
      return false;
    return typeof schema.pattern !== "string" || matchesPattern(schema.pattern, value);
  }
  if (Array.isArray(value)) {
    return bound("minItems", (limit) => value.length >= limit) && bound("maxItems", (limit) => value.length <= limit);
  }
  return true;
}

function hasType(value: unknown, type: unknown): boolean {
  const named = typeof type === "string" ? [type] : strings(type);
  return named.some((name) => {
    if (name === "null") return value === null;
    if (name === "array") return Array.isArray(value);
    if (name === "object") return isObject(value);
    if (name === "integer") return Number.isInteger(value);
    return typeof value === name;
  });
}
