import { describe, expect, test } from "vitest";
import type { JsonSchema } from "../src/artifact.ts";
import { parseJson } from "../src/json/parse.ts";
import { parseKnownSchema, parseSchema } from "../src/schema/source.ts";
import { loadSchemaCompiler } from "../src/schema/validator.ts";
import { both } from "./both-validators.ts";

const compile = await loadSchemaCompiler();

/** What an artifact breaks, schema and artifact given as JSON text: the messages, none when it is valid. */
async function told(schema: string, artifact: string): Promise<string[]> {
  const { schema: doubles, exact } = parseSchema(Buffer.from(schema));
  const { value, exact: exactValue } = parseJson(artifact);
  const validator = await compile(doubles, { exact });
  return (await validator(value, exactValue)).map(({ message }) => message);
}

describe("a multiple of a decimal", () => {
  const DRAFTS = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
  ];
  test.each<[number, number, boolean]>([
    [19.99, 0.01, true],
    [8.69, 0.01, true],
    [1.11, 0.01, true],
    [0.07, 0.01, true],
    [0.075, 0.01, false],
    [4.35, 0.05, true],
    [1e-8, 1, false],
    [1e308, 0.5, true],
    [1e308, 0.3, false],
    [9007199254740992, 3, false],
    [-0.3, 0.1, true],
  ])("%s of %s: %s, by both validators, in every dialect", async (value, multipleOf, expected) => {
    for (const $schema of DRAFTS) {
      const { fast, standard } = await both({ $schema, multipleOf });
      expect([fast?.(value), standard({ value })]).toEqual([expected, expected]);
    }
  });
});

describe("numbers that a double does not hold", () => {
  test.each<[string, string, boolean]>([
    ['{"maximum":9007199254740992}', "9007199254740992", true],
    ['{"maximum":9007199254740992}', "9007199254740993", false],
    ['{"exclusiveMinimum":9007199254740992}', "9007199254740993", true],
    ['{"maximum":18446744073709551615}', "18446744073709551615", true],
    ['{"maximum":18446744073709551615}', "18446744073709551616", false],
    ['{"minimum":-9223372036854775808}', "-9223372036854775809", false],
    ['{"minimum":0.1}', "0.09999999999999999999999", false],
    ['{"exclusiveMinimum":0}', "1e-400", true],
    ['{"maximum":1e308}', "1e309", false],
    ['{"maximum":1e400}', "1e399", true],
    ['{"maximum":1e400}', "1.0000000000000001e400", false],
    ['{"multipleOf":2}', "9007199254740993", false],
    ['{"multipleOf":0.01}', "19.990000000000000001", false],
    ['{"multipleOf":0.0000000000000000001}', "0.1234567890123456789", true],
    ['{"type":"integer"}', "9007199254740993", true],
    ['{"type":"integer"}', "1e400", true],
    ['{"type":"integer"}', "9007199254740992.5", false],
    ['{"type":"number"}', "0.1234567890123456789", true],
    ['{"type":"string"}', "9007199254740993", false],
    ['{"const":9007199254740992}', "9007199254740993", false],
    ['{"const":9007199254740993}', "9007199254740992", false],
    ['{"const":{"id":9007199254740993}}', '{"id":9007199254740993.0}', true],
    ['{"enum":["a",9007199254740993]}', "9007199254740993", true],
    ['{"enum":["a",9007199254740993]}', "9007199254740992", false],
    ['{"uniqueItems":true}', "[9007199254740992,9007199254740993]", true],
    ['{"uniqueItems":true}', "[9007199254740993,9007199254740993.0]", false],
    ['{"items":{"properties":{"n":{"maximum":1}}}}', '[{"n":1},{"n":1.00000000000000000001}]', false],
    [
      '{"$schema":"http://json-schema.org/draft-04/schema#","maximum":9007199254740992,"exclusiveMaximum":true}',
      "9007199254740992",
      false,
    ],
    [
      '{"$schema":"http://json-schema.org/draft-04/schema#","maximum":9007199254740993,"exclusiveMaximum":true}',
      "9007199254740992",
      true,
    ],
    ['{"$defs":{"id":{"$id":"urn:id","maximum":9007199254740993}},"$ref":"urn:id"}', "9007199254740994", false],
    ['{"properties":{"const":{"maximum":9007199254740993}}}', '{"const":9007199254740994}', false],
    ['{"x-runa-exact":{"maximum":"5"},"maximum":7}', "6", true],
    ['{"maximum":9007199254740993,"x-runa-exact":{"maximum":"5"}}', "6", true],
  ])("%s: %s fits: %s", async (schema, artifact, expected) => {
    expect((await told(schema, artifact)).length === 0).toBe(expected);
  });

  test("are told with every digit", async () => {
    expect(await told('{"maximum":18446744073709551615}', "18446744073709551616")).toEqual([
      "the artifact: expected a number <= 18446744073709551615, got 18446744073709551616",
    ]);
    expect(await told('{"const":9007199254740993}', '{"b":[9007199254740995],"a":1}')).toEqual([
      'the artifact: expected 9007199254740993, got {"a":1,"b":[9007199254740995]}',
    ]);
  });

  test("keep their digits in a schema that is read again", async () => {
    const bytes = Buffer.from('{"maximum":18446744073709551615}');
    expect(parseKnownSchema(bytes, parseSchema(bytes).hash)).toEqual(parseSchema(bytes));
    const plain = Buffer.from('{"maximum":1.50,"title":"2026-11-28"}');
    expect(parseKnownSchema(plain, parseSchema(plain).hash)).toEqual(parseSchema(plain));
  });

  test("leave all else in their artifact as it is", async () => {
    const schema = '{"required":["a"],"additionalProperties":{"type":["integer","string"]}}';
    expect(await told(schema, '{"__proto__":9007199254740993,"b":null}')).toEqual([
      expect.stringContaining('expected the property "a"'),
      "/b: expected an integer or a string, got null",
    ]);
  });
});

