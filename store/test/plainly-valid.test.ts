import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonSchema } from "../src/artifact.ts";
import { schemaProblem } from "../src/schema/ajv.ts";
import type { Dialect } from "../src/schema/dialect.ts";
import { KEYWORDS } from "../src/schema/keywords.ts";
import { canTakeLong } from "../src/schema/patterns.ts";
import { isPlainlyValid } from "../src/schema/plainly-valid.ts";
import { schemaCompiler } from "../src/schema/validator.ts";

const DIALECTS: readonly Dialect[] = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"];

const word = fc.constantFrom("a", "b", "string", "object", "integer", "__proto__", "");
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 1.5, "string", "object", "nonsense", "[", [], {}),
  fc.array(fc.oneof(word, fc.constantFrom<unknown>(1, null, {})), { maxLength: 3 }),
);
/** Schemas that are mostly sound, with values that do not belong under their keywords here and there. */
const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.record(
      {
        type: fc.oneof(word, fc.array(word, { maxLength: 3 }), junk),
        title: fc.oneof(word, junk),
        minLength: fc.oneof(fc.nat(), junk),
        minimum: fc.oneof(fc.integer(), junk),
        required: fc.oneof(fc.array(word, { maxLength: 3 }), junk),
        enum: fc.oneof(fc.array(word, { maxLength: 3 }), junk),
        properties: fc.oneof(fc.dictionary(word, tie("schema"), { maxKeys: 3 }), junk),
        additionalProperties: fc.oneof(fc.boolean(), tie("schema"), junk),
        items: fc.oneof(tie("schema"), junk),
        anyOf: fc.oneof(fc.array(tie("schema"), { maxLength: 2 }), junk),
        uniqueItems: fc.oneof(fc.boolean(), junk),
      },
      { requiredKeys: [] },
    ),
    fc.dictionary(fc.constantFrom(...KEYWORDS.keys()), fc.oneof(junk, tie("schema")), { maxKeys: 3 }),
    junk,
  ),
}));

describe("a schema that is plainly valid", () => {
  test.each(DIALECTS)("is valid to the metaschema of %s", (dialect) => {
    const seen = { plain: 0, not: 0 };
    fc.assert(
      fc.property(schema, (given) => {
        const plain = isPlainlyValid(given);
        seen[plain ? "plain" : "not"]++;
        if (plain) expect(schemaProblem(given as JsonSchema, dialect)).toBeNull();
      }),
      { numRuns: 1000 },
    );
    expect(seen.plain).toBeGreaterThan(30);
    expect(seen.not).toBeGreaterThan(30);
  });

  test("has only what is valid everywhere", () => {
    expect(isPlainlyValid({ type: "object", required: ["a"], properties: { a: { type: ["string", "null"] } } })).toBe(
      true,
    );
    for (const doubtful of [
      true,
      null,
      [],
      { type: "text" },
      { required: [] },
      { items: [{}] },
      { $id: "a" },
      { a: 1 },
    ])
      expect(isPlainlyValid(doubtful)).toBe(false);
  });
});

test("every keyword with every wrong value is refused as before", async () => {
  const compile = schemaCompiler();
  const values: readonly unknown[] = [null, 1.5, -1, "nonsense", [], {}, [1], ["a", "a"], [{}, 1]];
  for (const keyword of [...KEYWORDS.keys()].filter((key) => key !== "$schema"))
    for (const value of values)
      if (schemaProblem({ [keyword]: value } as JsonSchema, "2020-12") !== null)
        await expect(
          compile({ [keyword]: value } as JsonSchema),
          `${keyword} ${JSON.stringify(value)}`,
        ).rejects.toThrow("not a valid JSON Schema");
});

test("only what matches, compares or refers can take longer than in proportion to the artifact", () => {
  const item = { type: "object", properties: { a: { type: "string", maxLength: 3 }, b: { enum: ["x"] } } };
  expect(canTakeLong({ type: "array", items: { anyOf: [item, { type: "null" }] } })).toBe(false);
  for (const keyword of ["pattern", "uniqueItems", "$ref", "patternProperties", "$dynamicRef", "$recursiveRef"])
    expect(canTakeLong({ items: { allOf: [item, { [keyword]: "a" }] } }), keyword).toBe(true);
});
