import type { JsonSchema } from "@runa/engine";
import { describe, expect, test } from "vitest";
import { inputSchema } from "../src/schema/input-schema.ts";
import { conditional } from "./conditional.ts";

const text = { type: "string" };
const served = (schema: JsonSchema) => inputSchema(schema, { scoped: false });
/** What says no type takes any. */
const ANY = { type: ["object", "array", "string", "number", "boolean", "null"], items: {} };
/** What is served for a schema that is the whole of a property. */
const nested = (schema: JsonSchema, more: object = {}) =>
  served({ ...more, properties: { p: schema } }).json.properties.p;

describe("inside properties", () => {
  test("references are spelt out, by pointer, anchor or embedded id", () => {
    const $defs = {
      "a/b": { type: "integer" },
      n: { $anchor: "named", type: "null" },
      e: { $id: "other.json", type: "boolean" },
    };
    const refs = (...list: string[]) => list.map(($ref) => nested({ $ref }, { $defs }));
    expect(refs("#/$defs/a~1b", "#named", "other.json")).toEqual([
      { type: "integer" },
      { type: "null" },
      { type: "boolean" },
    ]);
    expect(served({ properties: { p: { $ref: "#named" } }, $defs }).exact).toBe(true);
  });

  test("beside a reference, descriptions replace and constraints add, as the draft says", () => {
    const $defs = { t: { type: "string", description: "Base." } };
    const p = { $ref: "#/$defs/t", description: "Mine.", minLength: 2 };
    expect(nested(p, { $defs })).toEqual({
      type: "string",
      description: "Mine.",
      allOf: [{ type: "string", description: "Base." }, { minLength: 2 }],
    });
    expect(nested(p, { $defs, $schema: "http://json-schema.org/draft-07/schema#" })).toEqual({
      type: "string",
      description: "Mine.",
    });
  });

  test("a recursive reference is open the second time", () => {
    const $defs = { node: { type: "object", properties: { next: { $ref: "#/$defs/node" }, name: text } } };
    expect(served({ properties: { p: { $ref: "#/$defs/node" } }, $defs }).exact).toBe(false);
    expect(nested({ $ref: "#/$defs/node" }, { $defs })).toEqual({
      type: "object",
      properties: {
        next: { type: "object", description: "The same again as #/$defs/node; checked on delivery." },
        name: text,
      },
    });
  });

  test("what was opened makes nothing stricter", () => {
    const $defs = { n: { type: "object", properties: { n: { $ref: "#/$defs/n" } }, required: ["n"] } };
    const open = { $ref: "#/$defs/n" };
    expect(nested({ not: open }, { $defs })).toEqual(ANY);
    expect(nested(conditional(open, text), { $defs })).toEqual(ANY);
    expect(Object.keys(nested({ oneOf: [open, text] }, { $defs }) ?? {})).toEqual(["anyOf"]);
  });

  test("a schema whose references multiply is cut, not spelt out", () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `d${i}`,
        { properties: { a: { $ref: `#/$defs/d${i + 1}` }, b: { $ref: `#/$defs/d${i + 1}` } } },
      ]),
    );
    const { json, exact } = served({ properties: { p: { $ref: "#/$defs/d0" } }, $defs });
    expect(exact).toBe(false);
    expect(JSON.stringify(json).length).toBeLessThan(1_000_000);
  });

  test.each<[string, JsonSchema, JsonSchema]>([
    ["true", true, ANY],
    ["false", false, { not: {} }],
    ["an array without items", { type: "array" }, { type: "array", items: {} }],
    ["combinators", { oneOf: [text, { type: "null" }] }, { oneOf: [text, { type: "null" }] }],
    ["if and else", { if: text, else: true }, { ...ANY, if: text, else: {} }],
    ["unknown keywords", { type: "null", "x-owner": "me", $comment: "c" }, { type: "null" }],
    [
      "data that looks like a schema",
      { const: { $ref: "#/nowhere" } },
      { type: "object", const: { $ref: "#/nowhere" } },
    ],
    [
      "required names",
      { type: "object", required: ["a"] },
      { type: "object", required: ["a"], properties: { a: ANY } },
    ],
    ["draft 2020-12 ignores dependencies", { dependencies: { a: ["b"] } }, ANY],
  ])("%s", (_, schema, expected) => {
    expect(nested(schema)).toEqual(expected);
  });

  test.each<[string, string, JsonSchema, JsonSchema]>([
    [
      "04",
      "exclusive limits",
      { minimum: 1, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: false },
      { ...ANY, exclusiveMinimum: 1, maximum: 2 },
    ],
    ["04", "const means nothing", { const: 1 }, ANY],
    ["06", "if means nothing", conditional({}, false), ANY],
    ["07", "tuples", { items: [text], additionalItems: false }, { ...ANY, prefixItems: [text], items: { not: {} } }],
    ["07", "prefixItems means nothing", { prefixItems: [false] }, ANY],
  ])("draft %s: %s", (draft, _, schema, expected) => {
    expect(nested(schema, { $schema: `http://json-schema.org/draft-${draft}/schema#` })).toEqual(expected);
  });
});

describe("a property without a type", () => {
  test.each<[string, JsonSchema, unknown]>([
    ["has any", {}, ANY.type],
    [
      "of which an integer is a number",
      { not: { type: ["string", "integer"] } },
      ["object", "array", "number", "boolean", "null"],
    ],
    ["takes those of its values", { enum: ["a", 1, null] }, ["string", "number", "null"]],
    ["takes that of its value", { const: [1] }, "array"],
    ["takes what all parts allow", { allOf: [{ type: ["string", "null"] }, { enum: ["a", 1] }] }, "string"],
    ["takes what some branch allows", { anyOf: [{ type: "integer" }, { enum: ["a"] }] }, ["string", "number"]],
    ["says nothing where all its branches do", { anyOf: [{ type: "integer" }, { type: "null" }] }, undefined],
    ["says nothing where nothing fits", false, undefined],
  ])("%s", (_, schema, type) => {
    expect((nested(schema) as { type?: unknown }).type).toEqual(type);
  });

  test("has one wherever it lies", () => {
    const { json } = served({
      properties: {
        list: { type: "array", items: { properties: { a: {} } } },
        one: { anyOf: [{ properties: { b: true } }] },
      },
      additionalProperties: { properties: { c: {} } },
    });
    expect(JSON.stringify(json).split(JSON.stringify(ANY).slice(1, -1))).toHaveLength(4);
  });
});
