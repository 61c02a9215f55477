import { escapedStep } from "./pointer.ts";

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
