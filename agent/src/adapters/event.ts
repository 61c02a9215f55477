import { isObject, type JsonObject } from "../json.ts";

/** The JSON object that a line holds; undefined where it holds something else. */
export function eventIn(line: string): JsonObject | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const event: unknown = JSON.parse(line);
    return isObject(event) ? event : undefined;
  } catch {
    return undefined;
  }
}
