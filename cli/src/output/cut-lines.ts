import { textWidth } from "./text-width.ts";

const TAB = 8;
/** What a line begins with, and what is broken off of it too: its indent, and the mark of a quotation. */
const BEGIN = /^\s*(?:> )?/;

/**
 * Lines none of which is wider than the terminal, and of which nothing is left out: what is broken off is indented. So nothing
 * that is quoted can have the terminal put it where a line begins, and no pager has anything to cut.
 */
export function cutLines(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => cutLine(withoutTabs(line), width));
}

function cutLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  const [begin = ""] = BEGIN.exec(line) ?? [];
  const hang = begin.length <= width / 2 ? (begin.endsWith("> ") ? begin : `${begin}  `) : "  ";
  const lines: string[] = [];
  let rest = line;
  for (let room = width; textWidth(rest) > room; room = Math.max(width - hang.length, 1)) {
    const place = breakIn(rest, room);
    lines.push((lines.length === 0 ? "" : hang) + rest.slice(0, place).trimEnd());
    rest = rest.slice(place).trimStart();
  }
  return [...lines, hang + rest];
}

/** Where a text is broken so that what stands before it has room: after a space in its second half, else where room ends. */
function breakIn(text: string, room: number): number {
  let [end, width] = [0, 0];
  for (const character of text) {
    width += textWidth(character);
    if (width > room && end > 0) break;
    end += character.length;
  }
  const space = text.lastIndexOf(" ", end);
  return space > end / 2 ? space : end;
}

function withoutTabs(line: string): string {
  if (!line.includes("\t")) return line;
  const [first = "", ...others] = line.split("\t");
  return others.reduce((before, part) => before + " ".repeat(TAB - (textWidth(before) % TAB)) + part, first);
}
