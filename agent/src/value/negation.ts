import { type JsonObject, strings } from "../json.ts";
import { outlook } from "./outlook.ts";
import { conflicting, domainOf, openedIfPossible, type Parts, requiredBy, typesOf } from "./parts.ts";
import { asSchema, Impossible, namedSchemas, type Schema, schemasIn } from "./schema.ts";
import { verdict } from "./verdict.ts";
import type { Wish } from "./wish.ts";

const TYPES = ["string", "object", "array", "integer", "number", "boolean", "null"];
/** A limit, the limit that breaks it, and how far beside it that lies. */
const REVERSED: readonly [string, string, number][] = [
  ["minItems", "maxItems", -1],
  ["maxItems", "minItems", 1],
  ["minLength", "maxLength", -1],
  ["maxLength", "minLength", 1],
  ["minimum", "exclusiveMaximum", 0],
  ["maximum", "exclusiveMinimum", 0],
];

/**
 * What to ask for besides, so that the value made for `parts` does not satisfy `schema`: the first way that leaves
 * something possible. Nothing where it fails by itself or where only chance can tell (a pattern, say).
 * @throws Impossible when the value is bound to satisfy it
 */
export function negated(schema: Schema, parts: Parts, wish: Wish): Schema[] {
  if (schema === true) throw new Impossible("everything is ruled out here");
  const likely = outlook(schema, parts, wish);
  if (likely === false) return [];
  for (const part of openedIfPossible([schema], wish.find) ?? []) {
    for (const way of waysToFail(part, parts, wish)) {
      if (!conflicting([...parts, ...way], wish.find)) return way;
    }
  }
  if (likely === true) throw new Impossible("what was chosen is ruled out");
  return [];
}

function* waysToFail(part: JsonObject, parts: Parts, wish: Wish): Generator<Schema[]> {
  const owed = requiredBy(parts);
  for (const key of strings(part.required)) if (!owed.has(key)) yield [{ properties: { [key]: false } }];
  for (const [key, sub] of Object.entries(namedSchemas(part.properties))) {
    if (owed.has(key)) yield [{ properties: { [key]: { not: asSchema(sub) } }, required: [key] }];
  }
  const domain = domainOf(parts, wish.find);
  if (domain !== undefined) yield [{ enum: domain.filter((value) => verdict(part, value, wish.find) !== true) }];
  if (part.type !== undefined) {
    const barred = typeof part.type === "string" ? [part.type] : strings(part.type);
    yield [{ type: (typesOf(parts) ?? TYPES).filter((type) => !barred.includes(type)) }];
  }
  if (part.contains !== undefined) yield [{ items: { not: asSchema(part.contains) } }];
  if (part.not !== undefined) yield [asSchema(part.not)];
  if (Array.isArray(part.anyOf)) yield schemasIn(part.anyOf).flatMap((sub) => negated(sub, parts, wish));
  for (const [keyword, reverse, step] of REVERSED) {
    const limit = part[keyword];
    if (typeof limit === "number" && (step === 0 || limit + step >= 0)) yield [{ [reverse]: limit + step }];
  }
}
