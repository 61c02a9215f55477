import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, contentHash, sha256 } from "../src/json/canonical.ts";
import { checksum } from "../src/json/checksum.ts";
import { parseJson, parseJsonBytes } from "../src/json/parse.ts";
import { shortHash } from "../src/json/short-hash.ts";
import { choices, modelCanonical, tree, written } from "./json-model.ts";

describe("RFC 8785", () => {
  test("its sample document (3.2.2), but for the number that a double would round", () => {
    const document = `{
      "numbers": [333333333.33333329, 1E30, 4.50,
                  2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`;
    // The RFC rounds 333333333.33333329 to 333333333.3333333; the contract keeps every digit.
    expect(parseJson(document).canonical).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.33333329,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test("the order of its sample keys (3.2.3)", () => {
    const document = `{
      "\\u20ac": "Euro Sign",
      "\\r": "Carriage Return",
      "\\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\\ud83d\\ude00": "Emoji: Grinning Face",
      "\\u0080": "Control",
      "\\u00f6": "Latin Small Letter O With Diaeresis"
    }`;
    expect(parseJson(document).canonical).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test("the bytes of its sample (3.2.4)", () => {
    const document = `{"numbers":[333333333.3333333,1E30,4.50,2e-3,0.000000000000000000000000001],
      "string":"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}`;
    expect(Buffer.from(parseJson(document).canonical).toString("hex")).toBe(
      [
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e",
        "756d62657273223a5b3333333333333333332e333333333333332c31652b3330",
        "2c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac24",
        "5c75303030665c6e4127425c225c5c5c5c5c222f227d",
      ].join(""),
    );
  });
});

describe("canonical JSON", () => {
  test("is what the model says, however the document is written", () => {
    fc.assert(
      fc.property(tree, choices, (document, how) => {
        expect(parseJson(written(document, how)).canonical).toBe(modelCanonical(document));
      }),
      { numRuns: 2000 },
    );
  });

  test("two writings have one hash, and another document has another", () => {
    fc.assert(
      fc.property(tree, tree, choices, choices, (one, other, how, otherwise) => {
        const hash = (text: string) => contentHash(parseJsonBytes(Buffer.from(text)).canonical);
        expect(hash(written(one, how))).toBe(hash(written(one, otherwise)));
        const same = modelCanonical(one) === modelCanonical(other);
        expect(hash(written(one, how)) === hash(written(other, otherwise))).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  test("is its own canonical form", () => {
    fc.assert(
      fc.property(tree, choices, (document, how) => {
        const { canonical } = parseJson(written(document, how));
        expect(parseJson(canonical).canonical).toBe(canonical);
      }),
    );
  });

  test.each([
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    [' { "a" :\t[ 1 ,\r\n2 ] } ', '{"a":[1,2]}'],
    ['{"__proto__":{"x":1},"constructor":2}', '{"__proto__":{"x":1},"constructor":2}'],
    ['{"\\u005f_proto__":null,"__defineGetter__":0}', '{"__defineGetter__":0,"__proto__":null}'],
    ['"\\u0041\\/\\u002f\\u001F\\u2028\\u007f"', '"A//\\u001f\u2028\u007f"'],
    ['{"10":0,"9":0,"1":0,"":0,"-1":0}', '{"":0,"-1":0,"1":0,"10":0,"9":0}'],
    ['{"a":{},"b":[],"c":""}', '{"a":{},"b":[],"c":""}'],
    // Not normalised: composed and decomposed letters are different texts.
    ['["\\u00e9","e\\u0301"]', '["\u00e9","e\u0301"]'],
  ])("of %s", (text, canonical) => {
    expect(parseJson(text).canonical).toBe(canonical);
  });

  test("of plain data leaves undefined members out", () => {
    expect(canonicalJson({ b: undefined, a: [1.5, "x", null] })).toBe('{"a":[1.5,"x",null]}');
  });
});

test("hashes are sha256 with their name before them", () => {
  expect(sha256("")).toBe("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(contentHash('{"a":"é"}')).toBe(
    `sha256:${createHash("sha256").update(Buffer.from('{"a":"é"}', "utf8")).digest("hex")}`,
  );
  expect(contentHash(Buffer.from([0xff, 0x00]))).toBe(
    "sha256:ea5dbf9596d187e9500f23e9a680109475341cf4e81f7e043f7d97152c10772f",
  );
});

test("a hash without node:crypto is the same one, of whatever text", () => {
  // The examples of FIPS 180-4, of one block and of two.
  expect(shortHash("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(shortHash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  const isTheSame = (text: string) => {
    expect(shortHash(text)).toBe(createHash("sha256").update(text).digest("hex"));
  };
  // Every place at which a block can end.
  for (let length = 0; length <= 200; length++) isTheSame("x".repeat(length));
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), isTheSame));
  isTheSame("a lone \ud800 surrogate");
});

test("a checksum shows every edit of one character, and what was added or left out", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 1 }),
      (text, at, other) => {
        const place = at % (text.length + 1);
        const longer = text.slice(0, place) + other + text.slice(place);
        const edited = text.slice(0, place) + other + text.slice(place + 1);
        const sums = new Set([text, longer, edited].map(checksum));
        expect(sums.size).toBe(new Set([text, longer, edited].map((one) => Buffer.from(one).toString("hex"))).size);
      },
    ),
  );
});
