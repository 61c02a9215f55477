import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonError, MAX_DEPTH, parseJson, parseJsonBytes } from "../src/json/parse.ts";
import { choices, tree, written } from "./json-model.ts";

function errorOf(text: string | Uint8Array): string {
  try {
    if (typeof text === "string") parseJson(text);
    else parseJsonBytes(text);
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("agreement with JSON.parse", () => {
  test("on the value of every document, however it is written", () => {
    fc.assert(
      fc.property(tree, choices, (document, how) => {
        const text = written(document, how);
        deepStrictEqual(parseJson(text).value, JSON.parse(text));
        deepStrictEqual(parseJsonBytes(Buffer.from(text)).value, JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  // A document with a few characters cut, changed or put in: mostly no JSON, sometimes another JSON.
  const scrap = fc.constantFrom(
    ...'{}[]:,"\\/-+.0123456789eEtrufalsn \n\t\0\u001f\u007fé😀',
    "\\u",
    "\\ud83d",
    "\\ude00",
    "\ud800",
    "\ufeff",
    '""',
    '"a":',
    "NaN",
    "Infinity",
    "//",
    "'",
    "\u00a0",
    "\u2028",
    "0x1",
    "01",
    "-0",
    "1.",
    ".5",
    "1e",
  );
  const edits = fc.array(fc.tuple(fc.nat(10_000), fc.nat(3), scrap), { minLength: 1, maxLength: 4 });

  test("on what is JSON, but for what the contract forbids", () => {
    const seen = { accepted: 0, refused: 0, forbidden: 0 };
    fc.assert(
      fc.property(tree, choices, edits, (document, how, changes) => {
        let text = written(document, how);
        for (const [place, cut, put] of changes) {
          const at = place % (text.length + 1);
          text = text.slice(0, at) + put + text.slice(at + cut);
        }
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          seen.refused++;
          expect(errorOf(text)).not.toBe("accepted");
          return;
        }
        const forbidden = whatContractForbids(text, value);
        if (forbidden === null) {
          seen.accepted++;
          deepStrictEqual(parseJson(text).value, value);
        } else {
          seen.forbidden++;
          expect(errorOf(text)).toMatch(forbidden);
        }
      }),
      { numRuns: 6000 },
    );
    // The three kinds came up: the property says something about each.
    expect(Math.min(seen.accepted, seen.refused, seen.forbidden)).toBeGreaterThan(0);
  });

  test.each([
    "",
    " ",
    "nul",
    "nullx",
    "True",
    "[1,]",
    "[,1]",
    "[1 2]",
    '{"a":1,}',
    '{"a" 1}',
    "{a:1}",
    "{'a':1}",
    '{1:"a"}',
    '{"a":}',
    "[1]]",
    "1 2",
    "+1",
    "01",
    "-",
    "-a",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x10",
    "1_000",
    "NaN",
    "Infinity",
    "// no\n1",
    "/* no */ 1",
    '"\n"',
    '"\u0000"',
    '"\\x41"',
    '"\\u12"',
    '"\\u00g0"',
    '"\\u+123"',
    '"\\',
    '"abc',
    "\u00a01",
    "\u20281",
    "\v1",
    "\f1",
    "1\0",
  ])("both refuse %j", (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(errorOf(text)).toMatch(/ at line [0-9]+, column [0-9]+$/);
  });
});

/** Why the contract refuses what JSON.parse accepts, found without the parser under test. */
function whatContractForbids(text: string, value: unknown): RegExp | null {
  let keys = 0;
  let halves = false;
  const look = (node: unknown): void => {
    if (typeof node === "string") halves ||= !node.isWellFormed();
    if (typeof node !== "object" || node === null) return;
    if (!Array.isArray(node)) keys += Object.keys(node).length;
    for (const [key, member] of Object.entries(node)) {
      look(key);
      look(member);
    }
  };
  look(value);
  const strings = text.match(/"(?:[^"\\]|\\.)*"\s*:?/g) ?? [];
  const twice = strings.filter((string) => string.endsWith(":")).length > keys;
  // Where both are there, the first in the text is told.
  if (twice && strings.some((string) => !JSON.parse(string.replace(/\s*:$/, "")).isWellFormed()))
    return /^(key .* twice in one object|half a surrogate pair in a string) at/;
  if (twice) return /^key .* twice in one object at/;
  return halves ? /^half a surrogate pair in a string at/ : null;
}

describe("what the contract forbids is said as such", () => {
  test.each([
    ["\ufeff{}", "byte order mark: save the file as UTF-8 without one at line 1, column 1"],
    ["\ufeff", "byte order mark: save the file as UTF-8 without one at line 1, column 1"],
    ['{"a":"\\ud800"}', "half a surrogate pair in a string at line 1, column 6"],
    ['["\\ude00\\ud83d"]', "half a surrogate pair in a string at line 1, column 2"],
    ['{"\\udfff":1}', "half a surrogate pair in a string at line 1, column 2"],
    ['["\\ud83d\\u0041"]', "half a surrogate pair in a string at line 1, column 2"],
    ['{"a":1,"a":1}', 'key "a" twice in one object at line 1, column 8'],
    ['{"a":1,\n "b":{},\n "\\u0061":2}', 'key "a" twice in one object at line 3, column 2'],
    ['{"__proto__":1,"__proto__":2}', 'key "__proto__" twice in one object at line 1, column 16'],
    ['{"":1,"":2}', 'key "" twice in one object at line 1, column 7'],
    ['{"\\ud83d\\ude00":1,"😀":2}', 'key "😀" twice in one object at line 1, column 19'],
    [
      `{"${"k".repeat(200)}":1,"${"k".repeat(200)}":2}`,
      `key "${"k".repeat(60)}…" twice in one object at line 1, column 207`,
    ],
  ])("%j", (text, message) => {
    expect(errorOf(Buffer.from(text))).toBe(message);
  });

  test.each([
    ["ff", "invalid UTF-8 at line 1, column 1"],
    ["fffe22002200", "invalid UTF-8 at line 1, column 1"],
    ["22c322", "invalid UTF-8 at line 1, column 2"],
    // An overlong slash, a surrogate half and what lies beyond U+10FFFF.
    ["22c0af22", "invalid UTF-8 at line 1, column 2"],
    ["22eda08022", "invalid UTF-8 at line 1, column 2"],
    ["22f490808022", "invalid UTF-8 at line 1, column 2"],
    // Cut in the middle of a character.
    ["0a0a22e282", "invalid UTF-8 at line 3, column 2"],
    ["5b22efbfbd222c0a22ef41225d", "invalid UTF-8 at line 2, column 2"],
    ["efbbbf22ff22", "invalid UTF-8 at line 1, column 3"],
  ])("the bytes %s", (hex, message) => {
    expect(errorOf(Buffer.from(hex, "hex"))).toBe(message);
  });

  test("what only looks forbidden is accepted", () => {
    expect(errorOf('["\\ufeff", "\ufeff", "\ufffd", "\\ud83d\\ude00", "\\u0000"]')).toBe("accepted");
    expect(errorOf('[{"a":{"a":1}},{"a":2}]')).toBe("accepted");
    expect(errorOf('{"a":1,"A":1,"\\u0430":1}')).toBe("accepted");
  });
});

describe("nesting", () => {
  const array = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  const object = (levels: number) => `${'{"a":'.repeat(levels - 1)}{${"}".repeat(levels)}`;
  const mixed = (levels: number) => `${'[{"a":'.repeat(levels / 2)}0${"}]".repeat(levels / 2)}`;

  test("512 levels are accepted, and the contract's number is the parser's", () => {
    expect(MAX_DEPTH).toBe(512);
    for (const text of [array(512), object(512), mixed(512)]) expect(parseJson(text).canonical).toBe(text);
    // Width is no depth.
    expect(errorOf(`[${"[],".repeat(1000)}{}]`)).toBe("accepted");
  });

  test.each([513, 514, 10_000, 1_000_000])("%d levels are one clear error", (levels) => {
    expect(errorOf(array(levels))).toBe("nested over 512 levels at line 1, column 513");
    expect(errorOf("[".repeat(levels))).toBe("nested over 512 levels at line 1, column 513");
    expect(errorOf(object(levels))).toBe("nested over 512 levels at line 1, column 2561");
    expect(errorOf('{"a":'.repeat(levels))).toBe("nested over 512 levels at line 1, column 2561");
    expect(errorOf(`[{"a":`.repeat(levels))).toBe("nested over 512 levels at line 1, column 1537");
    expect(errorOf(Buffer.from(`\n${array(levels)}`))).toBe("nested over 512 levels at line 2, column 513");
  });
});

describe("a file that was cut", () => {
  const whole = Buffer.from(
    ' {"title":"Grüße 😀 \\ud83d\\ude00\\n","n":[-1.5e-3,0,true,false,null,{"\\u0061":[]}],"work_unit":"w"}\n',
  );

  test("at any byte is one clear error, and never another artifact", () => {
    expect(errorOf(whole)).toBe("accepted");
    const messages = new Set<string>();
    // The last two bytes are the closing brace, without which it is cut, and white space, without which it is not.
    for (let size = 0; size < whole.length - 1; size++) {
      const message = errorOf(whole.subarray(0, size));
      expect(message).toMatch(/ at line 1, column [0-9]+$/);
      messages.add(message.replace(/ at line .*/, ""));
    }
    expect([...messages].sort()).toEqual([
      "broken \\u escape",
      "expected ',' or ']'",
      "expected ',' or '}'",
      "expected ':'",
      "expected a key",
      "invalid UTF-8",
      "unexpected character",
      "unexpected end of the text",
      "unknown escape",
      "unterminated string",
    ]);
  });

  test("a number that was cut may be another number: that is why files are written whole", () => {
    expect(parseJson("12").value).toBe(12);
    expect(errorOf("12.")).toBe("unexpected text after the value at line 1, column 3");
  });
});

test("random bytes are an error or a value, and nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const message = errorOf(bytes);
      if (message !== "accepted") expect(message).toMatch(/^[^\n]+ at line [0-9]+, column [0-9]+$/);
    }),
    { numRuns: 2000 },
  );
});

test("lines and columns count from 1, in UTF-16 code units", () => {
  const places = [];
  for (const text of ["x", "\n\n  x", '["é😀", x]', "[1,\r\n 2\r\n x]", "[1\n,"]) {
    try {
      parseJson(text);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      places.push([error.line, error.column]);
    }
  }
  expect(places).toEqual([
    [1, 1],
    [3, 3],
    [1, 9],
    [3, 2],
    [2, 2],
  ]);
});
