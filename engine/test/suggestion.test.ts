import { expect, test } from "vitest";
import { alikes, didYouMean, nearest } from "../src/suggestion.ts";

const KNOWN = [
  "requires",
  "accepts",
  "produces",
  "may_produce",
  "name",
  "x",
  "caf\u00e9",
  "\u00e9\u00e9\u00e9\u00e9\u00e9",
  "stra\u00dfe",
];

test.each([
  ["require", "requires"],
  ["REQUIRES", "requires"],
  ["reqiures", "requires"],
  ["produce", "produces"],
  ["may-produce", "may_produce"],
  ["mayproduce", "may_produce"],
  ["nmae", "name"],
  ["nam", "name"],
  ["X", "x"],
  ["cafe", "caf\u00e9"],
  ["cafe\u0301", "caf\u00e9"],
  // However many letters are spelt with more code points.
  ["e\u0301e\u0301e\u0301e\u0301e\u0301", "\u00e9\u00e9\u00e9\u00e9\u00e9"],
  ["STRASSE", "stra\u00dfe"],
  // Another letter is another name, and what has little in common no misspelling.
  ["y", null],
  ["", null],
  ["team", null],
  ["owner", null],
  ["description", null],
  ["r".repeat(100_000), null],
])("%j is probably meant to be %j", (name, meant) => {
  expect(nearest(name, KNOWN)).toBe(meant);
});

test("of two that are as near the first", () => {
  expect(nearest("tast", ["task", "test"])).toBe("task");
  expect(nearest("test", ["task", "test"])).toBe("test");
});

test("the words", () => {
  expect(didYouMean("require", KNOWN)).toBe(" — did you mean 'requires'?");
  expect(didYouMean("owner", KNOWN)).toBe("");
  expect(didYouMean("cafe\u0301", KNOWN)).toBe(
    " — did you mean 'caf\u00e9', which looks the same and is spelt with other code points?",
  );
});

test("names that a reader takes for the same are found together", () => {
  expect(alikes(["note", "Note", "caf\u00e9", "plan", "cafe\u0301", "note"])).toEqual([
    ["note", "Note"],
    ["caf\u00e9", "cafe\u0301"],
  ]);
  expect(alikes(["note", "notes"])).toEqual([]);
});
