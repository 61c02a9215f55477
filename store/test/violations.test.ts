import { describe, expect, test } from "vitest";
import { loadSchemaCompiler } from "../src/entries/schema.ts";
import type { JsonSchema } from "../src/index.ts";

const compile = await loadSchemaCompiler();

async function messages(schema: JsonSchema, value: unknown): Promise<string[]> {
  return (await (await compile(schema))(value)).map(({ message }) => message);
}

/** The same schema where the other validator has to judge it: a keyword that rules nothing out, and that ajv is not exact on. */
function forTheOther(schema: JsonSchema): JsonSchema {
  return typeof schema === "object" ? { ...schema, $dynamicAnchor: "anything" } : schema;
}

const BRANCHES = {
  oneOf: [
    {
      type: "object",
      required: ["kind"],
      properties: { kind: { const: "square" }, side: { type: "number", minimum: 1 } },
    },
    {
      type: "object",
      required: ["kind", "radius"],
      properties: { kind: { const: "circle" }, radius: { type: "number" } },
    },
  ],
};

const TABLE: readonly [JsonSchema, unknown, string[]][] = [
  [{ type: "object" }, 5, ["the artifact: expected an object, got 5"]],
  [{ type: ["string", "null"] }, 5, ["the artifact: expected a string or null, got 5"]],
  [
    { required: ["a", "b"] },
    {},
    ['the artifact: expected the property "a", got nothing', 'the artifact: expected the property "b", got nothing'],
  ],
  [
    { properties: { title: true }, additionalProperties: false },
    { titel: 1, x: 2 },
    [
      "the artifact: expected no property that the schema does not name, got \"titel\" — did you mean 'title'?",
      'the artifact: expected no property that the schema does not name, got "x"',
    ],
  ],
  [
    { properties: { a: { properties: { b: { type: "integer" } } } } },
    { a: { b: 1.5 } },
    ["/a/b: expected an integer, got 1.5"],
  ],
  [{ properties: { "a/b~c d": { type: "string" } } }, { "a/b~c d": 1 }, ["/a~1b~0c d: expected a string, got 1"]],
  [{ properties: { ä: { type: "string" } } }, { ä: 1 }, ["/ä: expected a string, got 1"]],
  [{ properties: { "50%": { type: "string" } } }, { "50%": 1 }, ["/50%: expected a string, got 1"]],
  [{ enum: ["a", 1, null] }, "b", ['the artifact: expected one of "a", 1, null, got "b"']],
  [{ const: { a: 1 } }, 2, ['the artifact: expected {"a":1}, got 2']],
  [{ minLength: 3 }, "ab", ['the artifact: expected at least 3 characters, got "ab"']],
  [{ maxLength: 1 }, "ab", ['the artifact: expected at most 1 characters, got "ab"']],
  [{ pattern: "^a+$" }, "b", ['the artifact: expected text that matches ^a+$, got "b"']],
  [{ minimum: 1 }, 0, ["the artifact: expected a number >= 1, got 0"]],
  [{ exclusiveMaximum: 1 }, 1, ["the artifact: expected a number < 1, got 1"]],
  [{ multipleOf: 2 }, 3, ["the artifact: expected a multiple of 2, got 3"]],
  [{ minItems: 2 }, [1], ["the artifact: expected at least 2 items, got 1 item"]],
  [{ maxItems: 1 }, [1, 2], ["the artifact: expected at most 1 items, got 2 items"]],
  [{ uniqueItems: true }, [1, 1], ["the artifact: expected items that all differ, got items that are alike"]],
  [{ prefixItems: [true], items: false }, [1, 2, 3], ["the artifact: expected at most 1 items, got 3 items"]],
  [{ items: { type: "string" } }, ["a", 1, 2], ["/1: expected a string, got 1", "/2: expected a string, got 2"]],
  [{ minProperties: 1 }, {}, ["the artifact: expected at least 1 properties, got 0 properties"]],
  [{ dependentRequired: { a: ["b"] } }, { a: 1 }, ['the artifact: expected the property "b" beside "a", got nothing']],
  [
    { propertyNames: { maxLength: 1 } },
    { ab: 1 },
    ['the artifact: expected a property name that is at most 1 characters, got "ab"'],
  ],
  [{ contains: { type: "string" } }, [1], ["the artifact: expected at least 1 items that fit `contains`, got [1]"]],
  [{ not: { type: "string" } }, "a", ['the artifact: expected a value that the schema does not rule out, got "a"']],
  [{ properties: { a: false } }, { a: 1 }, ["/a: expected nothing here, got 1"]],
  [
    { if: { required: ["a"] }, then: { required: ["b"] } },
    { a: 1 },
    ['the artifact: expected the property "b", got nothing'],
  ],
  [
    { anyOf: [{ type: "string" }, { type: "number" }] },
    null,
    ["the artifact: expected a string or a number, got null"],
  ],
  [
    { oneOf: [{ minimum: 1 }, { maximum: 5 }] },
    3,
    ["the artifact: expected a value that fits exactly one of the schema's alternatives, got 3, which fits 2"],
  ],
  // Of alternatives only the one that was meant: the constant tells, else the fewest violations.
  [BRANCHES, { kind: "square", side: 0 }, ["/side: expected a number >= 1, got 0"]],
  [BRANCHES, { kind: "circle" }, ['the artifact: expected the property "radius", got nothing']],
  [
    { type: "string", minLength: 200 },
    "x".repeat(150),
    [`the artifact: expected at least 200 characters, got "${"x".repeat(78)}…`],
  ],
];

