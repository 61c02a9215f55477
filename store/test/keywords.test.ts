import { describe, expect, test } from "vitest";
import type { JsonSchema } from "../src/artifact.ts";
import { type Dialect, dialectUri } from "../src/schema/dialect.ts";
import { innerSchemas, KEYWORDS, knows } from "../src/schema/keywords.ts";
import { schemaCompiler } from "../src/schema/validator.ts";

const DIALECTS: readonly Dialect[] = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"];

/** For constraints that came or went, a value and an artifact that it refuses. */
const REFUSING: readonly [keyword: string, schema: Readonly<Record<string, unknown>>, artifact: unknown][] = [
  ["const", { const: 1 }, 2],
  ["contains", { contains: { type: "string" } }, [1]],
  ["propertyNames", { propertyNames: { maxLength: 1 } }, { ab: 1 }],
  ["if", { if: true, then: false }, 1],
  ["then", { if: true, then: false }, 1],
  ["else", { if: false, else: false }, 1],
  ["dependencies", { dependencies: { a: ["b"] } }, { a: 1 }],
  ["dependentRequired", { dependentRequired: { a: ["b"] } }, { a: 1 }],
  ["dependentSchemas", { dependentSchemas: { a: { required: ["b"] } } }, { a: 1 }],
  ["minContains", { contains: { type: "number" }, minContains: 2 }, [1]],
  ["maxContains", { contains: { type: "number" }, maxContains: 1 }, [1, 1]],
  ["prefixItems", { prefixItems: [{ type: "string" }] }, [1]],
  ["additionalItems", { items: [{}], additionalItems: { type: "string" } }, [1, 1]],
  ["unevaluatedItems", { unevaluatedItems: false }, [1]],
  ["unevaluatedProperties", { unevaluatedProperties: false }, { a: 1 }],
  ["$recursiveRef", { $recursiveRef: "#", type: "object", additionalProperties: { $recursiveRef: "#" } }, { a: 1 }],
  [
    "$dynamicRef",
    { $defs: { text: { $dynamicAnchor: "text", type: "string" } }, additionalProperties: { $dynamicRef: "#text" } },
    { a: 1 },
  ],
];

describe("a constraint refuses what it should where its dialect knows it, and nothing elsewhere", () => {
  const cases = REFUSING.flatMap(([keyword, schema, artifact]) =>
    // With a list in `items`, which the last dialect refuses, the schema of this one is no valid one there.
    DIALECTS.filter((dialect) => keyword !== "additionalItems" || dialect !== "2020-12").map(
      (dialect) => [keyword, dialect, schema, artifact] as const,
    ),
  );
  test.each(cases)("%s in %s", async (keyword, dialect, schema, artifact) => {
    const validator = await schemaCompiler()({ $schema: dialectUri(dialect), ...schema } as JsonSchema);
    expect((await validator(artifact)).length > 0).toBe(knows(dialect, keyword));
  });

  test("and each constraint that some dialect does not know is among them", () => {
    const notEverywhere = [...KEYWORDS].filter(
      ([keyword, { role }]) => role === "constrains" && !DIALECTS.every((dialect) => knows(dialect, keyword)),
    );
    expect(notEverywhere.map(([keyword]) => keyword).sort()).toEqual(REFUSING.map(([keyword]) => keyword).sort());
  });
});

test("schemas are found where keywords hold them, and nowhere else", () => {
  expect(innerSchemas("not", { a: 1 })).toEqual([["", { a: 1 }]]);
  expect(innerSchemas("items", [{}, true])).toEqual([
    ["/0", {}],
    ["/1", true],
  ]);
  expect(innerSchemas("properties", { "a/b": {} })).toEqual([["/a~1b", {}]]);
  expect(innerSchemas("properties", [{}])).toEqual([]);
  for (const keyword of ["const", "enum", "default", "examples", "required", "dependentRequired", "x-own"])
    expect(innerSchemas(keyword, { a: {} })).toEqual([]);
});
