import { styleText } from "node:util";
import { stderr, stdout } from "../output/output.ts";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Colours a text for an output: only on a terminal, and never where NO_COLOR is set and not empty. */
export function styler(output: { readonly isTerminal: boolean }): (style: Style, text: string) => string {
  let colours: boolean | undefined;
  return (style, text) => {
    colours ??= output.isTerminal && !process.env.NO_COLOR && process.env.TERM !== "dumb";
    // Unasked, `styleText` would look at stdout, whichever stream this is for.
    return colours ? styleText(style, text, { validateStream: false }) : text;
  };
}

/** For what goes to stdout, and for what goes to stderr. */
export const out = styler(stdout);
export const err = styler(stderr);

/** Rows as aligned columns, two spaces apart; the last column is left as it is. */
export function columns(rows: readonly (readonly string[])[], indent = ""): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.slice(0, -1).entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  return rows.map(
    (row) =>
      indent +
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join("  ")
        .trimEnd(),
  );
}
