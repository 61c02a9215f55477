import { type JsonObject, sameJson, strings } from "../json.ts";
import { matchesPattern } from "./pattern.ts";
import type { References } from "./references.ts";
import { asSchema, Impossible, namedSchemas, type Schema, schemasIn } from "./schema.ts";
import { verdict } from "./verdict.ts";

/** Schemas that one value must satisfy all at once, none of them a mere `$ref` or `allOf` any more. */
export type Parts = readonly JsonObject[];

/**
 * Follows `$ref` and `allOf` to the schemas behind them.
 * @param onReference is told of every reference followed
 * @throws Impossible when `false` is among them
 */
export function opened(schemas: readonly Schema[], find: References, onReference?: (to: string) => void): JsonObject[] {
  const parts: JsonObject[] = [];
  const seen = new Set<JsonObject>();
  const queue = [...schemas];
  for (let schema = queue.shift(); schema !== undefined; schema = queue.shift()) {
    if (schema === false) throw new Impossible("nothing is allowed here");
    if (schema === true || seen.has(schema)) continue;
    seen.add(schema);
    parts.push(schema);
    for (const keyword of ["$ref", "$dynamicRef", "$recursiveRef"]) {
      const to = schema[keyword];
      if (typeof to !== "string") continue;
      onReference?.(to);
      queue.push(find(to));
    }
    queue.push(...schemasIn(schema.allOf));
  }
  return parts;
}

/** `opened`, or undefined where nothing at all is allowed. */
export function openedIfPossible(schemas: readonly Schema[], find: References): JsonObject[] | undefined {
  try {
    return opened(schemas, find);
  } catch (error) {
    if (error instanceof Impossible) return undefined;
    throw error;
  }
}

/** The schemas that hold for one property of an object. */
export function schemasForProperty(parts: Parts, key: string): Schema[] {
  return parts.flatMap((part) => {
    const properties = namedSchemas(part.properties);
    const found: Schema[] = Object.hasOwn(properties, key) ? [asSchema(properties[key])] : [];
    for (const [pattern, schema] of Object.entries(namedSchemas(part.patternProperties))) {
      if (matchesPattern(pattern, key)) found.push(asSchema(schema));
    }
    if (found.length === 0 && part.additionalProperties !== undefined) found.push(asSchema(part.additionalProperties));
    return found;
  });
}

/** The properties that must be there. */
export function requiredBy(parts: Parts): Set<string> {
  return new Set(parts.flatMap((part) => strings(part.required)));
}

/** The types that are allowed, in the order in which they are named first; undefined where any is. */
export function typesOf(parts: Parts): string[] | undefined {
  let allowed: string[] | undefined;
  for (const part of parts) {
    if (part.type === undefined) continue;
    const named = typeof part.type === "string" ? [part.type] : strings(part.type);
    allowed = allowed === undefined ? named : common(allowed, named);
  }
  return allowed;
}

function common(a: readonly string[], b: readonly string[]): string[] {
  return [
    ...new Set(
      a.flatMap((type) => {
        if (b.includes(type)) return [type];
        if (type === "number" && b.includes("integer")) return ["integer"];
        return type === "integer" && b.includes("number") ? ["integer"] : [];
      }),
    ),
  ];
}

/** The values that are allowed, where there is a closed list of them (`const`, `enum`, booleans). */
export function domainOf(parts: Parts, find: References): unknown[] | undefined {
  let domain: unknown[] | undefined;
  for (const part of parts) {
    const listed = Object.hasOwn(part, "const") ? [part.const] : Array.isArray(part.enum) ? part.enum : undefined;
    if (listed === undefined) continue;
    domain = domain === undefined ? listed : domain.filter((value) => listed.some((other) => sameJson(value, other)));
  }
  const types = typesOf(parts);
  if (domain === undefined && types?.length === 1) {
    if (types[0] === "boolean") domain = [true, false];
    if (types[0] === "null") domain = [null];
  }
  return domain?.filter((value) => parts.every((part) => verdict(part, value, find) !== false));
}

/** Whether no value can satisfy all of these, as far as types, closed lists and required properties tell. */
export function conflicting(schemas: readonly Schema[], find: References, depth = 0): boolean {
  const parts = openedIfPossible(schemas, find);
  if (parts === undefined) return true;
  if (typesOf(parts)?.length === 0 || domainOf(parts, find)?.length === 0) return true;
  if (depth > 2) return false;
  return [...requiredBy(parts)].some((key) => conflicting(schemasForProperty(parts, key), find, depth + 1));
}
