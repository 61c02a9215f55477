import fc from "fast-check";
import { expect, test } from "vitest";
import { SourceLines } from "../src/source-lines.ts";

test("finds the line and column of every offset, as cutting the text up to it does", () => {
  const text = fc
    .array(fc.constantFrom("a", "é", "\n", "\r\n", "\r", "😀"), { maxLength: 20 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(text, (source) => {
      const lines = new SourceLines(source);
      for (let offset = 0; offset <= source.length; offset++) {
        const before = source.slice(0, offset).split("\n");
        const line = source.split("\n")[before.length - 1] ?? "";
        expect(lines.positionAt(offset)).toEqual({
          line: before.length,
          column: (before.at(-1) ?? "").length + 1,
          text: line.replace(/\r$/, ""),
        });
      }
    }),
  );
});
