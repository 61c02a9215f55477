import type { JsonSchema } from "@runa/engine";
import { describe, expect, test } from "vitest";
import { decodeStrings, NestingError } from "../src/decode-strings.ts";
import { LocalRefs } from "../src/schema/local-refs.ts";
import { conditional } from "./conditional.ts";

const decode = (value: unknown, schema: JsonSchema) => decodeStrings(value, schema, new LocalRefs(schema)).value;
const of = (schema: JsonSchema): JsonSchema => ({ properties: { p: schema } });

describe("strings that stand for something else", () => {
  test.each<[string, JsonSchema, string, unknown]>([
    ["an array", { type: "array" }, "[1]", [1]],
    ["an object", { type: "object" }, ' {"a":1}', { a: 1 }],
    ["an array or null", { type: ["array", "null"] }, "[]", []],
    ["either of two kinds", { anyOf: [{ type: "array" }, { type: "object" }] }, "[]", []],
    ["what all of several allow", { allOf: [{ type: ["string", "array"] }, { type: ["array", "object"] }] }, "[]", []],
    ["what values allow", { enum: [["a"], {}] }, '["a"]', ["a"]],
    ["an integer", { type: "integer" }, "5", 5],
    ["a number with an exponent", { type: "number" }, "-1.5e3", -1500],
    ["a boolean", { type: "boolean" }, "true", true],
    ["a boolean with space around it", { type: "boolean" }, " false\n", false],
    ["null", { type: ["integer", "null"] }, "null", null],
    ["either of two scalars", { type: ["integer", "boolean"] }, "false", false],
    ["one of several numbers", { enum: [1, 2] }, "2", 2],
    ["a number beside an array", { type: ["array", "number"] }, "1", 1],
    ["what is not a string", { not: { type: "string" } }, "[]", []],
  ])("%s is decoded", (_, schema, given, expected) => {
    expect(decode({ p: given }, of(schema))).toEqual({ p: expected });
  });

  test.each<[string, JsonSchema, string]>([
    ["the schema takes any string", {}, "[1]"],
    ["the schema takes a string", { type: "string" }, "[1]"],
    ["the schema takes a string too", { type: ["array", "string"] }, "[1]"],
    ["some branch takes a string", { anyOf: [{ type: "array" }, { type: "string" }] }, "[1]"],
    ["the schema wants a number", { type: "integer" }, "[1]"],
    ["the schema takes a number or a string", { type: ["integer", "string"] }, "5"],
    ["its values hold strings too", { enum: [1, "1"] }, "1"],
    ["it holds a boolean where a number is wanted", { type: "number" }, "true"],
    ["it is the JSON of a string", { type: "integer" }, '"5"'],
    ["it is a number as JSON does not write it", { type: "number" }, "0x10"],
    ["it is a number with more than white space around it", { type: "integer" }, "5 apples"],
    ["it is empty", { type: "boolean" }, ""],
    ["it holds an array where an object is wanted", { type: "object" }, "[1]"],
    ["it is no JSON", { type: "array" }, "[1"],
    ["nothing is known of it", true, "[1]"],
  ])("it stays when %s", (_, schema, given) => {
    expect(decode({ p: given }, of(schema))).toEqual({ p: given });
  });

  test("references are followed, also recursive ones", () => {
    const schema = {
      properties: { node: { $ref: "#/$defs/node" } },
      $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
    };
    expect(decode({ node: '{"next":"{\\"next\\":{}}"}' }, schema)).toEqual({ node: { next: { next: {} } } });
  });

  test("nested places are found, and reported with their text", () => {
    const schema = { properties: { list: { type: "array", items: { properties: { "a/b": { type: "object" } } } } } };
    const given = { list: [{ "a/b": '{"n":9007199254740993}' }, { "a/b": {} }] };
    expect(decodeStrings(given, schema, new LocalRefs(schema)).decoded).toEqual([
      { path: "/list/0/a~1b", text: '{"n":9007199254740993}' },
    ]);
  });

  test("tuples, additional items and additional properties are known", () => {
    expect(decode(["[]", "[]"], { prefixItems: [{ type: "array" }], items: { type: "string" } })).toEqual([[], "[]"]);
    const draft07 = {
      $schema: "http://json-schema.org/draft-07/schema#",
      items: [true],
      additionalItems: { type: "array" },
    };
    expect(decode(["[]", "[]"], draft07)).toEqual(["[]", []]);
    expect(decode({ x: "{}" }, { additionalProperties: { type: "object" } })).toEqual({ x: {} });
  });

  test("branches count together, for properties too", () => {
    const list = { properties: { p: { type: "array" } } };
    expect(decode({ p: "[]" }, { oneOf: [list, { properties: { p: { type: "object" } } }] })).toEqual({ p: [] });
    expect(decode({ p: "[]" }, { oneOf: [list, {}] })).toEqual({ p: "[]" });
    expect(decode({ p: "[]" }, conditional({}, list, list))).toEqual({ p: [] });
  });

  test("what needs nothing is the same value, keys like __proto__ included", () => {
    const given = JSON.parse('{"__proto__":{"p":"[]"},"p":"x"}');
    expect(decode(given, of({ type: "array" }))).toBe(given);
    const changed = decode(JSON.parse('{"__proto__":1,"p":"[]"}'), of({ type: "array" }));
    expect(Object.keys(changed as object)).toEqual(["__proto__", "p"]);
  });

  test("what is nested too deep ends in an error, not in the stack", () => {
    expect(() => decode(JSON.parse("[".repeat(100_000) + "]".repeat(100_000)), true)).toThrow(NestingError);
  });

  test("a schema that leads into itself ten ways is still read at once", () => {
    const node = { type: "array", items: { anyOf: Array(10).fill({ $ref: "#/$defs/node" }) } };
    const $defs = { node, wide: { anyOf: Array(10).fill({ $ref: "#/$defs/wide" }) } };
    expect(
      decode(
        { p: "[[[]]]", q: "[]" },
        { properties: { p: { $ref: "#/$defs/node" }, q: { $ref: "#/$defs/wide" } }, $defs },
      ),
    ).toEqual({
      p: [[[]]],
      q: "[]",
    });
  });

  test("a hundred thousand items take no time to speak of", () => {
    const items = Array.from({ length: 100_000 }, () => ({ tags: '["x"]' }));
    const schema = { items: { allOf: [{ properties: { tags: { type: "array" } } }] } };
    const decoded = decode(items, schema) as { tags: unknown }[];
    expect(decoded.at(-1)).toEqual({ tags: ["x"] });
  });
});
