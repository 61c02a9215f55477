import { describe, expect, test } from "vitest";
import { lossesOf } from "../src/json/losses.ts";

describe("numbers that a double does not hold", () => {
  test.each([
    ["9007199254740993"],
    ["-9007199254740993"],
    ["18446744073709551616"],
    ["90071992547409930e-1"],
    ["1e400"],
    ["-1E+400"],
    ["0.12345678901234567890123"],
    ["19.990000000000000001"],
    ["1e-400"],
  ])("%s is one", (literal) => {
    expect(lossesOf(literal)).toEqual([{ path: "", kind: "number", text: literal }]);
  });

  test.each([
    ["9007199254740992"],
    ["123456789012345"],
    ["1e23"],
    ["120000000000000000e-1"],
    ["0e999999999999"],
    ["-0.0"],
    ["19.990"],
    ["0.30000000000000004"],
    ["5e-324"],
    ['"9007199254740993"'],
    ['"a 9007199254740993 \\" 9007199254740993"'],
    ['{"9007199254740993":1}'],
  ])("%s is none", (text) => {
    expect(lossesOf(text)).toEqual([]);
  });

  test("each is named by its place", () => {
    const text = ' { "a/b" : [ 1, {"~":[9007199254740993]}, [], "x,]}" ] , "\\u0062\\"" : 9007199254740995, "c": {} } ';
    expect(lossesOf(text)).toEqual([
      { path: "/a~1b/1/~0/0", kind: "number", text: "9007199254740993" },
      { path: '/b"', kind: "number", text: "9007199254740995" },
    ]);
  });

  test("a string of ten million characters is passed over", () => {
    const text = JSON.stringify(['\\"9007199254740993'.repeat(600_000), 1]);
    expect(lossesOf(text.replace(/1]$/, "9007199254740993]"))).toEqual([
      { path: "/1", kind: "number", text: "9007199254740993" },
    ]);
  });
});

describe("keys that stand twice in one object", () => {
  test("each is named by its place, as it was written", () => {
    expect(lossesOf('{"a":{"x/y":1,"x\\u002fy":2},"b":[{"c":1,"c":1,"c":1}],"a":3}')).toEqual([
      { path: "/a/x~1y", kind: "key", text: '"x\\u002fy"' },
      { path: "/b/0/c", kind: "key", text: '"c"' },
      { path: "/b/0/c", kind: "key", text: '"c"' },
      { path: "/a", kind: "key", text: '"a"' },
    ]);
  });

  test("not where they stand in several, or stand as values", () => {
    expect(lossesOf('[{"a":"a"},{"a":["a","a"]},{"__proto__":1,"constructor":{"__proto__":1}}]')).toEqual([]);
  });
});
