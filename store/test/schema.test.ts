import { describe, expect, test } from "vitest";
import type { JsonSchema } from "../src/artifact.ts";
import { JsonError, parseJson } from "../src/json/parse.ts";
import { dialectOf, SchemaError } from "../src/schema/dialect.ts";
import { parseSchema } from "../src/schema/source.ts";
import { loadSchemaCompiler } from "../src/schema/validator.ts";

const compile = await loadSchemaCompiler();

const parsed = (text: string) => parseJson(text).value;

/** Whether an artifact, given as JSON text, fits a schema. */
async function fits(schema: JsonSchema, text: string): Promise<boolean> {
  const validator = await compile(schema);
  return (await validator(parsed(text))).length === 0;
}

/** Why a schema cannot be used: the pointer and the reason. */
async function problem(schema: JsonSchema): Promise<[string, string]> {
  try {
    await compile(schema);
  } catch (error) {
    if (error instanceof SchemaError) return [error.pointer, error.message];
    throw error;
  }
  throw new Error("it can be used");
}

const DRAFT_04 = "http://json-schema.org/draft-04/schema#";
const DRAFT_06 = "http://json-schema.org/draft-06/schema#";
const DRAFT_07 = "http://json-schema.org/draft-07/schema#";
const DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema";
const DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema";

describe("the dialect", () => {
  test.each<[JsonSchema, string]>([
    [{}, "2020-12"],
    [true, "2020-12"],
    [{ $schema: DRAFT_04 }, "draft-04"],
    [{ $schema: "http://json-schema.org/draft-04/schema" }, "draft-04"],
    [{ $schema: "https://json-schema.org/draft-04/schema#" }, "draft-04"],
    [{ $schema: DRAFT_06 }, "draft-06"],
    [{ $schema: DRAFT_07 }, "draft-07"],
    [{ $schema: "https://json-schema.org/draft-07/schema" }, "draft-07"],
    [{ $schema: DRAFT_2019 }, "2019-09"],
    [{ $schema: DRAFT_2020 }, "2020-12"],
    [{ $schema: `${DRAFT_2020}#` }, "2020-12"],
  ])("of %j is %s, and it compiles", async (schema, dialect) => {
    expect(dialectOf(schema)).toBe(dialect);
    expect(await fits(schema, "{}")).toBe(true);
  });

  const KNOWN = `use one of http://json-schema.org/draft-04/schema, http://json-schema.org/draft-06/schema, http://json-schema.org/draft-07/schema, ${DRAFT_2019}, ${DRAFT_2020}`;
  test.each([
    ["https://example.com/dialect", '"https://example.com/dialect"'],
    ["http://json-schema.org/draft-03/schema#", '"http://json-schema.org/draft-03/schema#"'],
    ["", '""'],
    ["constructor", '"constructor"'],
    ["__proto__", '"__proto__"'],
    [7, "7"],
    [null, "null"],
  ])("%j is unknown, which is said", async ($schema, shown) => {
    expect(await problem({ $schema })).toEqual(["/$schema", `unknown dialect ${shown}: ${KNOWN}`]);
  });

  // What tells the dialects apart: schema, artifact, and in which of them it fits.
  const old = [DRAFT_04, DRAFT_06, DRAFT_07];
  const all = [...old, DRAFT_2019, DRAFT_2020];
  test.each<[string, Record<string, unknown>, string, readonly string[]]>([
    ["exclusiveMaximum beside maximum", { maximum: 3, exclusiveMaximum: true }, "2", [DRAFT_04]],
    ["a number as exclusiveMaximum", { exclusiveMaximum: 3 }, "2", all.slice(1)],
    ["const", { const: 1 }, "2", [DRAFT_04]],
    ["contains", { contains: { const: 1 } }, "[2]", [DRAFT_04]],
    ["propertyNames", { propertyNames: { maxLength: 1 } }, '{"ab":1}', [DRAFT_04]],
    ["a boolean as schema", { properties: { a: false } }, '{"b":1}', all.slice(1)],
    ["if", { if: { type: "number" }, else: { minLength: 2 } }, '"a"', [DRAFT_04, DRAFT_06]],
    ["a list as items", { items: [{ type: "string" }] }, "[1]", []],
    ["prefixItems", { prefixItems: [{ type: "string" }] }, "[1]", [...old, DRAFT_2019]],
    ["dependentRequired", { dependentRequired: { a: ["b"] } }, '{"a":1}', old],
    ["unevaluatedProperties", { unevaluatedProperties: false }, '{"a":1}', old],
    ["minContains", { contains: { type: "string" }, minContains: 2 }, '["a"]', old],
    ["an integer spelled 1.0", { type: "integer" }, "1.0", all],
  ])("%s", async (_, schema, artifact, fitting) => {
    const found = [];
    for (const $schema of all) {
      const usable = await fits({ $schema, ...schema }, artifact).catch((error: unknown) => {
        // A schema that another dialect knows and this one does not may be invalid in this one.
        expect(error).toBeInstanceOf(SchemaError);
        return false;
      });
      if (usable) found.push($schema);
    }
    expect(found).toEqual(fitting);
  });
});

