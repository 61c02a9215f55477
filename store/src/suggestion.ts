import { distance } from "fastest-levenshtein";

// A longer one was not typed, and so not misspelt.
const MAX_LENGTH = 200;

/** The known name that a misspelt one was probably meant to be; null when none is near. */
export function nearest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  if (name.length > MAX_LENGTH) return best;
  // More than a third of it, or all of it, is another name.
  let fewest = Math.min(name.length, Math.max(1, Math.floor(name.length / 3)) + 1);
  for (const candidate of known) {
    // An edit changes the length by one at most; the distance itself costs the product of both lengths.
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const edits = editsBetween(folded(name), folded(candidate));
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Letters to insert, to remove or to replace; two that changed places count once. */
function editsBetween(one: string, other: string): number {
  const edits = distance(one, other);
  if (edits !== 2 || one.length !== other.length) return edits;
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  const swapped = `${one.slice(0, at)}${one[at + 1]}${one[at]}${one.slice(at + 2)}`;
  return swapped === other ? 1 : edits;
}

/** What two names have alike that a reader takes for the same. */
function folded(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** ` — did you mean 'x'?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  if (meant === null) return "";
  const alike = meant !== name && meant.normalize("NFC") === name.normalize("NFC");
  return ` — did you mean '${meant}'${alike ? ", which looks the same and is spelt with other code points" : ""}?`;
}
