import type { JsonSchema } from "@runa/engine";
import { describe, expect, test } from "vitest";
import { inputSchema } from "../src/schema/input-schema.ts";
import { conditional } from "./conditional.ts";

const ID = {
  type: "string",
  minLength: 1,
  maxLength: 128,
  description:
    "Names this instance; its file is called so. Short and telling, without slashes, '..' or a leading dot. An id that is already there is replaced.",
};
const text = { type: "string" };
const served = (schema: JsonSchema, scoped = false) => inputSchema(schema, { scoped });
const shape = (schema: JsonSchema, scoped = false) => served(schema, scoped).json;

describe("objects", () => {
  test("a plain object's schema is served as it is, without what names it", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://example.org/design.json",
      $comment: "for authors",
      title: "Design",
      description: "How it will be built.",
      type: "object",
      required: ["title"],
      additionalProperties: false,
      properties: { title: { type: "string", minLength: 2 }, tags: { type: "array", items: text } },
    };
    expect(served(schema)).toMatchObject({ wrapped: false, rules: [], exact: true });
    expect(shape(schema)).toEqual({
      title: "Design",
      description: "How it will be built.",
      type: "object",
      properties: { instance_id: ID, title: { type: "string", minLength: 2 }, tags: { type: "array", items: text } },
      required: ["instance_id", "title"],
      additionalProperties: false,
    });
  });

  test("work_unit is the session's own in a scope, and optional without one", () => {
    const schema = { type: "object", required: ["a", "work_unit"], properties: { a: text, work_unit: text } };
    expect(shape(schema, true)).toEqual({
      type: "object",
      properties: { instance_id: ID, a: text },
      required: ["instance_id", "a"],
    });
    expect(shape(schema)).toEqual({
      type: "object",
      properties: { instance_id: ID, a: text, work_unit: text },
      required: ["instance_id", "a"],
    });
    expect(Object.keys(shape({ type: "object" }).properties)).toEqual(["instance_id"]);
  });

  test.each<[string, JsonSchema]>([
    ["a property", { type: "object", properties: { instance_id: text } }],
    ["a branch", { anyOf: [{ properties: { instance_id: text } }, {}] }],
    ["a reference", { $ref: "#/$defs/d", $defs: { d: { properties: { instance_id: text } } } }],
    ["what it requires", { type: "object", required: ["instance_id"] }],
  ])("a schema with an instance_id of its own, as %s, cannot be served", (_, schema) => {
    expect(() => served(schema)).toThrow("has a property 'instance_id', which the tool needs for itself: rename it");
  });

  test("what has no root type counts as an object", () => {
    expect(shape({ properties: { a: text } })).toEqual({
      type: "object",
      properties: { instance_id: ID, a: text },
      required: ["instance_id"],
    });
    expect(shape(true)).toEqual({
      type: "object",
      properties: { instance_id: ID },
      required: ["instance_id"],
      additionalProperties: true,
    });
  });

  test("what is required has a property, as some model APIs insist", () => {
    expect(shape({ required: ["a"] }).properties).toEqual({
      instance_id: ID,
      a: { type: ["object", "array", "string", "number", "boolean", "null"], items: {} },
    });
  });

  test("properties whose names some APIs refuse are told in words, and nothing forbids them", () => {
    const { json, rules, exact } = served({
      type: "object",
      additionalProperties: false,
      required: ["größe"],
      properties: { größe: { type: "integer" }, "a b": text, ok: text },
    });
    expect(json.properties).toEqual({ instance_id: ID, ok: text });
    expect(json.required).toEqual(["instance_id"]);
    expect(json.additionalProperties).toBeUndefined();
    expect(exact).toBe(false);
    expect(rules).toEqual([
      "no properties but those named",
      'also required: property "größe": {"type":"integer"}',
      'property "a b": {"type":"string"}',
    ]);
  });

  test("patterns stay where they leave instance_id alone", () => {
    const open = { patternProperties: { "^x_": text }, additionalProperties: { type: "integer" } };
    expect(shape({ type: "object", ...open })).toMatchObject(open);
    const taking = served({
      type: "object",
      patternProperties: { _id$: { type: "integer" } },
      additionalProperties: false,
    });
    expect(taking.json).toEqual({
      description:
        'Checked on delivery, besides:\n- patternProperties: {"_id$": {"type":"integer"}}\n- no properties but those named',
      type: "object",
      properties: { instance_id: ID },
      required: ["instance_id"],
    });
  });

  test("what counts an object's properties or names them all is told in words", () => {
    const { json, rules } = served({
      type: "object",
      minProperties: 2,
      propertyNames: { maxLength: 3 },
      dependentRequired: { a: ["b"] },
    });
    expect(json).not.toHaveProperty("minProperties");
    expect(rules).toEqual([
      "minProperties: 2",
      'each property name fits {"maxLength":3}',
      'dependentRequired: {"a":["b"]}',
    ]);
  });
});

