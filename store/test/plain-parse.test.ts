import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonError, MAX_DEPTH, type ParsedJson, parseExactly, parseJson, parseJsonBytes } from "../src/json/parse.ts";
import { parsePlain } from "../src/json/plain-parse.ts";
import { choices, tree, written } from "./json-model.ts";

/** What a parser makes of a text; of an error its words. */
function outcome(parse: () => ParsedJson): ParsedJson | string {
  try {
    return parse();
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}

/** Both ways of parsing come to the same, and so do the bytes, where there are any for the text. */
function expectSame(text: string): void {
  deepStrictEqual(
    outcome(() => parseJson(text)),
    outcome(() => parseExactly(text)),
  );
  if (text.isWellFormed() && text[0] !== "\ufeff")
    deepStrictEqual(
      outcome(() => parseJsonBytes(Buffer.from(text))),
      outcome(() => parseExactly(text)),
    );
}

const scrap = fc.constantFrom(
  ...'{}[]:,"\\/-+.0123456789eE \n\t\0é😀\u2028',
  "\\u",
  "\\u0061",
  "\\ud83d",
  "\\ude00",
  "\ud800",
  "\\\\",
  '\\"',
  '""',
  '"a":',
  '"a":1,',
  '"a":{"a":1},',
  '"__proto__":0,',
  '{"a":1,"a":1}',
  '{"b":[{}],"a":[]}',
  "-0",
  "1.0",
  "1e2",
  "9007199254740993",
  "0.1e400",
);

describe("the parser by JSON.parse and the exact one", () => {
  test("agree on every document, however it is written", () => {
    const seen = { plain: 0, exact: 0 };
    fc.assert(
      fc.property(tree, choices, (document, how) => {
        const text = written(document, how);
        seen[parsePlain(text, MAX_DEPTH) === null ? "exact" : "plain"]++;
        expectSame(text);
      }),
      { numRuns: 2000 },
    );
    expect(seen.plain).toBeGreaterThan(200);
    expect(seen.exact).toBeGreaterThan(20);
  });

  test("agree on what becomes of a document when pieces are cut and put in", () => {
    const edits = fc.array(fc.tuple(fc.nat(10_000), fc.nat(3), scrap), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(tree, choices, edits, (document, how, changes) => {
        let text = written(document, how);
        for (const [place, cut, put] of changes) {
          const at = place % (text.length + 1);
          text = text.slice(0, at) + put + text.slice(at + cut);
        }
        expectSame(text);
      }),
      { numRuns: 4000 },
    );
  });

  test("agree on texts of nothing but pieces", () => {
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 12 }), (pieces) => expectSame(pieces.join(""))),
      { numRuns: 4000 },
    );
  });

  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"a":":","a":","}',
    '{"a":1e20,"a":1,"b":1}',
    '{"__proto__":1,"__proto__":2}',
    '{"a":{"x":1,"x":2},"b:":3}',
    '["\ud800"]',
    '["\\ud800"]',
    '["\\ud83d\\ude00"]',
    '["\\"",":","\\\\",":"]',
    "[-0,0,-0.0,1.0,10e-1]",
    "[9007199254740993,900719925474099,0.1,123456789012345678]",
    "1e400",
    '{"10":0,"9":0,"a":{"2":0,"1":0}}',
    `${"[".repeat(MAX_DEPTH)}${"]".repeat(MAX_DEPTH)}`,
    `${"[".repeat(MAX_DEPTH + 1)}${"]".repeat(MAX_DEPTH + 1)}`,
    "[1,]",
    "01",
    "-",
    '"',
    "",
  ])("agree on %s", (text) => expectSame(text));
});

describe("JSON.parse does what is common", () => {
  test.each([
    ['{"title":"Über","n":[1,-2.5,0.001,1e21],"ok":true,"none":null}', true],
    [JSON.stringify({ body: 'line\n"quoted" \\ \u0001 😀' }), true],
    ['{"a":"\\u00e9"}', true],
    ["[1.0,2.50,1E2]", true],
    ["9007199254740993", false],
    ['{"a":1,"a":1}', false],
    ["{", false],
  ])("%s: %s", (text, plain) => {
    expect(parsePlain(text, MAX_DEPTH) !== null).toBe(plain);
  });

  test("but not where a text opens levels without end", () => {
    expect(parsePlain("[".repeat(50_000_000), MAX_DEPTH)).toBeNull();
  });
});