describe("violations", () => {
  test.each(TABLE)("%j of %j", async (schema, value, expected) => {
    expect(await messages(schema, value)).toEqual(expected);
  });

  test.each(TABLE)("the same from the other validator: %j of %j", async (schema, value, expected) => {
    const validate = await compile(forTheOther(schema));
    expect(validate.engine.name).toBe("hyperjump");
    expect((await validate(value)).map(({ message }) => message)).toEqual(expected);
  });

  test("every one of many is kept", async () => {
    const found = await messages(
      { items: { type: "string" } },
      Array.from({ length: 1000 }, (_, index) => index),
    );
    expect(found).toHaveLength(1000);
  });
});

describe("which validator judges", () => {
  test.each<[JsonSchema, string]>([
    [{ type: "object", properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: { type: "string" } } }, "ajv"],
    [{ unevaluatedProperties: false }, "hyperjump because of unevaluatedProperties at /unevaluatedProperties"],
    [
      { $ref: "#a", $defs: { a: { $anchor: "a" } } },
      "hyperjump because of a $ref that is no pointer into the schema at /$ref",
    ],
    [
      { properties: { toString: { type: "string" } } },
      "hyperjump because of a property name that JavaScript objects inherit at /properties",
    ],
    [{ type: "string", nullable: true }, "hyperjump because of nullable at /nullable"],
    [
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        $ref: "#/definitions/a",
        title: "x",
        definitions: { a: {} },
      },
      "hyperjump because of keywords beside a $ref at /$ref",
    ],
  ])("%j: %s", async (schema, expected) => {
    const { engine } = await compile(schema);
    expect(engine.name === "ajv" ? "ajv" : `hyperjump because of ${engine.because}`).toBe(expected);
  });
});

describe("judgements that may not end", () => {
  test("a pattern that backtracks without end is stopped, and named", async () => {
    const schema = { properties: { x: { type: "string", pattern: "^(a+)+$" } } };
    const found = await messages(schema, { x: `${"a".repeat(60)}b` });
    expect(found).toEqual(["not judged within 5 s: pattern at /properties/x/pattern"]);
  });

  test("a recursive schema and a deep artifact", async () => {
    let value: unknown = { v: "x" };
    for (let depth = 0; depth < 200; depth++) value = { c: value };
    const found = await messages(
      { $ref: "#/$defs/n", $defs: { n: { properties: { c: { $ref: "#/$defs/n" }, v: { type: "number" } } } } },
      value,
    );
    expect(found).toEqual([`${"/c".repeat(200)}/v: expected a number, got "x"`]);
  });

  test("a schema of a megabyte", async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 8000 }, (_, index) => [
        `property-${index}`,
        { type: "string", description: "x".repeat(80) },
      ]),
    );
    const schema = { type: "object", properties };
    expect(JSON.stringify(schema).length).toBeGreaterThan(1_000_000);
    expect(await messages(schema, { "property-7999": 1 })).toEqual(["/property-7999: expected a string, got 1"]);
  });

  test("a large artifact that does not fit: the first violation, at a bearable cost", async () => {
    const value = Array.from({ length: 300_000 }, (_, index) => (index === 299_999 ? 1 : "x"));
    expect(await messages({ items: { type: "string" } }, value)).toEqual(["/299999: must be string, got 1"]);
  });
});
