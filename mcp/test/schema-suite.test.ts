import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JsonSchemaType } from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import type { JsonSchema } from "@runa/engine";
import { expect, test } from "vitest";
import { inputSchema } from "../src/schema/input-schema.ts";

/** One schema of the JSON Schema Test Suite with the values that are tried on it. */
interface Group {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly tests: readonly { readonly data: unknown; readonly valid: boolean }[];
}

const SUITE = fileURLToPath(new URL("../../../shared/json-schema-test-suite/tests/", import.meta.url));
/** The drafts by directory; the older ones' schemas do not say which they are. */
const DRAFTS: Readonly<Record<string, object>> = {
  draft4: { $schema: "http://json-schema.org/draft-04/schema#" },
  draft6: { $schema: "http://json-schema.org/draft-06/schema#" },
  draft7: { $schema: "http://json-schema.org/draft-07/schema#" },
  "draft2019-09": {},
  "draft2020-12": {},
};
/** Schemas with a metaschema of their own, which no client follows; and properties that the judge here takes from prototypes. */
const LEFT_OUT = /custom metaschema|Javascript object property names/;
const TOP_LEVEL = [
  "title",
  "description",
  "type",
  "properties",
  "required",
  "additionalProperties",
  "patternProperties",
];

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The keywords of a schema and of all schemas in it; what is data (`const`, `enum`, …) is not looked into. */
function keywords(schema: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const item of schema) keywords(item, found);
  if (!isObject(schema)) return found;
  for (const [keyword, value] of Object.entries(schema)) {
    found.add(keyword);
    if (["const", "enum", "default", "examples"].includes(keyword)) continue;
    const named = ["properties", "patternProperties", "dependentSchemas"].includes(keyword) && isObject(value);
    for (const inner of named ? Object.values(value) : [value]) keywords(inner, found);
  }
  return found;
}

function* groups(): Generator<{ where: string; schema: JsonSchema; tests: Group["tests"] }> {
  for (const [draft, dialect] of Object.entries(DRAFTS))
    for (const file of readdirSync(SUITE + draft).filter((name) => name.endsWith(".json")))
      for (const { description, schema, tests } of JSON.parse(
        readFileSync(`${SUITE}${draft}/${file}`, "utf8"),
      ) as Group[])
        if (!LEFT_OUT.test(description))
          yield {
            where: `${draft}/${file}, ${description}`,
            schema: typeof schema === "object" ? { ...dialect, ...schema } : schema,
            tests,
          };
}

test.runIf(existsSync(SUITE))(
  "what is served for every schema of the JSON Schema Test Suite accepts what is valid, in a portable shape (needs ../shared)",
  () => {
    const validator = new AjvJsonSchemaValidator();
    const wrong: string[] = [];
    let tried = 0;
    for (const { where, schema, tests } of groups()) {
      const { json, wrapped } = inputSchema(schema, { scoped: false });
      const say = (problem: string) => wrong.push(`${where}: ${problem}`);
      if (json.type !== "object") say("is no object");
      for (const keyword of Object.keys(json)) if (!TOP_LEVEL.includes(keyword)) say(`has ${keyword} at the top`);
      for (const keyword of keywords(json)) if (keyword.startsWith("$")) say(`has ${keyword}`);
      const accepts = validator.getValidator(json as JsonSchemaType);
      for (const { data, valid } of tests) {
        if (!valid || (!wrapped && !isObject(data))) continue;
        tried++;
        const args = wrapped ? { instance_id: "x", artifact: data } : { ...(data as object), instance_id: "x" };
        const { valid: accepted, errorMessage } = accepts(args);
        if (!accepted) say(`refuses ${JSON.stringify(data)}: ${errorMessage}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(1000);
  },
);
