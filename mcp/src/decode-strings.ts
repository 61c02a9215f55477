import type { JsonSchema } from "@runa/engine";
import { escapedStep, MAX_DEPTH } from "@runa/engine/schema";
import { Children } from "./schema/children.ts";
import type { LocalRefs } from "./schema/local-refs.ts";
import { possibleTypes, typeOf } from "./schema/possible-types.ts";

const JSON_BUT_NO_STRING = /^\s*[[{\-0-9tfn]/;

/** A value nested deeper than any artifact may be. */
export class NestingError extends Error {}

/** A string that stood for another value: where it was, and its text. */
export interface DecodedString {
  /** JSON pointer into the value. */
  readonly path: string;
  readonly text: string;
}

/**
 * Decodes the strings in a value that are the JSON of something else, where the schema wants such a thing and would refuse
 * the string (contract.md section 8): some clients send nested arguments so, others every argument. All else stays.
 * @returns the value, the same one when nothing was decoded, and what was decoded
 * @throws NestingError
 */
export function decodeStrings(
  value: unknown,
  schema: JsonSchema,
  refs: LocalRefs,
): { value: unknown; decoded: readonly DecodedString[] } {
  const children = new Children(refs);
  const decoded: DecodedString[] = [];

  function walk(given: unknown, fits: JsonSchema, path: string, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new NestingError(`nested over ${MAX_DEPTH} levels`);
    let at = given;
    if (typeof given === "string" && JSON_BUT_NO_STRING.test(given)) {
      const types = possibleTypes(fits, refs);
      const parsed = types.has("string") ? undefined : parsedOrNothing(given);
      if (parsed !== undefined && types.has(typeOf(parsed))) {
        decoded.push({ path, text: given });
        at = parsed;
      }
    }
    if (Array.isArray(at)) {
      const items = at.map((item, index) => walk(item, children.at(fits, index), `${path}/${index}`, depth + 1));
      return items.some((item, index) => item !== at[index]) ? items : at;
    }
    if (typeof at !== "object" || at === null) return at;
    const before = Object.entries(at);
    const after = before.map(([key, member]): [string, unknown] => [
      key,
      walk(member, children.at(fits, key), `${path}/${escapedStep(key)}`, depth + 1),
    ]);
    return after.some(([, member], index) => member !== before[index]?.[1]) ? Object.fromEntries(after) : at;
  }

  return { value: walk(value, schema, "", 0), decoded };
}

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
