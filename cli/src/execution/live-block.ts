import { stripVTControlCharacters } from "node:util";
import { stderr } from "../output/output.ts";
import { textWidth } from "../output/text-width.ts";

/** Lines at the end of the terminal that are drawn again and again, in one place. */
export class LiveBlock {
  /** How wide each line is that stands there now. */
  #drawn: readonly number[] = [];

  /** @param lines none of them wider than the terminal */
  draw(lines: readonly string[]): void {
    stderr.write(lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines.map((line) => textWidth(stripVTControlCharacters(line)));
  }

  /** Takes it away, with the rows into which a terminal that was made narrower has broken it. */
  erase(): void {
    if (this.#drawn.length === 0) return;
    const { columns } = stderr;
    const rows = this.#drawn.reduce((sum, wide) => sum + Math.max(1, Math.ceil(wide / (columns ?? wide))), 0);
    stderr.write(`\u001b[${rows}A\u001b[J`);
    this.#drawn = [];
  }
}