describe("values with keys that every JavaScript object seems to have", () => {
  const odd = '{"toString":1,"valueOf":{},"constructor":{"a":1},"__proto__":[],"hasOwnProperty":null}';
  test.each<[string, string, boolean]>([
    ['{"uniqueItems":true}', `[${odd},${odd}]`, false],
    ['{"uniqueItems":true}', `[${odd},{"toString":1}]`, true],
    ['{"uniqueItems":true,"items":{"type":"string"}}', '["__proto__","a","__proto__"]', false],
    ['{"uniqueItems":true,"items":{"type":"string"}}', '["__proto__","constructor","toString"]', true],
    ['{"uniqueItems":true}', '[1,"1",true,null,"null",[1],["1"],{"a":1},"{\\"a\\":1}"]', true],
    ['{"uniqueItems":false}', "[1,1]", true],
    [`{"const":${odd}}`, odd, true],
    [`{"enum":[1,${odd}]}`, odd, true],
    [`{"enum":[1,${odd}]}`, '{"toString":1}', false],
    ['{"enum":[0]}', "-0.0", true],
    ['{"required":["toString"]}', "{}", false],
  ])("%s: %s fits: %s, by both validators", async (schema, artifact, expected) => {
    const { fast, standard } = await both(parseSchema(Buffer.from(schema)).schema as JsonSchema);
    const parsed = parseJson(artifact);
    expect([fast?.(parsed.value) ?? expected, standard(parsed)]).toEqual([expected, expected]);
  });
});

test.each<[JsonSchema, string, boolean]>([
  [{ patternProperties: { "": true }, additionalProperties: false }, '{"a":1}', true],
  [{ patternProperties: { "^(a)\\1$": true, "^(b)\\1$": true }, additionalProperties: false }, '{"bb":1}', true],
  [{ patternProperties: { "^(a)\\1$": true, "^(b)\\1$": true }, additionalProperties: false }, '{"ba":1}', false],
  [{ patternProperties: { "^(?<n>a)": true, "^(?<n>b)": true }, additionalProperties: false }, '{"b":1}', true],
  [{ properties: { "a|b": true, toString: true }, additionalProperties: false }, '{"a|b":1,"toString":1}', true],
  [{ properties: { "a|b": true }, additionalProperties: false }, '{"a":1}', false],
  [{ dependentRequired: { toString: ["a"] } }, '{"toString":1}', false],
  [{ dependentRequired: { constructor: ["toString"] } }, '{"a":1}', true],
])("names and patterns are taken one by one: %j, %s, by both validators", async (schema, artifact, expected) => {
  const { fast, standard } = await both(schema);
  const parsed = parseJson(artifact);
  expect([fast?.(parsed.value) ?? expected, standard(parsed)]).toEqual([expected, expected]);
});

test.each<[JsonSchema, string, boolean]>([
  [{ required: [""] }, "{}", false],
  [{ required: [""] }, '{"":1}', true],
  [{ required: ["a", ""] }, '{"a":1}', false],
  [{ dependentRequired: { a: [""] } }, '{"a":1}', false],
  [{ $schema: "http://json-schema.org/draft-07/schema#", dependencies: { a: [""] } }, '{"a":1}', false],
  [{ prefixItems: [{ type: "number" }], contains: { const: 1 } }, "[]", false],
  [{ prefixItems: [{ type: "number" }], contains: { const: 1 } }, "[1]", true],
  [
    { $schema: "http://json-schema.org/draft-07/schema#", items: [{}, { const: 2 }], contains: { const: 1 } },
    "[]",
    false,
  ],
  [{ items: { contains: { const: 1 } } }, "[[1],[]]", false],
  [
    {
      $schema: "https://json-schema.org/draft/2019-09/schema",
      oneOf: [{ type: "string" }, { patternProperties: { a: { minProperties: 2 } } }],
      patternProperties: { a: { items: [{}] } },
    },
    '{"ab":{"x":1}}',
    false,
  ],
])("what ajv overlooks is judged all the same: %j, %s", async (schema, artifact, expected) => {
  expect((await told(JSON.stringify(schema), artifact)).length === 0).toBe(expected);
});

test("`dependencies` is no keyword of the newer dialects", async () => {
  const dependencies = { a: ["b"] };
  for (const [$schema, expected] of [
    ["http://json-schema.org/draft-07/schema#", false],
    ["https://json-schema.org/draft/2019-09/schema", true],
    ["https://json-schema.org/draft/2020-12/schema", true],
  ] as const) {
    const validator = await compile({ $schema, dependencies });
    expect((await validator({ a: 1 })).length === 0).toBe(expected);
  }
});
