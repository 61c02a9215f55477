import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, parseJson, unescapedStep } from "../../store/src/entries/json.ts";
import { type JsonChange, jsonDiff } from "../src/history/json-diff.ts";
import { lineDiff } from "../src/history/line-diff.ts";

describe("two JSON values", () => {
  test.each<[string, unknown, unknown, JsonChange[]]>([
    ["that are the same", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ["of which one has a member more", { a: 1 }, { a: 1, b: [2] }, [{ path: "/b", change: "added", to: [2] }]],
    ["of which one has a member less", { a: 1, b: null }, { a: 1 }, [{ path: "/b", change: "removed", from: null }]],
    [
      "that differ deep inside, under names that a pointer escapes",
      { "a/b": [{ "~c": 1 }] },
      { "a/b": [{ "~c": 2 }] },
      [{ path: "/a~1b/0/~0c", change: "changed", from: 1, to: 2 }],
    ],
    ["of different kinds", { a: 1 }, [1], [{ path: "", change: "changed", from: { a: 1 }, to: [1] }]],
    ["with an element put in before others", ["b", "c"], ["a", "b", "c"], [{ path: "/0", change: "added", to: "a" }]],
    ["with an element taken out", ["a", "b", "c"], ["a", "c"], [{ path: "/1", change: "removed", from: "b" }]],
    [
      "with an element that is another one, in its place",
      ["a", "b", "c"],
      ["a", "x", "c"],
      [{ path: "/1", change: "changed", from: "b", to: "x" }],
    ],
    [
      "with an element elsewhere",
      ["a", "b", "c", "d"],
      ["d", "a", "b", "c"],
      [{ path: "/0", change: "moved", from_path: "/3" }],
    ],
    [
      "with an element that has a name, changed and elsewhere",
      [{ id: "x", n: 1 }, { id: "y" }],
      [{ id: "z" }, { id: "y" }, { id: "x", n: 2 }],
      [
        { path: "/0", change: "added", to: { id: "z" } },
        { path: "/2/n", change: "changed", from_path: "/0/n", from: 1, to: 2 },
      ],
    ],
    [
      "with elements of other names in the same place",
      [{ id: "x" }],
      [{ id: "y" }],
      [
        { path: "/0", change: "removed", from: { id: "x" } },
        { path: "/0", change: "added", to: { id: "y" } },
      ],
    ],
  ])("%s", (_, from, to, changes) => {
    expect(jsonDiff(from, to)).toEqual(changes);
  });

  test("that differ in digits which a double does not hold", () => {
    const exact = (text: string) => parseJson(text).exact;
    expect(jsonDiff(exact('{"n":1.00000000000000000001}'), exact('{"n":1.00000000000000000002}'))).toEqual([
      { path: "/n", change: "changed", from: "1.00000000000000000001", to: "1.00000000000000000002" },
    ]);
  });

  test("that are lists of many thousand other elements take no time to speak of", () => {
    const list = (word: string) => Array.from({ length: 20_000 }, (_, index) => `${word}-${index}`);
    const began = performance.now();
    expect(jsonDiff(list("a"), list("b"))).toHaveLength(20_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

/** What a pointer leads to; undefined where it leads nowhere. */
function at(value: unknown, pointer: string): unknown {
  const steps = pointer === "" ? [] : pointer.slice(1).split("/").map(unescapedStep);
  return steps.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value);
}

test("every change names what is there, and what was", () => {
  const key = fc.constantFrom("a", "b", "id", "~/");
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, 1, 2, "x", "y", "one\ntwo"),
      fc.array(tie("json"), { maxLength: 4 }),
      fc.dictionary(key, tie("json"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(json, json, (from, to) => {
      const changes = jsonDiff(from, to);
      expect(changes.length === 0).toBe(canonicalJson(from) === canonicalJson(to));
      for (const change of changes) {
        if (change.change === "removed") expect(at(from, change.path)).toEqual(change.from);
        else if (change.change === "moved") expect(at(to, change.path)).toEqual(at(from, change.from_path));
        else expect(at(to, change.path)).toEqual(change.to);
        if (change.change === "changed") expect(at(from, change.from_path ?? change.path)).toEqual(change.from);
      }
    }),
  );
});

describe("two texts", () => {
  const short = (from: string, to: string) =>
    lineDiff(from, to).map((line) =>
      line.line === "skipped" ? `(${line.count})` : `${{ same: " ", removed: "-", added: "+" }[line.line]}${line.text}`,
    );

  test.each<[string, string, string, string[]]>([
    ["that differ in one line", "a\nb\nc", "a\nx\nc", [" a", "-b", "+x", " c"]],
    ["of which one is longer", "a\nb", "a\nb\nc", [" a", " b", "+c"]],
    [
      "with a long common stretch",
      "1\n2\n3\n4\n5\n6\n7\n8",
      "x\n2\n3\n4\n5\n6\n7\ny",
      ["-1", "+x", " 2", " 3", "(2)", " 6", " 7", "-8", "+y"],
    ],
    ["with a long common beginning", "1\n2\n3\n4\n5\nx", "1\n2\n3\n4\n5\ny", ["(3)", " 4", " 5", "-x", "+y"]],
    ["without lines, by sentences", "One. Two! Three?", "One. Four! Three?", [" One.", "-Two!", "+Four!", " Three?"]],
    ["of which one is empty", "", "a\nb", ["-", "+a", "+b"]],
  ])("%s", (_, from, to, lines) => {
    expect(short(from, to)).toEqual(lines);
  });
});
