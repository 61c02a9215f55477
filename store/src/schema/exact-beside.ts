import { canonicalJson } from "../json/canonical.ts";
import { holdsExactNumber } from "../json/exact-number.ts";
import { KEYWORDS } from "./keywords.ts";

/** Stands beside keywords whose numbers a double does not hold, and says them in canonical JSON. */
export const EXACT_BESIDE = "x-runa-exact";

/** Keywords in whose value every digit counts. */
const EXACT = [...KEYWORDS]
  .filter(([, { holds, role }]) => role === "constrains" && /^(number|number or flag|data)$/.test(holds))
  .map(([keyword]) => keyword);

/** What is said exactly beside a schema's keywords: of `enum` for each of its values. */
export type ExactBeside = Readonly<Partial<Record<string, string | readonly string[]>>>;

/** What has to be said beside the keywords of one schema object; null where doubles hold all of it. */
export function exactBeside(schema: Readonly<Record<string, unknown>>): ExactBeside | null {
  const inexact = EXACT.filter((keyword) => Object.hasOwn(schema, keyword) && holdsExactNumber(schema[keyword]));
  if (inexact.length === 0) return null;
  return Object.fromEntries(
    inexact.map((keyword) => {
      const value = schema[keyword];
      return [keyword, keyword === "enum" && Array.isArray(value) ? value.map(canonicalJson) : canonicalJson(value)];
    }),
  );
}
