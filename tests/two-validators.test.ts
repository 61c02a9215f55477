import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../store/src/entries/json.ts";
import type { JsonSchema } from "../store/src/index.ts";
import { type Both, both } from "../store/test/both-validators.ts";
import { CHECKOUT } from "./rig/programs.ts";
import { describeWith } from "./shared-data.ts";
import { instanceOf } from "./two-validators/instances.ts";

// Where the boundary between the two validators lets the fast one decide, it must decide as the other one does: an artifact's
// validity may not depend on an unrelated keyword elsewhere in its schema.

const choices = fc.array(fc.nat(9999), { minLength: 20, maxLength: 120 });

/** Whether both say the same of a value; what they say. */
function verdict({ fast, standard }: Both, value: unknown): boolean {
  const artifact = parseJson(JSON.stringify(value));
  const accepted = standard(artifact);
  if (fast !== null) expect(fast(artifact.value)).toBe(accepted);
  return accepted;
}

/** Holds a schema's generated instances against both validators; how many of them were valid, and how many not. */
function tried(schema: JsonSchema, validators: Both, numRuns: number): { valid: number; invalid: number } {
  const seen = { valid: 0, invalid: 0 };
  fc.assert(
    fc.property(choices, (decisions) => {
      seen[verdict(validators, instanceOf(schema, decisions)) ? "valid" : "invalid"]++;
    }),
    { numRuns },
  );
  return seen;
}

const read = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8")) as JsonSchema;

describe("schemas after well-known ones: both validators agree on every instance", () => {
  const SCHEMAS = join(CHECKOUT, "tests/two-validators/schemas");
  test.each(readdirSync(SCHEMAS))("%s", async (name) => {
    const schema = read(SCHEMAS, name);
    const validators = await both(schema);
    expect(validators.fast).not.toBeNull();
    const { valid, invalid } = tried(schema, validators, 1500);
    // The generator misses neither side.
    expect(Math.min(valid, invalid)).toBeGreaterThan(20);
  });
});

describeWith("the schemas of real methodologies", "real-methodologies", (directory) => {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  test.each(files.filter((name) => name.endsWith(".schema.json")))("%s: both validators agree", async (name) => {
    const schema = read(directory, name);
    const { valid, invalid } = tried(schema, await both(schema), 100);
    expect(valid + invalid).toBeGreaterThanOrEqual(100);
  });
});
