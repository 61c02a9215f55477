import { expect, test } from "vitest";
import { didYouMean, nearest } from "../src/suggestion.ts";

const KNOWN = ["requires", "accepts", "produces", "may_produce", "name", "x", "caf\u00e9"];

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
