import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JsonSchema } from "../store/src/index.ts";
import { schemaCompiler } from "../store/src/schema/validator.ts";
import { describeWith } from "./shared-data.ts";

interface Group {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[];
}

const DRAFTS = {
  draft4: "http://json-schema.org/draft-04/schema#",
  draft6: "http://json-schema.org/draft-06/schema#",
  draft7: "http://json-schema.org/draft-07/schema#",
  "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
  "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
} as const;

const REMOTE = "http://localhost:1234/";

describeWith("JSON-Schema-Test-Suite", "json-schema-test-suite", (suite) => {
  const counted = { tests: 0 };

  test.each(Object.entries(DRAFTS))("%s: every mandatory test", async (draft, dialect) => {
    const remotes = remotesOf(join(suite, "remotes"), draft);
    const wrong: string[] = [];
    for (const [file, group] of groupsOf(join(suite, "tests", draft))) {
      const declared = typeof group.schema === "object" && !("$schema" in group.schema);
      const schema = declared ? { $schema: dialect, ...(group.schema as object) } : group.schema;
      const compile = schemaCompiler(JSON.stringify(schema).includes(REMOTE) ? remotes : new Map());
      const validate = await compile(schema).catch((error: Error) => error);
      for (const one of group.tests) {
        counted.tests++;
        const valid = validate instanceof Error ? validate.message : (await validate(one.data)).length === 0;
        if (valid !== one.valid) wrong.push(`${file}: ${group.description}: ${one.description}: ${valid}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("4,942 of them", () => {
    expect(counted.tests).toBe(4942);
  });
});

function* groupsOf(directory: string): Generator<[string, Group]> {
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".json")))
    for (const group of JSON.parse(readFileSync(join(directory, file), "utf8")) as Group[]) yield [file, group];
}

/** The schemas that the suite's tests refer to by URI: the shared ones, and those of the draft. */
function remotesOf(root: string, draft: string): Map<string, JsonSchema> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".json"),
  );
  const remotes = new Map<string, JsonSchema>();
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name).slice(root.length + 1);
    const ofDraft = /^draft[^/]*/.exec(path)?.[0];
    if (ofDraft === undefined || ofDraft === draft)
      remotes.set(REMOTE + path, JSON.parse(readFileSync(join(root, path), "utf8")) as JsonSchema);
  }
  return remotes;
}
