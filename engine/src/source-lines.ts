import type { SourcePosition } from "./diagnostic.ts";

/** The lines of a source text, cut once, so that many places in it cost little. */
export class SourceLines {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) this.#starts.push(end + 1);
  }

  /** The line and column of an offset. */
  positionAt(offset: number): SourcePosition {
    let [first, last] = [0, this.#starts.length - 1];
    while (first < last) {
      const middle = Math.ceil((first + last) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) first = middle;
      else last = middle - 1;
    }
    return { line: first + 1, column: offset - (this.#starts[first] ?? 0) + 1, text: this.line(first + 1) };
  }

  /** The text of a line, counted from 1, without its end. */
  line(number: number): string {
    const start = this.#starts[number - 1] ?? this.#text.length;
    let end = (this.#starts[number] ?? this.#text.length + 1) - 1;
    if (end > start && this.#text[end - 1] === "\r") end--;
    return this.#text.slice(start, end);
  }
}
