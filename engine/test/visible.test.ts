import fc from "fast-check";
import { expect, test } from "vitest";
import { visible, visibleLines } from "../src/visible.ts";

/** Written as code points, so that nothing in this table hides either. */
const of = (...points: number[]) => String.fromCodePoint(...points);

test.each([
  ["null", [0x00], "\\u{0}"],
  ["bell", [0x07], "\\u{7}"],
  ["escape, which moves a cursor", [0x1b], "\\u{1b}"],
  ["line feed", [0x0a], "\\u{a}"],
  ["carriage return", [0x0d], "\\u{d}"],
  ["tab", [0x09], "\\u{9}"],
  ["delete", [0x7f], "\\u{7f}"],
  ["control sequence introducer", [0x9b], "\\u{9b}"],
  ["next line", [0x85], "\\u{85}"],
  ["soft hyphen", [0xad], "\\u{ad}"],
  ["combining grapheme joiner", [0x34f], "\\u{34f}"],
  ["Arabic letter mark", [0x61c], "\\u{61c}"],
  ["Hangul filler", [0x115f], "\\u{115f}"],
  ["Khmer inherent vowel", [0x17b4], "\\u{17b4}"],
  ["Mongolian vowel separator", [0x180e], "\\u{180e}"],
  ["zero-width space", [0x200b], "\\u{200b}"],
  ["zero-width non-joiner", [0x200c], "\\u{200c}"],
  ["zero-width joiner", [0x200d], "\\u{200d}"],
  ["right-to-left mark", [0x200f], "\\u{200f}"],
  ["line separator", [0x2028], "\\u{2028}"],
  ["paragraph separator", [0x2029], "\\u{2029}"],
  ["right-to-left override", [0x202e], "\\u{202e}"],
  ["word joiner", [0x2060], "\\u{2060}"],
  ["right-to-left isolate", [0x2067], "\\u{2067}"],
  ["Hangul filler, wide", [0x3164], "\\u{3164}"],
  ["private use", [0xe000], "\\u{e000}"],
  ["byte order mark", [0xfeff], "\\u{feff}"],
  ["Hangul filler, half-width", [0xffa0], "\\u{ffa0}"],
  ["tag", [0xe0041], "\\u{e0041}"],
  ["variation selector of the supplement", [0xe0100], "\\u{e0100}"],
  ["variation selector after a letter", [0x61, 0xfe0f], "a\\u{fe0f}"],
  ["two variation selectors after an emoji", [0x2764, 0xfe0f, 0xfe0f], `${of(0x2764, 0xfe0f)}\\u{fe0f}`],
] as const)("%s is made visible", (_what, points, shown) => {
  expect(visible(of(...points))).toBe(shown);
});

test("half a surrogate pair is made visible, a whole one is a character", () => {
  expect(visible("\ud83d")).toBe("\\u{d83d}");
  expect(visible("\ude00\ud83d")).toBe("\\u{de00}\\u{d83d}");
  expect(visible("\ud83d\ude00")).toBe("\ud83d\ude00");
});

test.each(["plain words", "Grüße, 世界, שלום", "a\\u{202e}b", "e\u0301", "❤️ and ⚠️", "1 < 2 & 3 > 2"])(
  "%s stays as it is",
  (text) => {
    expect(visible(text)).toBe(text);
    expect(visibleLines(text)).toBe(text);
  },
);

test("of several lines, line feeds and tabs stay; a lone carriage return does not", () => {
  expect(visibleLines("a\r\n\tb\rc\u001b[2J\u2028d")).toBe("a\n\tb\\u{d}c\\u{1b}[2J\\u{2028}d");
});

test("whatever the text, what is shown is one line, holds nothing hidden, and is shown the same again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const shown = visible(text);
      const hidden = /[\p{Cc}\p{Bidi_Control}\u200b-\u200f\u2028\u2029\u2060\ufeff]/u.test(shown);
      expect([hidden, visible(shown), visibleLines(shown)]).toEqual([false, shown, shown]);
    }),
    { numRuns: 1000 },
  );
});
