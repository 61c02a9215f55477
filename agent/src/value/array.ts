import type { JsonObject } from "../json.ts";
import type { Narrow } from "./object.ts";
import type { Parts } from "./parts.ts";
import { asSchema, Impossible, numbersOf, type Schema, schemasIn } from "./schema.ts";
import type { Wish } from "./wish.ts";

/** How many items a list gets that may have any number. */
const USUAL = 2;

/** An array's schema with just the items that are to be there. @throws Impossible when one that must be cannot be */
export function narrowedArray(parts: Parts, wish: Wish, narrow: Narrow): JsonObject {
  const least = Math.max(...numbersOf(parts, "minItems"), 0);
  const most = Math.min(...numbersOf(parts, "maxItems"), Number.MAX_SAFE_INTEGER);
  const contained = parts.flatMap(containedIn);
  if (least > most) throw new Impossible(`no list has ${least} items and at most ${most}`);
  const usual = wish.optionals ? Math.max(USUAL, ...parts.map((part) => tupleOf(part).length)) : 0;
  const count = Math.min(Math.max(least, contained.length, usual), most);

  const items: JsonObject[] = [];
  for (let index = 0; index < count; index++) {
    const schemas = parts.flatMap((part) => itemSchemas(part, index));
    // More that must be contained than there is room for: the last ones share what is left.
    const here = contained.filter((_, position) => position % Math.max(count, 1) === index);
    try {
      items.push(narrow([...schemas, ...here], { ...wish, item: true, depth: wish.depth + 1 }));
    } catch (error) {
      if (!(error instanceof Impossible) || index < Math.max(least, contained.length)) throw error;
      break;
    }
  }
  return {
    type: "array",
    prefixItems: items,
    items: false,
    minItems: Math.min(least, items.length),
    maxItems: items.length,
    // Twice the same example says nothing: the faker drops it where fewer will do.
    uniqueItems: parts.some((part) => part.uniqueItems === true) || Math.max(least, contained.length) <= 1,
  };
}

function tupleOf(part: JsonObject): Schema[] {
  return schemasIn(Array.isArray(part.prefixItems) ? part.prefixItems : part.items);
}

function itemSchemas(part: JsonObject, index: number): Schema[] {
  const tuple = tupleOf(part);
  const here = tuple[index];
  if (here !== undefined) return [here];
  const rest = Array.isArray(part.items) ? part.additionalItems : part.items;
  return rest === undefined ? [] : [asSchema(rest)];
}

function containedIn(part: JsonObject): Schema[] {
  if (part.contains === undefined) return [];
  const times = typeof part.minContains === "number" ? part.minContains : 1;
  return Array.from({ length: Math.min(times, 100) }, () => asSchema(part.contains));
}
