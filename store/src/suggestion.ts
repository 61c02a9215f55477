import { distance } from "fastest-levenshtein";

// Nobody types a longer name, so it is not one that was misspelt.
const MAX_LENGTH = 200;

/** The known name that a misspelt one was probably meant to be; null when none is near. */
export function nearest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  if (name.length > MAX_LENGTH) return best;
  const typed = folded(name);
  // Where more than a third of the letters differ, or all, it is another name.
  let fewest = Math.min(typed.length, Math.max(1, Math.floor(typed.length / 3)) + 1);
  for (const candidate of known) {
    const other = folded(candidate);
    // Each edit changes the length by one at most. Asked first, because the distance costs the product of both lengths.
    if (Math.abs(other.length - typed.length) >= fewest) continue;
    const edits = editsBetween(typed, other);
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

/** What two names have alike that a reader takes for the same: case, and how Unicode composes the letters. */
function folded(name: string): string {
  // Upper case first: it writes out letters such as the sharp s, which have no upper case of their own.
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFC");
}

/** The known name that differs from this one in nothing but case and Unicode normalisation; null when there is none. */
export function alike(name: string, known: Iterable<string>): string | null {
  const wanted = folded(name);
  for (const candidate of known) if (candidate !== name && folded(candidate) === wanted) return candidate;
  return null;
}

/** The names that a reader takes for the same, together: they differ in nothing but case and Unicode normalisation. */
export function alikes(names: Iterable<string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const group = groups.get(folded(name));
    if (group === undefined) groups.set(folded(name), [name]);
    else group.push(name);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** ` — did you mean 'x'?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  return meant === null ? "" : meantText(name, meant);
}

/** ` — did you mean 'x'?` */
export function meantText(name: string, meant: string): string {
  const looksTheSame = meant !== name && meant.normalize("NFC") === name.normalize("NFC");
  return ` — did you mean '${meant}'${looksTheSame ? ", which looks the same and is spelt with other code points" : ""}?`;
}
