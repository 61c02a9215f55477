import { escapedStep } from "../json/pointer.ts";
import { KEYWORDS } from "./keywords.ts";

/** The JSON pointers of all regular expressions in a schema, for telling which of them may have taken too long. */
export function patternsIn(schema: unknown, at = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]): string[] => {
    const place = `${at}/${escapedStep(key)}`;
    if (key === "pattern" && typeof value === "string") return [place];
    if (key === "patternProperties" && typeof value === "object" && value !== null)
      return [place, ...patternsIn(value, place)];
    return patternsIn(value, place);
  });
}

/**
 * Whether judging by a schema can take longer than in proportion to the artifact: it matches regular expressions, compares
 * items with each other, or follows references, whose ways can multiply. Without these, each part of the schema looks once
 * at each part of the artifact.
 */
export function canTakeLong(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  return Object.entries(schema).some(([key, value]) => KEYWORDS.get(key)?.canTakeLong === true || canTakeLong(value));
}
