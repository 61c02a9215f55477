import { parseJson } from "@runa/store/json";
import fc from "fast-check";
import { expect, test } from "vitest";
import { changesBetween, type ValueChange } from "../src/deciding/value-changes.ts";

test.each<[unknown, unknown, ValueChange[]]>([
  [{ a: 1, b: [1] }, { b: [1], a: 1 }, []],
  [
    { a: 1 },
    { a: 2, "b/c": null },
    [
      { path: "/a", before: 1, after: 2 },
      { path: "/b~1c", after: null },
    ],
  ],
  [
    { a: { b: "x" }, c: 1 },
    { a: { b: "y" } },
    [
      { path: "/a/b", before: "x", after: "y" },
      { path: "/c", before: 1 },
    ],
  ],
  [[1, 2, 3], [1, 9, 2, 3], [{ path: "/1", after: 9 }]],
  [[1, 2, 3], [1, 3], [{ path: "/1", before: 2 }]],
  [[{ a: 1 }], [{ a: 2 }], [{ path: "/0/a", before: 1, after: 2 }]],
  [[], {}, [{ path: "", before: [], after: {} }]],
  [0, -0, []],
])("from %j to %j", (before, after, changes) => {
  expect(changesBetween(before, after)).toEqual(changes);
});

test("no digit of a number is lost", () => {
  const exact = (text: string) => parseJson(text).exact;
  const [was, is] = [exact("[9007199254740993]"), exact("[9007199254740995]")];
  expect(changesBetween(was, exact("[9007199254740993]"))).toEqual([]);
  expect(changesBetween(was, is)).toMatchObject([{ path: "/0", before: { digits: "9007199254740993" } }]);
});

test("there is a change exactly where the canonical JSON differs", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const [before, after] = [one, other].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
      const isSame = parseJson(JSON.stringify(before)).canonical === parseJson(JSON.stringify(after)).canonical;
      expect(changesBetween(before, after).length === 0).toBe(isSame);
      expect(changesBetween(before, before)).toEqual([]);
    }),
  );
});
