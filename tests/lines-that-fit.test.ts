import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wrapLine } from "../cli/src/output/fit.ts";
import { cut, textWidth } from "../cli/src/output/text-width.ts";

describe("a line that is too wide", () => {
  test.each<[string, string, string[]]>([
    ["stays where it fits", "just as wide as this", ["just as wide as this"]],
    ["breaks between words, a little further in", "one two three four five", ["one two three four", "  five"]],
    [
      "goes on under its last column in the left half",
      "  why  the outputs are not current",
      ["  why  the outputs", "       are not", "       current"],
    ],
    ["keeps a table's row together", "name  ready  one, two, three", ["name  ready  one,", "      two, three"]],
    [
      "puts a last cell that begins in the right half on the next line, where it fits as a whole",
      "at  name        2 words",
      ["at  name", "    2 words"],
    ],
    [
      "gives a long word a line of its own",
      "in /a/very/long/path/of/a/file now",
      ["in", "  /a/very/long/path/of/a/file", "  now"],
    ],
    ["breaks each line of a text", "one\nfour five six seven eight", ["one", "four five six seven", "  eight"]],
    ["counts wide characters twice", "日本語 日本語 日本語日 x", ["日本語 日本語", "  日本語日 x"]],
    [
      "leaves the line of a source as it is",
      "  12 | a line of a file of somebody",
      ["  12 | a line of a file of somebody"],
    ],
  ])("%s", (_, line, expected) => {
    expect(wrapLine(line, 20)).toEqual(expected);
  });

  test("is not broken by its colours", () => {
    const coloured = "\u001b[1mone two three four\u001b[22m";
    expect(wrapLine(coloured, 20)).toEqual([coloured]);
  });

  test("loses no word, and none of its lines is wider but for a single word", () => {
    const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[\s|]|\p{Cc}/u.test(text));
    const gap = fc.constantFrom(" ", "  ", "     ");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(gap, word), { minLength: 1 }),
        fc.integer({ min: 10, max: 40 }),
        (pieces, width) => {
          const line = pieces.flat().join("");
          const lines = wrapLine(line, width);
          expect(lines.join(" ").trim().split(/\s+/)).toEqual(line.trim().split(/\s+/));
          for (const one of lines) if (/\S\s+\S/.test(one)) expect(textWidth(one), one).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe("the width of a text", () => {
  test.each([
    ["plain", 5],
    ["é…–✓▶", 5],
    ["日本", 4],
    ["한국", 4],
    ["e\u0301", 1],
    ["🚀", 2],
    ["ｗ", 2],
    ["", 0],
  ])("%s", (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  test("is never more than a cut allows", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        const plain = stripVTControlCharacters(text);
        expect(textWidth(cut(plain, width))).toBeLessThanOrEqual(width);
      }),
    );
    expect(cut("a line that is long", 10)).toBe("a line th…");
    expect(cut("日本語日本語", 6)).toBe("日本…");
  });
});