describe("a schema that cannot be used says why and where", () => {
  test.each<[JsonSchema, string, string | RegExp]>([
    [{ $ref: "https://example.com/x.json" }, "/$ref", /^remote \$ref https:\/\/example\.com\/x\.json is never fetched/],
    [{ items: { $ref: "file:///etc/passwd" } }, "/items/$ref", /^remote \$ref file:\/\/\/etc\/passwd is never fetched/],
    [{ $ref: "#/$defs/nope" }, "/$ref", /#\/\$defs\/nope names nothing in this schema/],
    [{ properties: { a: { $ref: "other.json" } } }, "/properties/a/$ref", /other\.json/],
    [
      { type: "strin" },
      "/type",
      "not a valid JSON Schema of 2020-12: /type must be one of array, boolean, integer, null, number, object, string, got \"strin\" — did you mean 'string'?",
    ],
    [{ properties: { a: { minimum: "1" } } }, "/properties/a/minimum", /^not a valid JSON Schema of 2020-12: /],
    [{ required: "a" }, "/required", /^not a valid JSON Schema of 2020-12: /],
    [{ properties: [] }, "/properties", /^not a valid JSON Schema of 2020-12: /],
    [{ $schema: DRAFT_04, required: [] }, "/required", /^not a valid JSON Schema of draft-04: /],
    [
      { $schema: DRAFT_07, definitions: { a: { type: 1 } } },
      "/definitions/a/type",
      /^not a valid JSON Schema of draft-07/,
    ],
  ])("%j", async (schema, pointer, reason) => {
    const [where, why] = await problem(schema);
    expect(why).toMatch(reason);
    expect(where).toBe(pointer);
  });

  const bad = '"[" is no regular expression of ECMA-262 with the flag u: Unterminated character class';
  test.each<[JsonSchema, string]>([
    [{ pattern: "[" }, "/pattern"],
    [{ properties: { "a/b": { pattern: "[" } } }, "/properties/a~1b/pattern"],
    [{ items: { patternProperties: { a: true, "[": { type: "string" } } } }, "/items/patternProperties/["],
    [{ properties: { a: { $ref: "#/$defs/x%25y" } }, $defs: { "x%y": { pattern: "[" } } }, "/$defs/x%y/pattern"],
    [{ properties: { a: { pattern: "[" } }, unevaluatedProperties: false }, "/properties/a/pattern"],
    [{ $schema: DRAFT_04, allOf: [{}, { pattern: "[" }] }, "/allOf/1/pattern"],
    [{ "x-note": { pattern: "[" }, enum: [{ pattern: "[" }], not: { pattern: "[" } }, "/not/pattern"],
    [{ unevaluatedItems: { pattern: "[" } }, "/unevaluatedItems/pattern"],
  ])("a pattern that is no regular expression: %j", async (schema, pointer) => {
    expect(await problem(schema)).toEqual([pointer, bad]);
  });

  test.each<[JsonSchema, string, string]>([
    [{ items: { $id: "http://[x" } }, "/items/$id", "$id http://[x is no valid reference"],
    [
      { $defs: { a: { $id: "urn:a", $schema: "https://example.com/none" } } },
      "/$defs/a/$schema",
      'a part of this schema cannot be of the dialect "https://example.com/none": leave it out',
    ],
    [
      { $vocabulary: { "https://example.com/v": true } },
      "/$vocabulary",
      expect.stringMatching(/^Unrecognized vocabulary: https:\/\/example\.com\/v\./),
    ],
  ])("what only a library stumbles over: %j", async (schema, pointer, reason) => {
    expect(await problem(schema)).toEqual([pointer, reason]);
  });

  test.each(["urn:y2", "a b", "http://[x", "%", "{{name}}", "http://json-schema.org/draft-04/schema"])(
    "nobody asks for the identifier %s where every reference is a pointer",
    async ($id) => {
      for (const schema of [{ $id }, { $schema: DRAFT_07, $id }, { $schema: DRAFT_04, id: $id }]) {
        const whole = {
          ...schema,
          properties: { a: { $ref: "#/definitions/a" } },
          definitions: { a: { type: "string" } },
        };
        expect([await fits(whole, '{"a":"x"}'), await fits(whole, '{"a":1}')]).toEqual([true, false]);
      }
    },
  );

  test("an identifier that a dialect has is told with its place", async () => {
    const $id = "http://json-schema.org/draft-04/schema";
    expect(await problem({ $id, unevaluatedProperties: false })).toEqual([
      "/$id",
      `$id ${$id} is a dialect's own: choose another`,
    ]);
  });

  test.each<[string, JsonSchema]>([
    ["in data", { const: { pattern: "[" }, default: { pattern: "[" }, examples: [{ pattern: "[" }] }],
    ["under a keyword of one's own", { "x-rules": { pattern: "[" } }],
    ["as the name of a property", { properties: { pattern: { type: "string" } } }],
  ])("a wrong pattern %s is nobody's", async (_, schema) => {
    await compile(schema);
  });
});

describe("schemas of every shape", () => {
  test("true takes everything, false nothing, {} everything", async () => {
    for (const text of ["null", "0", '""', "[]", "{}"]) {
      expect([await fits(true, text), await fits(false, text), await fits({}, text)]).toEqual([true, false, true]);
    }
  });

  test("references within the schema: by pointer, by $id, by $anchor, to itself", async () => {
    const tree = { type: "object", properties: { kids: { type: "array", items: { $ref: "#" } } } };
    expect(await fits(tree, '{"kids":[{"kids":[{}]}]}')).toBe(true);
    expect(await fits(tree, '{"kids":[{"kids":[1]}]}')).toBe(false);
    const named = {
      $id: "https://example.com/root",
      items: [true, { $ref: "leaf" }, { $ref: "#leaf" }].slice(1).reduce((all, one) => ({ allOf: [all, one] }), {}),
      $defs: { a: { $id: "leaf", type: "string" }, b: { $anchor: "leaf", minLength: 2 } },
    };
    expect(await fits(named, '["ab"]')).toBe(true);
    expect(await fits(named, '["a"]')).toBe(false);
    expect(await fits(named, "[12]")).toBe(false);
  });

  test.each([DRAFT_04, DRAFT_06, DRAFT_07])(
    "of %s: beside a $ref only definitions count, as what it points at",
    async ($schema) => {
      const definitions = { name: { type: "string" }, id: { $ref: "#/definitions/name" } };
      for (const beside of [{}, { type: "number" }, { $id: "https://example.com/x", id: "https://example.com/x" }]) {
        const schema = { $schema, $ref: "#/definitions/id", definitions, ...beside };
        expect(await fits(schema, '"a"'), JSON.stringify(beside)).toBe(true);
        expect(await fits(schema, "1"), JSON.stringify(beside)).toBe(false);
        expect(await fits({ $schema, definitions, items: { $ref: "#/definitions/id", ...beside } }, "[1]")).toBe(false);
      }
    },
  );

  test("an artifact may nest to the last level that is allowed, valid or not", async () => {
    const nested = `${"[".repeat(512)}${"]".repeat(512)}`;
    expect(await fits({ type: "array", items: { $ref: "#" } }, nested)).toBe(true);
    expect(await fits({ type: "array", items: { $ref: "#" }, minItems: 1 }, nested)).toBe(false);
    expect(await fits({ $anchor: "a", type: "array", items: { $ref: "#a" } }, nested)).toBe(true);
  });

  test("of alternatives without a kind, the one with the fewest missing properties is meant", async () => {
    const validator = await compile({ anyOf: [{ required: ["a", "b", "c"] }, { required: ["d"] }] });
    expect((await validator({})).map(({ expected }) => expected)).toEqual(['the property "d"']);
  });

  test("two schemas with one $id do not meet", async () => {
    const $id = "https://example.com/same";
    expect(await fits({ $id, type: "string" }, '"a"')).toBe(true);
    expect(await fits({ $id, type: "number" }, '"a"')).toBe(false);
  });

  test.each(["uri", "email", "date-time", "ipv4", "regex", "uuid", "made-up"])(
    "format %s is an annotation",
    async (format) => {
      for (const $schema of [DRAFT_04, DRAFT_07, DRAFT_2020])
        expect(await fits({ $schema, format }, '"neither this nor that"')).toBe(true);
    },
  );

  test.each([
    ["unknown", { "x-runa": { kind: "approval" }, colour: "red" }],
    ["`id`, which names nothing since draft 06", { id: "requirements" }],
    ["`nullable`, which is another language's", { nullable: true }],
    ["`$async`, which is another library's", { $async: true }],
    ["`discriminator`, likewise", { discriminator: { propertyName: "kind" } }],
    ["`$data`, likewise", { $data: "1/a" }],
  ])("keywords that are %s are ignored", async (_, extra) => {
    expect(await fits({ type: "string", ...extra }, '"a"')).toBe(true);
    expect(await fits({ type: "string", ...extra }, "null")).toBe(false);
    expect(await fits({ ...extra }, "null")).toBe(true);
  });

  test("a schema that refers to itself without end lets an artifact be neither judged nor hang", async () => {
    for (const endless of [{ $ref: "#" }, { allOf: [{ $ref: "#" }] }, { $anchor: "a", anyOf: [{ $ref: "#a" }] }])
      expect(await fits(endless, "{}"), JSON.stringify(endless)).toBe(false);
  });
});

describe("names that JavaScript objects inherit are names like any other", () => {
  const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
  const schemaWith = (name: string, inner: unknown) => parsed(`{"properties":{"${name}":${JSON.stringify(inner)}}}`);

  test.each(NAMES)("%s", async (name) => {
    const typed = schemaWith(name, { type: "string" }) as JsonSchema;
    expect(await fits(typed, "{}")).toBe(true);
    expect(await fits(typed, `{"${name}":"a"}`)).toBe(true);
    expect(await fits(typed, `{"${name}":1}`)).toBe(false);
    const closed = { ...(typed as object), additionalProperties: false };
    expect(await fits(closed, `{"${name}":"a"}`)).toBe(true);
    expect(await fits({ additionalProperties: false }, `{"${name}":1}`)).toBe(false);
    expect(await fits({ required: [name] }, "{}")).toBe(false);
    expect(await fits({ required: [name] }, `{"${name}":null}`)).toBe(true);
    expect(await fits({ minProperties: 1 }, `{"${name}":null}`)).toBe(true);
    expect(await fits({ propertyNames: { maxLength: 1 } }, `{"${name}":null}`)).toBe(false);
    expect(await fits({ patternProperties: { "^.{7,}$": { type: "string" } } }, `{"${name}":1}`)).toBe(false);
  });
});

describe("a schema file", () => {
  test("is parsed strictly, and hashed by its canonical form", () => {
    const { schema, hash } = parseSchema(Buffer.from('{ "type": "object", "maxProperties": 1.0 }'));
    expect(schema).toEqual({ type: "object", maxProperties: 1 });
    // SHA-256 of `{"maxProperties":1,"type":"object"}`.
    expect(hash).toBe("sha256:0c40643f0e2f904e6436a2e31dcb7f6f007396d3597dbd55569a46ef223600a6");
    expect(parseSchema(Buffer.from("true")).schema).toBe(true);
    for (const text of ['{"a":1,"a":2}', "\ufeff{}", "{", ""])
      expect(() => parseSchema(Buffer.from(text)), text).toThrow(JsonError);
  });

  test.each(["null", "1", '"string"', "[]"])("that holds %s is no schema", (text) => {
    expect(() => parseSchema(Buffer.from(text))).toThrow(
      new SchemaError("a JSON Schema is an object, true or false", ""),
    );
  });
});
