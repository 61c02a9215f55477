// What choosing a validator, compiling, judging and serving a schema cost, inside one process that has warmed up.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBundled } from "../scripts/bundle.mjs";
import { median } from "./measure.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The median time of one round over all schemas, for each, in milliseconds. */
async function each(/** @type {number} */ count, /** @type {() => unknown} */ round) {
  const times = [];
  for (let index = 0; index < 30; index++) {
    const start = performance.now();
    await round();
    times.push(performance.now() - start);
  }
  return median(times) / count;
}

/** Prints the costs for the schemas of the shipped methodology, and for the same where ajv is not exact. */
export async function schemaCosts() {
  const { validator, exactness, tool } = await loadBundled({
    validator: "store/src/schema/validator.ts",
    exactness: "store/src/schema/exactness.ts",
    tool: "mcp/src/output-tool.ts",
  });
  const compile = validator.schemaCompiler();
  const directory = join(root, "methodologies/review-pipeline/schemas");
  const plain = readdirSync(directory).map((file) => JSON.parse(readFileSync(join(directory, file), "utf8")));
  const other = plain.map((schema) => ({ ...schema, $dynamicAnchor: "anything" }));
  const artifact = JSON.parse(readFileSync(join(root, "methodologies/review-pipeline/example/request.json"), "utf8"));
  const request = JSON.parse(readFileSync(join(directory, "request.schema.json"), "utf8"));
  const [fast, standard] = await Promise.all([compile(request), compile({ ...request, $dynamicAnchor: "anything" })]);
  const serve = (/** @type {object} */ schema) =>
    tool.outputTool("tool", { artifactType: "tool", schema, duty: { kind: "produces" } }, { scoped: false });
  /** @type {[string, number][]} */
  const rows = [
    [
      "choosing a validator",
      await each(plain.length, () => plain.map((schema) => exactness.beyondAjv(schema, "2020-12"))),
    ],
    ["choosing and compiling, ajv", await each(plain.length, () => Promise.all(plain.map(compile)))],
    ["choosing and compiling, the whole standard", await each(plain.length, () => Promise.all(other.map(compile)))],
    ["judging a valid artifact, ajv", await each(1, () => fast(artifact))],
    ["judging a valid artifact, the whole standard", await each(1, () => standard(artifact))],
    ["explaining an invalid artifact", await each(1, () => fast({}))],
    ["serving a schema as a tool", await each(plain.length, () => plain.map(serve))],
  ];
  console.log("\nschemas, milliseconds for each");
  for (const [what, cost] of rows) console.log(`${what.padEnd(48)} ${cost.toFixed(3).padStart(9)}`);
}
