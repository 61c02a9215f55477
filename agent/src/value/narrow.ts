import type { JsonObject } from "../json.ts";
import { narrowedArray } from "./array.ts";
import { chosen } from "./choices.ts";
import { narrowedObject } from "./object.ts";
import { domainOf, type Parts, typesOf } from "./parts.ts";
import { narrowedNumber, narrowedString } from "./scalar.ts";
import { Impossible, type Schema } from "./schema.ts";
import { namesIdentifier, slug } from "./text.ts";
import { verdict } from "./verdict.ts";
import type { Wish } from "./wish.ts";

/** No artifact that a person reads is nested deeper; a schema that has to be is taken for endless. */
const DEEPEST = 64;

/**
 * One schema in which nothing is left to choose, made from schemas that all hold at once: no references, no applicators,
 * each property and item that is to be there required. The faker would ignore or confuse what is resolved here, such as two
 * `if`s, `not`, or `contains` beside `items`.
 * @throws Impossible when nothing satisfies the schemas
 */
export function narrowed(schemas: readonly Schema[], from: Wish): JsonObject {
  if (from.depth > DEEPEST) throw new Impossible("the schema never ends");
  from.budget.left -= 1;
  const trail = new Set(from.trail);
  let again = false;
  const parts = chosen(schemas, from, (to) => {
    again ||= from.trail.has(to);
    trail.add(to);
  });
  const roomy = from.optionals && !again && from.budget.left > 0;
  const wish: Wish = { ...from, trail, optionals: roomy };

  const domain = domainOf(parts, wish.find);
  if (domain?.length === 0) throw new Impossible("no value that is listed is allowed");
  if (domain !== undefined) return { enum: domain };
  const shown = wish.examples ? examplesFor(parts, wish) : [];
  if (shown.length > 0) return { enum: shown };

  switch (typeFor(parts, wish)) {
    case "object":
      return narrowedObject(parts, wish, narrowed);
    case "array":
      return narrowedArray(parts, wish, narrowed);
    case "integer":
      return narrowedNumber(parts, "integer");
    case "number":
      return narrowedNumber(parts, "number");
    case "boolean":
      return { enum: [true, false] };
    case "null":
      return { const: null };
    default:
      return narrowedString(parts, wish);
  }
}

function examplesFor(parts: Parts, wish: Wish): unknown[] {
  if (wish.depth === 0) return [];
  const fitting = (values: readonly unknown[]) =>
    values.filter((value) => parts.every((part) => verdict(part, value, wish.find) !== false));
  const examples = fitting(parts.flatMap((part) => (Array.isArray(part.examples) ? part.examples : [])));
  // An artifact of nothing but examples would be the same whatever its inputs are. So its own properties are varied, or,
  // where they hold no text, the first text further down.
  const wanted = wish.depth <= 1 || (!wish.item && !wish.apart.told);
  const varied = wanted ? fitting(examples.flatMap((example) => variationOf(example, parts, wish))) : [];
  if (varied.length > 0) {
    wish.apart.told = true;
    return varied;
  }
  if (examples.length > 0) return examples;
  return fitting(parts.flatMap((part) => (part.default === undefined ? [] : [part.default])));
}

/** An example told apart from others of its kind, where it is free text. */
function variationOf(example: unknown, parts: Parts, wish: Wish): string[] {
  const bound = parts.some((part) => part.pattern !== undefined || part.format !== undefined);
  if (typeof example !== "string" || bound || namesIdentifier(wish.name)) return [];
  return [`${example} (rehearsed: ${slug(wish.dice)})`];
}

const TELLING: readonly [string, readonly string[]][] = [
  ["object", ["properties", "required", "additionalProperties", "patternProperties", "minProperties", "propertyNames"]],
  ["array", ["items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];

function typeFor(parts: Parts, wish: Wish): string {
  const types = typesOf(parts);
  if (types === undefined) {
    const told = TELLING.find(([, keywords]) =>
      parts.some((part) => keywords.some((word) => Object.hasOwn(part, word))),
    );
    return told?.[0] ?? "string";
  }
  const [first, ...rest] = types.filter((type) => type !== "null");
  if (first !== undefined) return wish.dice.pick([first, ...rest]);
  if (types.length === 0) throw new Impossible("no type is allowed");
  return "null";
}