describe("top levels that are no plain object", () => {
  test("oneOf: the union of the branches, what they all need, and the branches in words", () => {
    const schema = {
      description: "A source.",
      oneOf: [
        { properties: { kind: { const: "web" }, url: text }, required: ["kind", "url"] },
        { properties: { kind: { const: "book" }, pages: { type: "integer" } }, required: ["kind", "pages"] },
      ],
    };
    expect(served(schema)).toMatchObject({ wrapped: false, exact: false });
    expect(shape(schema)).toEqual({
      description:
        "A source.\n\nChecked on delivery, besides:\n- exactly one of these holds: " +
        '(1) {"properties":{"kind":{"const":"web"},"url":{"type":"string"}},"required":["kind","url"]} ' +
        '(2) {"properties":{"kind":{"const":"book"},"pages":{"type":"integer"}},"required":["kind","pages"]}',
      type: "object",
      properties: {
        instance_id: ID,
        kind: { type: "string", enum: ["web", "book"] },
        url: text,
        pages: { type: "integer" },
      },
      required: ["instance_id", "kind"],
    });
  });

  test("anyOf: a property that differs from branch to branch is served as alternatives", () => {
    const schema = { anyOf: [{ properties: { a: text } }, { properties: { a: { type: "array", items: text } } }] };
    expect(shape(schema).properties.a).toEqual({ anyOf: [text, { type: "array", items: text }] });
  });

  test("allOf and $ref are one object", () => {
    const schema = {
      $ref: "#/$defs/base",
      allOf: [{ properties: { b: { minLength: 2 } }, required: ["b"] }],
      properties: { c: text },
      $defs: { base: { title: "Base", properties: { a: text, b: text }, required: ["a"], additionalProperties: true } },
    };
    expect(shape(schema)).toEqual({
      title: "Base",
      type: "object",
      properties: { instance_id: ID, c: text, a: text, b: { type: "string", allOf: [text, { minLength: 2 }] } },
      required: ["instance_id", "a", "b"],
    });
  });

  test("if, then, else and not are told in words; a closed object stays closed", () => {
    const { json, rules } = served({
      type: "object",
      additionalProperties: false,
      properties: { form: { enum: ["a", "b"] }, x: {} },
      ...conditional({ properties: { form: { const: "a" } } }, { required: ["x"], properties: { x: text } }),
      not: { required: ["y"] },
    });
    expect(json).toMatchObject({
      properties: { form: { enum: ["a", "b"] }, x: text },
      required: ["instance_id"],
      additionalProperties: false,
    });
    expect(rules).toEqual([
      'if {"properties":{"form":{"const":"a"}}} then {"required":["x"],"properties":{"x":{"type":"string"}}}',
      'this does not hold: {"required":["y"]}',
    ]);
  });

  test("what a scope fills in is not asked for in words either", () => {
    const branch = { required: ["work_unit", "a"], properties: { work_unit: text, a: text } };
    expect(served({ anyOf: [branch, { $ref: "#/$defs/b" }], $defs: { b: branch } }, true)).toMatchObject({
      rules: [
        'at least one of these holds: (1) {"required":["a"],"properties":{"a":{"type":"string"}}} (2) {"required":["a"],"properties":{"a":{"type":"string"}}}',
      ],
      json: { required: ["instance_id", "a"] },
    });
  });

  test("a schema that leads into itself ten ways at each of many levels is still read at once", () => {
    const ten = (to: string) => ({
      properties: { [to.slice(-2)]: text },
      required: ["a"],
      anyOf: Array(10).fill({ $ref: to }),
    });
    const $defs = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i + 10}`, ten(`#/$defs/${i + 11}`)]));
    $defs["40"] = ten("#/$defs/10");
    const { json } = served({ $ref: "#/$defs/10", $defs });
    expect(json.required).toEqual(["instance_id", "a"]);
    expect(Object.keys(json.properties)).toHaveLength(1 + 31 + 1);
    expect(JSON.stringify(json).length).toBeLessThan(100_000);
  });

  test("a reference that leads nowhere is said", () => {
    expect(served({ $ref: "https://example.org/elsewhere.json" })).toMatchObject({
      exact: false,
      rules: ['$ref: "https://example.org/elsewhere.json"'],
    });
  });

  test.each<[string, JsonSchema]>([
    ["oneOf", { oneOf: [{}] }],
    ["anyOf", { anyOf: [{}] }],
    ["allOf", { allOf: [{ allOf: [{}] }] }],
    ["$ref", { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: {} } }],
    ["enum", { enum: [{ a: 1 }] }],
    ["dependentSchemas", { dependentSchemas: { a: { oneOf: [{}] } } }],
    ["a reference to itself", { $ref: "#" }],
    ["itself, through a branch", { anyOf: [{ $ref: "#" }, { properties: { a: { $ref: "#" } } }] }],
    ["false", false],
  ])("%s at the top is not served there", (_, schema) => {
    const kept = ["title", "description", "type", "properties", "required", "additionalProperties"];
    expect(shape(schema).type).toBe("object");
    for (const keyword of Object.keys(shape(schema))) expect(kept).toContain(keyword);
  });
});

describe("artifacts that are no object", () => {
  test.each<[string, JsonSchema, JsonSchema]>([
    ["an array", { type: "array", items: text }, { type: "array", items: text }],
    ["a string", { type: "string", description: "A word." }, { type: "string", description: "A word." }],
    ["one of several kinds", { type: ["object", "null"] }, { type: ["object", "null"] }],
    ["a list of values", { enum: ["yes", "no"] }, { type: "string", enum: ["yes", "no"] }],
    ["branches without an object", { anyOf: [text, { type: "null" }] }, { anyOf: [text, { type: "null" }] }],
    ["a reference to an array", { $ref: "#/$defs/l", $defs: { l: { type: "array" } } }, { type: "array", items: {} }],
  ])("%s travels in `artifact`", (_, schema, expected) => {
    expect(served(schema)).toMatchObject({ wrapped: true, exact: true });
    expect(shape(schema)).toEqual({
      type: "object",
      properties: { instance_id: ID, artifact: expected },
      required: ["instance_id", "artifact"],
      additionalProperties: false,
    });
  });
});
