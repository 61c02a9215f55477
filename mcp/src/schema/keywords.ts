import { type Dialect, KEYWORDS, type Keyword, knows } from "@runa/engine/schema";

/** What a keyword that clients get as it is holds; undefined for others, and where the dialect does not know it. */
export function servedHolds(keyword: string, dialect: Dialect): Keyword["holds"] | undefined {
  const known = KEYWORDS.get(keyword);
  return known?.served === "as it is" && knows(dialect, keyword) ? known.holds : undefined;
}

/** Whether a keyword constrains and is not served, so that a schema without it lets more through than it should. */
export function loosens(keyword: string): boolean {
  const known = KEYWORDS.get(keyword);
  return known?.role === "constrains" && known.served === "no";
}

/** Whether a keyword tells people about a value and does not constrain it. */
export function describes(keyword: string): boolean {
  return KEYWORDS.get(keyword)?.role === "describes";
}
