import { expect, test } from "vitest";
import { unquoted } from "../src/completion/shell-words.ts";

test.each([
  ["plain", "plain"],
  ["", ""],
  ["my\\ word", "my word"],
  ["'my word'", "my word"],
  ["'it'\\''s'", "it's"],
  ['"a \\"b\\" \\$c \\n"', 'a "b" $c \\n'],
  ["a'b c'\"d e\"\\ f", "ab cd e f"],
  ["'still open", "still open"],
  ['"still \\" open', 'still " open'],
  ["ends\\", "ends"],
  ["$(rm -r x)`y`", "$(rm -r x)`y`"],
  ["two\nlines", "two\nlines"],
])("%j is %j", (typed, word) => {
  expect(unquoted(typed)).toBe(word);
});
