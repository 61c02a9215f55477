// Prints how many of the official JSON Schema test suite's tests pass, by draft, and the optional ones by file.
// The suite is recorded data that lies beside the checkout, or where RUNA_SHARED names its directory.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBundled } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const suite = join(resolve(process.env.RUNA_SHARED || join(root, "..", "shared")), "json-schema-test-suite");
if (!existsSync(suite)) {
  console.error(
    `error: the test suite is not there (${suite}): set RUNA_SHARED to the directory that holds json-schema-test-suite`,
  );
  process.exit(1);
}

const DIALECTS = {
  draft4: "http://json-schema.org/draft-04/schema#",
  draft6: "http://json-schema.org/draft-06/schema#",
  draft7: "http://json-schema.org/draft-07/schema#",
  "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
  "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
};

const { validator } = await loadBundled({ validator: "store/src/schema/validator.ts" });
const { schemaCompiler } = validator;

/** The suite's schemas that others refer to by URI: the shared ones and those of the draft. */
function remotesOf(/** @type {string} */ draft) {
  const at = join(suite, "remotes");
  const files = readdirSync(at, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  const ours = files.filter((file) => !file.startsWith("draft") || file.startsWith(`${draft}/`));
  return new Map(
    ours.map((file) => [`http://localhost:1234/${file}`, JSON.parse(readFileSync(join(at, file), "utf8"))]),
  );
}

/** How many of a file's tests pass, of how many. */
async function score(
  /** @type {string} */ file,
  /** @type {string} */ dialect,
  /** @type {Map<string, unknown>} */ remotes,
) {
  let [passed, total] = [0, 0];
  for (const { schema, tests } of JSON.parse(readFileSync(file, "utf8"))) {
    const declared = typeof schema === "object" && !("$schema" in schema) ? { $schema: dialect, ...schema } : schema;
    const compile = schemaCompiler(JSON.stringify(declared).includes("http://localhost:1234/") ? remotes : new Map());
    const validate = await compile(declared).catch(() => null);
    for (const { data, valid } of tests) {
      total++;
      if (validate !== null && ((await validate(data)).length === 0) === valid) passed++;
    }
  }
  return { passed, total };
}

for (const [draft, dialect] of Object.entries(DIALECTS)) {
  const remotes = remotesOf(draft);
  const directory = join(suite, "tests", draft);
  const mandatory = readdirSync(directory).filter((name) => name.endsWith(".json"));
  const sum = { passed: 0, total: 0 };
  for (const name of mandatory) {
    const { passed, total } = await score(join(directory, name), dialect, remotes);
    sum.passed += passed;
    sum.total += total;
  }
  console.log(`${draft.padEnd(14)} mandatory  ${sum.passed}/${sum.total}`);
  const optional = join(directory, "optional");
  if (!existsSync(optional)) continue;
  for (const name of readdirSync(optional, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .sort()) {
    const { passed, total } = await score(join(optional, name), dialect, remotes);
    console.log(`${draft.padEnd(14)} optional/${name.padEnd(44)} ${String(passed).padStart(4)}/${total}`);
  }
}
