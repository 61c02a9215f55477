import fc from "fast-check";
import { expect, test } from "vitest";
import { cutLines } from "../cli/src/output/cut-lines.ts";
import { textWidth } from "../cli/src/output/text-width.ts";

test("what is broken off is indented, and no line begins with what was quoted", () => {
  expect(cutLines("- **Risk:** it is high and grows", 20)).toEqual(["- **Risk:** it is", "  high and grows"]);
  expect(cutLines("   > one two three four", 14)).toEqual(["   > one two", "   > three", "   > four"]);
  expect(cutLines(`- ${"x".repeat(20)}`, 10)).toEqual(["- xxxxxxxx", "  xxxxxxxx", "  xxxx"]);
  expect(cutLines(`${" ".repeat(9)}abcdef`, 8)).toEqual(["        ", "  abcdef"].map((line) => line.trimEnd()));
  expect(cutLines("a\tb", 40)).toEqual(["a       b"]);
});

test("nothing but white space is left out, and nothing is too wide", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "\t", "\n", "> ", "日", "-") });
  fc.assert(
    fc.property(text, fc.integer({ min: 8, max: 40 }), (whole, width) => {
      const lines = cutLines(whole, width);
      expect(lines.filter((line) => textWidth(line) > width)).toEqual([]);
      const solid = (one: string) => one.replace(/[\s>]/g, "");
      expect(solid(lines.join(""))).toBe(solid(whole));
    }),
  );
});
