import { type Candidate, visible } from "@runa/engine";
import { countsByAge } from "../messages.ts";

/** So many protocols are named. */
const NAMED = 3;

/** What it means that a clone knows nothing of what outputs were made from: one line, or none. */
export function unrecordedText(candidates: readonly Candidate[]): string[] {
  const names = [...new Set(candidates.map(({ protocol }) => visible(protocol.name)))];
  if (names.length === 0) return [];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  const named = `${names.slice(0, NAMED).join(", ")}${more}`;
  return [countsByAge(named)];
}
