import { describe, expect, test } from "vitest";
import { roundedIntegers } from "../src/exact-integers.ts";

describe("integers that parsing would change", () => {
  test.each([
    ["9007199254740993"],
    ["-9007199254740993"],
    ["18446744073709551616"],
    ["90071992547409930e-1"],
    ["1e400"],
    ["-1E+400"],
  ])("%s is one", (literal) => {
    expect(roundedIntegers(literal)).toEqual([{ path: "", literal }]);
  });

  test.each([
    ["9007199254740992"],
    ["123456789012345"],
    ["1e23"],
    ["120000000000000000e-1"],
    ["0e999999999999"],
    ["-0.0"],
    ["0.12345678901234567890123"],
    ["1e-400"],
    ['"9007199254740993"'],
    ['"a 9007199254740993 \\" 9007199254740993"'],
    ['{"9007199254740993":1}'],
  ])("%s is none", (text) => {
    expect(roundedIntegers(text)).toEqual([]);
  });

  test("each is named by its place", () => {
    const text = ' { "a/b" : [ 1, {"~":[9007199254740993]}, [], "x,]}" ] , "\\u0062\\"" : 9007199254740995, "c": {} } ';
    expect(roundedIntegers(text)).toEqual([
      { path: "/a~1b/1/~0/0", literal: "9007199254740993" },
      { path: '/b"', literal: "9007199254740995" },
    ]);
  });

  test("a string of ten million characters is passed over", () => {
    const text = JSON.stringify(['\\"9007199254740993'.repeat(600_000), 1]);
    expect(roundedIntegers(text.replace(/1]$/, "9007199254740993]"))).toEqual([
      { path: "/1", literal: "9007199254740993" },
    ]);
  });
});
