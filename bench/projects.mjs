// Projects to measure: generated, alike on every machine.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const RUNA = join(root, "dist", "runa.js");
export const RUNA_MCP = join(root, "dist", "runa-mcp.js");
export const RUNA_AGENT = join(root, "dist", "runa-agent.js");

const scratch = mkdtempSync(join(tmpdir(), "runa-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** Runs runa in a project; its output is not looked at. */
export function runa(/** @type {string} */ cwd, /** @type {string[]} */ ...args) {
  execFileSync(process.execPath, [RUNA, ...args], { cwd, stdio: ["ignore", "ignore", "inherit"] });
}

function fresh(/** @type {string} */ name) {
  const directory = join(scratch, name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** The quickstart's project after its cascade, with nothing left to do. */
export function quickstart() {
  const directory = fresh("quickstart");
  runa(directory, "init", "--methodology", join(root, "methodologies", "review-pipeline"));
  writeAgent(directory);
  mkdirSync(join(directory, ".runa/workspace/request"), { recursive: true });
  cpSync(
    join(root, "methodologies/review-pipeline/example/request.json"),
    join(directory, ".runa/workspace/request/request.json"),
  );
  execFileSync(process.execPath, [RUNA, "run"], { cwd: directory, stdio: "ignore" });
  runa(directory, "state");
  return directory;
}

function writeAgent(/** @type {string} */ directory) {
  const config = join(directory, ".runa", "config.toml");
  execFileSync(process.execPath, [
    "-e",
    "fs.appendFileSync(process.argv[1], process.argv[2])",
    config,
    `\n[agent]\ncommand = ${JSON.stringify([process.execPath, RUNA_AGENT, "rehearse"])}\n`,
  ]);
}

const TYPES = 11;
const SCHEMA = {
  type: "object",
  required: ["title", "body"],
  properties: {
    title: { type: "string" },
    body: { type: "string" },
    tags: { type: "array", items: { type: "string" } },
    work_unit: { type: "string" },
  },
};

/** A methodology of a chain of protocols over 11 types. */
function chainMethodology(/** @type {string} */ directory) {
  const names = Array.from({ length: TYPES }, (_, index) => `type-${index}`);
  const protocols = names
    .slice(1)
    .map(
      (name, index) =>
        `[[protocols]]\nname = "make-${name}"\nrequires = ["${names[index]}"]\nproduces = ["${name}"]\ntrigger = { type = "on_artifact", name = "${names[index]}" }\n`,
    );
  write(
    join(directory, "manifest.toml"),
    [`name = "chain"\n`, ...names.map((name) => `[[artifact_types]]\nname = "${name}"\n`), ...protocols].join("\n"),
  );
  for (const name of names) write(join(directory, "schemas", `${name}.schema.json`), JSON.stringify(SCHEMA));
  for (const name of names.slice(1))
    write(join(directory, "protocols", `make-${name}`, "PROTOCOL.md"), `Make ${name}.\n`);
  return names;
}

/** A project with this many artifacts of some 600 bytes, over 11 types, not yet scanned. */
export function unscanned(/** @type {number} */ artifacts) {
  const directory = fresh(`artifacts-${artifacts}`);
  const names = chainMethodology(join(directory, "methodology"));
  runa(directory, "init", "--methodology", "methodology");
  for (const name of names) mkdirSync(join(directory, ".runa/workspace", name), { recursive: true });
  for (let index = 0; index < artifacts; index++) {
    const body = `${index} `.repeat(500).slice(0, 500);
    const artifact = { title: `Artifact ${index}`, body, tags: ["bench", `n${index % 7}`] };
    writeFileSync(
      join(directory, ".runa/workspace", names[index % TYPES] ?? "", `a${index}.json`),
      JSON.stringify(artifact, null, 2),
    );
  }
  return directory;
}

/** The same, scanned until nothing is left to read. */
export function scanned(/** @type {number} */ artifacts) {
  const directory = unscanned(artifacts);
  runa(directory, "scan");
  runa(directory, "scan");
  return directory;
}

function write(/** @type {string} */ file, /** @type {string} */ text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
