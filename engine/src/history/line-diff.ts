import { diffLines } from "diff";

/** A line of two texts, or how many lines that both have are left out here. */
export type DiffLine =
  | { readonly line: "same" | "removed" | "added"; readonly text: string }
  | { readonly line: "skipped"; readonly count: number };

/** So many lines that both texts have stand before and after each change. */
const AROUND = 2;

/** Beyond so many changed lines two texts have little to do with each other, and to find out which lines they share would take long. */
const MOST_CHANGES = 1000;

/** How one text became another: line by line, and where neither has lines, sentence by sentence. */
export function lineDiff(from: string, to: string): DiffLine[] {
  const hasLines = from.includes("\n") || to.includes("\n");
  // Each is ended, so that only its words tell a last line from another.
  const linesOf = (text: string) => `${hasLines ? text : text.replace(SENTENCE_END, "\n")}\n`;
  const [before, now] = [linesOf(from), linesOf(to)];
  const parts = diffLines(before, now, { maxEditLength: MOST_CHANGES }) ?? [
    { value: before, removed: true, added: false },
    { value: now, removed: false, added: true },
  ];
  return parts.flatMap(({ value, removed, added }, index): DiffLine[] => {
    const texts = value.slice(0, -1).split("\n");
    if (removed || added) return texts.map((text) => ({ line: removed ? "removed" : "added", text }));
    const first = index === 0;
    const last = index === parts.length - 1;
    return shortened(texts, first ? 0 : AROUND, last ? 0 : AROUND);
  });
}

const SENTENCE_END = /(?<=[.!?…]["')\]]?) +/gu;

/** Lines that both have, of a long stretch only the first and last ones. */
function shortened(texts: readonly string[], first: number, last: number): DiffLine[] {
  const same = (text: string): DiffLine => ({ line: "same", text });
  const skipped = texts.length - first - last;
  // What is put in place of one line is no shorter.
  if (skipped <= 1) return texts.map(same);
  return [
    ...texts.slice(0, first).map(same),
    { line: "skipped", count: skipped },
    ...texts.slice(texts.length - last).map(same),
  ];
}
