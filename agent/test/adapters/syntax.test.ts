import { describe, expect, test } from "vitest";
import { parseJsonc } from "../../src/adapters/jsonc.ts";
import { literalServer } from "../../src/adapters/literal.ts";
import { tomlValue } from "../../src/adapters/toml.ts";

describe("TOML on one line", () => {
  test.each([
    ["plain", '"plain"'],
    ['q " b \\ n \n t \t', '"q \\" b \\\\ n \\n t \\t"'],
    ["\u007f \u0000 ü 😀", '"\\u007f \\u0000 ü 😀"'],
    ["half \ud800", '"half \ufffd"'],
    [["a", true, 60], '["a", true, 60]'],
    [{ A_1: "x", "a b": { c: [] } }, '{ A_1 = "x", "a b" = { c = [] } }'],
  ])("%j", (value, text) => {
    expect(tomlValue(value)).toBe(text);
  });
});

describe("JSON as people write it", () => {
  test.each([
    ['{"a": [1, 2,], /* , */ "b": {},}', { a: [1, 2], b: {} }],
    ['// first\n{"a": "// no", "b": "/* no */", "c": "\\",}"} // last', { a: "// no", b: "/* no */", c: '",}' }],
    ["[1, // one\n /* two */ ]", [1]],
    ["\ufeff{}", {}],
  ])("%j", (text, value) => {
    expect(parseJsonc(text)).toEqual(value);
  });

  test.each(["{", "{,}x", '{"a": 1 "b": 2}', "/* open", ""])("refused: %j", (text) => {
    expect(() => parseJsonc(text)).toThrow(SyntaxError);
  });
});

const SET: Readonly<Record<string, string>> = { HOME: "/root", X: "x" };

test("$ stands for itself, and what replaces it is not looked into again", () => {
  const text = "a $HOME ${HOME} $$ $& ${X:-y}";
  const { command, args, env } = literalServer({ command: text, args: [text], env: { A: text } });
  expect([...args, env.A]).toEqual([command, command]);
  const filled = command.replace(
    /\$(?:(\w+)|\{([^}]+?)(?::-([^}]*))?\})/g,
    (match, plain, braced, otherwise) => SET[plain ?? braced] ?? otherwise ?? match,
  );
  expect(filled).toBe(text);
});
