import type { JsonSchema } from "@runa/store";
import { describe, expect, test } from "vitest";
import { contradictions } from "../src/methodology/lint/contradictions.ts";
import { undescribedProperties } from "../src/methodology/lint/descriptions.ts";
import { schemaFindings } from "../src/methodology/lint/schemas.ts";
import { everyPropertyName, propertyNames } from "../src/methodology/schema-parts.ts";
import { HEAD, loaded, P } from "./support/manifest.ts";

/** What is said of a schema, as `pointer: message`. */
async function saidOf(schema: JsonSchema): Promise<string[]> {
  const files = { "schemas/b.schema.json": JSON.stringify(schema) };
  const methodology = await loaded(`${HEAD}${P}requires = ["a"]\nproduces = ["b"]\n`, files);
  const found = [...schemaFindings(methodology), ...contradictions(methodology), ...undescribedProperties(methodology)];
  return found.filter(({ type }) => type === "b").map(({ pointer, message }) => `${pointer}: ${message}`);
}

const S = { type: "string" };

describe("no value fits", () => {
  test.each<[JsonSchema, string]>([
    [false, ": no value fits the schema of 'b': 'false' fits nothing"],
    [{ not: {} }, "/not: no value fits the schema of 'b': 'not' excludes everything"],
    [{ minimum: 3, maximum: 2 }, "/minimum: no number fits: minimum is 3 and maximum is 2"],
    [{ exclusiveMinimum: 2, maximum: 2 }, "/exclusiveMinimum: no number fits: exclusiveMinimum is 2 and maximum is 2"],
    [{ type: "integer", enum: ["1", "2"] }, "/enum: nothing fits: no value of 'enum' is of the type integer"],
    [{ type: "object", const: null }, "/const: nothing fits: the value of 'const' is not of the type object"],
    [
      { required: ["x", "y"], maxProperties: 1 },
      "/maxProperties: no object fits: 2 properties are required and maxProperties is 1",
    ],
    [
      { allOf: [{ type: "string" }, { type: ["number", "null"] }] },
      "/allOf/1/type: no value fits the schema of 'b': it has to be string and number or null at once",
    ],
    [
      { $ref: "#/$defs/x", $defs: { x: { anyOf: [false, { not: true }] } } },
      "/$defs/x/anyOf: no value fits the schema of 'b': nothing fits any branch of 'anyOf'",
    ],
    [
      { type: "object", required: ["x"], properties: { x: { allOf: [S, { type: "array" }] } } },
      "/properties/x/allOf/1/type: no value fits the schema of 'b': the required property 'x' fits nothing: it has to be string and array at once",
    ],
  ])("%j", async (schema, says) => {
    expect(await saidOf(schema)).toContain(says);
  });

  test.each<[string, JsonSchema]>([
    ["a number that is whole is an integer too", { allOf: [{ type: "number" }, { type: "integer" }] }],
    ["what may be left out may be impossible", { type: "object", required: ["y"], properties: { x: false, y: S } }],
    ["one branch is enough", { type: "object", anyOf: [false, { required: ["y"] }] }],
    ["equal bounds", { minimum: 2, maximum: 2, minItems: 0, maxItems: 0, type: ["number", "array"] }],
    ["one value of an enum", { type: "string", enum: [1, "x"] }],
    [
      "in draft 04 the exclusive bound is a flag",
      draft04({ type: "number", minimum: 1, exclusiveMinimum: false, maximum: 1 }),
    ],
    ["integers that a double does not hold", { type: "integer", minimum: 9007199254740992 }],
    ["a schema in itself", { type: "object", required: ["x"], properties: { x: { $ref: "#" } } }],
  ])("not where %s", async (_, schema) => {
    expect(await saidOf(schema)).toEqual([]);
  });

  test("a schema whose branches multiply is looked at once", async () => {
    const levels = Array.from({ length: 60 }, (_, level) => level);
    const either = (level: number) => ({ anyOf: [{ $ref: `#/$defs/l${level}` }, { $ref: `#/$defs/l${level}` }] });
    const $defs = Object.fromEntries(levels.map((level) => [`l${level}`, level === 59 ? false : either(level + 1)]));
    expect(await saidOf({ ...either(0), $defs })).toEqual([
      "/anyOf: no value fits the schema of 'b': nothing fits any branch of 'anyOf'",
    ]);
  });
});

function draft04(schema: object): JsonSchema {
  return { $schema: "http://json-schema.org/draft-04/schema#", ...schema };
}

describe("what is forbidden and required", () => {
  test.each<[string, JsonSchema, string[]]>([
    ["beside it", { required: ["x"], additionalProperties: false }, ["/required/0"]],
    [
      "in a branch",
      { properties: { y: S }, additionalProperties: false, oneOf: [{ required: ["x"] }, true] },
      ["/oneOf/0/required/0"],
    ],
    [
      "through a reference",
      { $ref: "#/$defs/o", additionalProperties: false, $defs: { o: { required: ["x"], properties: { x: S } } } },
      ["/$defs/o/required/0"],
    ],
    [
      "further down",
      { properties: { o: { required: ["x"], additionalProperties: false } } },
      ["/properties/o/required/0"],
    ],
    ["not in a condition", { additionalProperties: false, properties: { y: S }, if: { required: ["x"] } }, []],
    ["not where it is open", { additionalProperties: { type: "string" }, required: ["x"] }, []],
    [
      "not where unevaluated ones are",
      { unevaluatedProperties: false, allOf: [{ properties: { x: S } }], required: ["x"] },
      [],
    ],
  ])("%s", async (_, schema, pointers) => {
    const found = (await saidOf(schema)).filter((said) => said.includes("forbids it"));
    expect(found.map((said) => said.split(":")[0])).toEqual(pointers);
  });
});

test("lists in themselves and properties without end are described or not, and it ends", async () => {
  const list = { type: "array", items: { $ref: "#/$defs/list" } };
  expect(await saidOf({ type: "object", properties: { x: { $ref: "#/$defs/list" }, y: S }, $defs: { list } })).toEqual([
    "/properties/x: neither the schema of 'b' nor the instructions say what belongs in 'x', 'y'",
  ]);
});

test("the properties that a schema names, for the value and for all that is in it", () => {
  const schema = {
    properties: { a: { properties: { deep: S } } },
    allOf: [{ $ref: "#/$defs/more" }],
    anyOf: [{ properties: { c: S } }],
    $defs: { more: { properties: { b: S } } },
  };
  expect([...propertyNames(schema)].sort()).toEqual(["a", "b", "c"]);
  expect([...new Set(everyPropertyName(schema))].sort()).toEqual(["a", "b", "c", "deep"]);
});

test("`dependencies` has no effect where the dialect has `dependentRequired` and `dependentSchemas` instead", async () => {
  const dependencies = { a: ["b"] };
  const said = ["/dependencies: draft 2020-12 does not know 'dependencies': it has no effect"];
  expect(await saidOf({ type: "object", dependencies })).toEqual(said);
  expect(await saidOf(draft04({ type: "object", dependencies }))).toEqual([]);
});
