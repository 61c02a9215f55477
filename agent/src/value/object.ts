import type { JsonObject } from "../json.ts";
import { type Parts, requiredBy, schemasForProperty } from "./parts.ts";
import { matchesPattern } from "./pattern.ts";
import { asSchema, Impossible, namedSchemas, numbersOf, type Schema } from "./schema.ts";
import { shapesOf } from "./text.ts";
import type { Wish } from "./wish.ts";

/** Narrows the schemas of a value inside another. */
export type Narrow = (schemas: readonly Schema[], wish: Wish) => JsonObject;

/** An object's schema with just the properties that are to be there. @throws Impossible when a required one cannot be */
export function narrowedObject(parts: Parts, wish: Wish, narrow: Narrow): JsonObject {
  const required = requiredBy(parts);
  const declared = parts.flatMap((part) => Object.keys(namedSchemas(part.properties)));
  const most = Math.min(...numbersOf(parts, "maxProperties"), Number.MAX_SAFE_INTEGER);
  const least = Math.max(...numbersOf(parts, "minProperties"), 0);
  const properties = new Map<string, JsonObject>();
  const put = (key: string) => {
    const inner = narrow(schemasForProperty(parts, key), { ...wish, name: key, item: false, depth: wish.depth + 1 });
    properties.set(key, inner);
  };

  for (const key of new Set([...declared, ...required])) {
    if (required.has(key)) put(key);
    else if (wish.optionals && properties.size + owedAfter(key, required, properties) < most) attempt(() => put(key));
  }
  const free = wish.optionals && declared.length === 0 && describesOthers(parts) ? 1 : 0;
  const wanted = Math.min(Math.max(least, free), most);
  for (const key of [...declared, ...newNames(parts, wish)]) {
    if (properties.size >= wanted) break;
    if (!properties.has(key)) attempt(() => put(key));
  }
  if (properties.size < least) throw new Impossible(`no ${least} properties can be made`);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: [...properties.keys()],
    additionalProperties: false,
  };
}

/** How many required properties are still to come beside this one. */
function owedAfter(key: string, required: ReadonlySet<string>, have: ReadonlyMap<string, unknown>): number {
  return [...required].filter((other) => other !== key && !have.has(other)).length;
}

function attempt(make: () => void): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof Impossible)) throw error;
  }
}

/** Whether the schema says what properties of any name look like, as for a map. */
function describesOthers(parts: Parts): boolean {
  return parts.some(
    (part) =>
      typeof part.additionalProperties === "object" || Object.keys(namedSchemas(part.patternProperties)).length > 0,
  );
}

/** Names for properties that the schema leaves free, those first that its own name rules ask for. */
function newNames(parts: Parts, wish: Wish): string[] {
  const rules = parts.flatMap((part) => (part.propertyNames === undefined ? [] : [asSchema(part.propertyNames)]));
  const listed = rules.flatMap((rule) => (typeof rule === "object" && Array.isArray(rule.enum) ? rule.enum : []));
  const patterns = parts.flatMap((part) => Object.keys(namedSchemas(part.patternProperties)));
  const shapes = [...shapesOf("name", wish.dice), ...shapesOf("id", wish.dice), ...shapesOf("key", wish.dice)];
  const fitting = shapes.filter((shape) =>
    rules.every(
      (rule) => typeof rule !== "object" || typeof rule.pattern !== "string" || matchesPattern(rule.pattern, shape),
    ),
  );
  const likely = fitting.filter((shape) => patterns.some((pattern) => matchesPattern(pattern, shape)));
  return [...listed.filter((name) => typeof name === "string"), ...new Set([...likely, ...fitting])];
}
