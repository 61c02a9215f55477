import { readFileSync } from "node:fs";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../src/json.ts";
import { Impossible } from "../src/value/schema.ts";
import { type Making, valueFor } from "../src/value/value.ts";

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

function made(schema: JsonObject, making: Partial<Making> = {}): unknown {
  return valueFor([schema], { seed: 1, optionals: true, examples: true, ...making });
}

/** An object's schema with one required property, `it`. */
const holding = (it: unknown, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties: { it },
  required: ["it"],
  additionalProperties: false,
  ...more,
});

/** Schemas that each ask for something hard, by what that is. */
const SCHEMAS: Readonly<Record<string, JsonObject>> = JSON.parse(
  readFileSync(new URL("fixtures/schemas.json", import.meta.url), "utf8"),
);

describe.each(Object.entries(SCHEMAS))("%s", (_, schema) => {
  const judge = new AjvJsonSchemaValidator().getValidator(schema);

  test.each([
    ["as full as can be", true],
    ["only what is required", false],
  ])("%s", (_name, optionals) => {
    for (const seed of SEEDS) {
      const value = made(schema, { seed, optionals });
      expect(judge(value), JSON.stringify(value)).toMatchObject({ valid: true });
    }
  });
});

test("optional properties and lists are filled in, or left out", () => {
  const schema = holding(
    { type: "array" },
    { properties: { it: { type: "array", items: { type: "string" } }, more: {} } },
  );
  expect(made(schema)).toEqual({ it: [expect.any(String), expect.any(String)], more: expect.any(String) });
  expect(made(schema, { optionals: false })).toEqual({ it: [] });
});

test("the same seed makes the same, others something else", () => {
  const schema = SCHEMAS["exactly one of several shapes"] ?? {};
  expect(made(schema, { seed: 7 })).toEqual(made(schema, { seed: 7 }));
  const all = new Set(SEEDS.map((seed) => JSON.stringify(made(schema, { seed }))));
  expect(all.size).toBeGreaterThan(SEEDS.length / 2);
});

test("texts say what they stand for", () => {
  const properties = { acceptanceCriteria: { type: "array", items: { type: "string" } }, issue_id: { type: "string" } };
  expect(made({ type: "object", properties })).toEqual({
    acceptanceCriteria: [
      expect.stringMatching(/^Rehearsed acceptance criteria: \w+ \w+ \d\d$/),
      expect.stringMatching(/^Rehearsed acceptance criteria: \w+ \w+ \d\d$/),
    ],
    issue_id: expect.stringMatching(/^\w+-\w+-\d\d$/),
  });
});

test("examples and defaults come first where they fit", () => {
  const properties = {
    colour: { type: "string", examples: ["red", 7, "green"], maxLength: 4 },
    size: { type: "integer", default: 12 },
    tags: { type: "array", items: { type: "string", examples: ["urgent"] } },
    issue_id: { type: "string", examples: ["I-1"] },
  };
  const right = { colour: "red", size: 12, tags: ["urgent"], issue_id: "I-1" };
  expect(made({ type: "object", properties })).toEqual(right);
  expect(made({ type: "object", properties }, { examples: false })).not.toMatchObject({ colour: "red" });
});

test("free text from an example is told apart, so that nothing is made twice the same", () => {
  const schema = { type: "object", properties: { title: { type: "string", examples: ["A title"] } } };
  expect(made(schema)).toEqual({ title: expect.stringMatching(/^A title \(rehearsed: \w+-\w+-\d\d\)$/) });
  expect(made(schema, { seed: 2 })).not.toEqual(made(schema));
});

test("where only nested text comes from examples, the first one is told apart", () => {
  const finding = {
    type: "object",
    properties: { id: { type: "string", examples: ["F-1"] }, problem: { type: "string", examples: ["It is late."] } },
  };
  const schema = { type: "object", properties: { findings: { type: "array", minItems: 2, items: finding } } };
  expect(made(schema)).toEqual({
    findings: [
      { id: "F-1", problem: expect.stringMatching(/^It is late\. \(rehearsed: \w+-\w+-\d\d\)$/) },
      { id: "F-1", problem: "It is late." },
    ],
  });
  expect(made(schema, { seed: 2 })).not.toEqual(made(schema));
});

test.each([
  ["nothing is allowed", holding(false), "nothing is allowed here"],
  ["types that exclude each other", holding({ allOf: [{ type: "string" }, { type: "object" }] }), "no type is allowed"],
  ["an endless recursion", holding({ $ref: "#" }), "the schema never ends"],
  ["a list that is too short for itself", holding({ type: "array", minItems: 3, maxItems: 1 }), "no list has 3 items"],
  ["a reference out of the schema", holding({ $ref: "https://example.com/x" }), "it refers to https://example.com/x"],
  ["a reference to nothing", holding({ $ref: "#/$defs/gone" }), "it refers to #/$defs/gone, which it does not contain"],
])("%s is said so", (_, schema, message) => {
  expect(() => made(schema)).toThrow(Impossible);
  expect(() => made(schema)).toThrow(message);
});

test("a schema that could grow without end stays small", () => {
  const schema = holding(
    { $ref: "#/$defs/node" },
    {
      $defs: {
        node: {
          type: "object",
          properties: Object.fromEntries("abcdefghij".split("").map((key) => [key, { $ref: `#/$defs/${key}` }])),
        },
        ...Object.fromEntries(
          "abcdefghij"
            .split("")
            .map((key) => [key, { type: "object", properties: { [key]: { $ref: "#/$defs/node" } } }]),
        ),
      },
    },
  );
  expect(JSON.stringify(made(schema)).length).toBeLessThan(100_000);
});
