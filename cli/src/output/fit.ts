import { stripVTControlCharacters } from "node:util";
import { textWidth } from "./text-width.ts";

/** Lines up to this long are never looked at: no terminal that people work in is narrower. */
const SHORT = 40;
/** A line of a source file that is shown, and the caret below it: cut to size where it is made. */
const EXCERPT = /^ +\d* *\| /;

/** An output that lines are made to fit. */
interface Lined {
  readonly columns: number | undefined;
}

/**
 * How many columns a line may have: what `COLUMNS` says, else what the terminal has. Without either there is no limit, so
 * that what a program reads stays in one line.
 */
export function lineWidth(output: Lined): number {
  const told = Number(process.env.COLUMNS);
  return Number.isSafeInteger(told) && told > 0 ? told : (output.columns ?? Number.POSITIVE_INFINITY);
}

/** Lines that fit an output, those that are too wide broken between words. */
export function fitted(lines: readonly string[], output: Lined): readonly string[] {
  if (lines.every((line) => line.length <= SHORT)) return lines;
  const width = lineWidth(output);
  return width === Number.POSITIVE_INFINITY ? lines : lines.flatMap((line) => wrapLine(line, width));
}

/**
 * One line, or several texts that it holds, broken between words so that each fits; what follows stands under the last column
 * that leaves room, else a little further in. A word that is wider than that, such as a path, has a line of its own.
 */
export function wrapLine(line: string, width: number): string[] {
  if (line.includes("\n")) return line.split("\n").flatMap((one) => wrapLine(one, width));
  if (widthOf(line) <= width || EXCERPT.test(line)) return [line];
  const [, begin = "", rest = ""] = /^(\s*)(.*)$/su.exec(line) ?? [];
  const hang = hangOf(stripVTControlCharacters(line), width);
  const deep = " ".repeat(hang);
  const shallow = " ".repeat(Math.min(hang, begin.length + 2));
  const lines: string[] = [];
  let current = begin;
  let isEmpty = true;
  for (const { gap, text: word, cell } of piecesOf(rest, width - hang)) {
    const wide = widthOf(word);
    const start = widthOf(current) + gap.length;
    // A cell that begins far to the right is not torn apart where the next line has room for all of it.
    const all = gap.length > 1 ? widthOf(cell) : 0;
    const isLate = start > width / 2 && start + all > width && hang + all <= width;
    if (!isEmpty && (start + wide > width || isLate)) {
      lines.push(current.trimEnd());
      current = (hang + wide > width ? shallow : deep) + word;
    } else current += isEmpty ? word : gap + word;
    isEmpty = false;
  }
  return [...lines, current.trimEnd()];
}

/** What is kept together: words, and in a table's row the cells before the last one. */
interface Piece {
  /** The space before it. */
  readonly gap: string;
  readonly text: string;
  /** The whole cell that it is in. */
  readonly cell: string;
}

function piecesOf(text: string, room: number): Piece[] {
  const cells = [...text.matchAll(/(\s*)(\S+(?: \S+)*)/gu)].map(([, gap = "", cell = ""]) => ({
    gap,
    text: cell,
    cell,
  }));
  return cells.flatMap((one, index) => {
    if (cells.length > 2 && index < cells.length - 1 && widthOf(one.cell) <= room) return [one];
    return one.cell.split(" ").map((text, place) => ({ ...one, gap: place === 0 ? one.gap : " ", text }));
  });
}

function widthOf(text: string): number {
  return textWidth(stripVTControlCharacters(text));
}

/** How far in what is broken off begins: under the last column in the left half, where there are columns. */
function hangOf(plain: string, width: number): number {
  const [begin = ""] = /^\s*/.exec(plain) ?? [];
  const starts = [...plain.matchAll(/\S {2,}(?=\S)/g)].map(({ index, 0: gap }) =>
    textWidth(plain.slice(0, index + gap.length)),
  );
  return starts.filter((start) => start <= width / 2).at(-1) ?? Math.min(begin.length + 2, Math.floor(width / 2));
}
