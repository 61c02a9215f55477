import { describe, expect, test } from "vitest";
import type { JsonSchema } from "../src/artifact.ts";
import { type Dialect, dialectUri } from "../src/schema/dialect.ts";
import { innerSchemas, KEYWORDS, knows } from "../src/schema/keywords.ts";
import { schemaCompiler } from "../src/schema/validator.ts";

const DIALECTS: readonly Dialect[] = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"];

const SINCE_06: readonly Dialect[] = ["draft-06", "draft-07", "2019-09", "2020-12"];
const SINCE_07: readonly Dialect[] = ["draft-07", "2019-09", "2020-12"];
const SINCE_2019: readonly Dialect[] = ["2019-09", "2020-12"];

/** For constraints that came or went, the dialects whose meta-schema has them, and a schema and an artifact that it refuses. */
const REFUSING: readonly (readonly [
  keyword: string,
  known: readonly Dialect[],
  schema: Readonly<Record<string, unknown>>,
  artifact: unknown,
])[] = [
  ["const", SINCE_06, { const: 1 }, 2],
  ["contains", SINCE_06, { contains: { type: "string" } }, [1]],
  ["propertyNames", SINCE_06, { propertyNames: { maxLength: 1 } }, { ab: 1 }],
  ["if", SINCE_07, { if: true, then: false }, 1],
  ["then", SINCE_07, { if: true, then: false }, 1],
  ["else", SINCE_07, { if: false, else: false }, 1],
  ["dependencies", ["draft-04", "draft-06", "draft-07"], { dependencies: { a: ["b"] } }, { a: 1 }],
  ["dependentRequired", SINCE_2019, { dependentRequired: { a: ["b"] } }, { a: 1 }],
  ["dependentSchemas", SINCE_2019, { dependentSchemas: { a: { required: ["b"] } } }, { a: 1 }],
  ["minContains", SINCE_2019, { contains: { type: "number" }, minContains: 2 }, [1]],
  ["maxContains", SINCE_2019, { contains: { type: "number" }, maxContains: 1 }, [1, 1]],
  ["prefixItems", ["2020-12"], { prefixItems: [{ type: "string" }] }, [1]],
  [
    "additionalItems",
    ["draft-04", "draft-06", "draft-07", "2019-09"],
    { items: [{}], additionalItems: { type: "string" } },
    [1, 1],
  ],
  ["unevaluatedItems", SINCE_2019, { unevaluatedItems: false }, [1]],
  ["unevaluatedProperties", SINCE_2019, { unevaluatedProperties: false }, { a: 1 }],
  [
    "$recursiveRef",
    ["2019-09"],
    { $recursiveRef: "#", type: "object", additionalProperties: { $recursiveRef: "#" } },
    { a: 1 },
  ],
  [
    "$dynamicRef",
    ["2020-12"],
    { $defs: { text: { $dynamicAnchor: "text", type: "string" } }, additionalProperties: { $dynamicRef: "#text" } },
    { a: 1 },
  ],
];

describe("a constraint refuses what it should where its dialect knows it, and nothing elsewhere", () => {
  const cases = REFUSING.flatMap(([keyword, known, schema, artifact]) =>
    // With a list in `items`, which the last dialect refuses, the schema of this one is no valid one there.
    DIALECTS.filter((dialect) => keyword !== "additionalItems" || dialect !== "2020-12").map(
      (dialect) => [keyword, dialect, known.includes(dialect), schema, artifact] as const,
    ),
  );
  test.each(cases)("%s in %s", async (keyword, dialect, isKnown, schema, artifact) => {
    expect(knows(dialect, keyword)).toBe(isKnown);
    const validator = await schemaCompiler()({ $schema: dialectUri(dialect), ...schema } as JsonSchema);
    expect((await validator(artifact)).length > 0).toBe(isKnown);
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
