// Projects to measure: generated, alike on every machine.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const DIST = process.env.RUNA_BENCH_DIST ?? join(root, "dist");
export const RUNA = join(DIST, "runa.js");
export const RUNA_MCP = join(DIST, "runa-mcp.js");
export const RUNA_AGENT = join(DIST, "runa-agent.js");

const scratch = mkdtempSync(join(tmpdir(), "runa-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** Runs runa in a project; its output is not looked at. */
export function runa(/** @type {string} */ cwd, /** @type {string[]} */ ...args) {
  execFileSync(process.execPath, [RUNA, ...args], { cwd, stdio: ["ignore", "ignore", "inherit"] });
}

export function fresh(/** @type {string} */ name) {
  return mkdtempSync(join(scratch, `${name}-`));
}

/** The quickstart's project after its cascade, with nothing left to do. */
export function quickstart() {
  const directory = fresh("quickstart");
  runa(directory, "init", "--methodology", join(root, "methodologies", "review-pipeline"));
  setAgent(directory, [process.execPath, RUNA_AGENT, "rehearse"]);
  mkdirSync(join(directory, ".runa/workspace/request"), { recursive: true });
  cpSync(
    join(root, "methodologies/review-pipeline/example/request.json"),
    join(directory, ".runa/workspace/request/request.json"),
  );
  execFileSync(process.execPath, [RUNA, "run"], { cwd: directory, stdio: "ignore" });
  runa(directory, "state");
  return directory;
}

function setAgent(/** @type {string} */ directory, /** @type {string[]} */ command) {
  appendFileSync(join(directory, ".runa/config.toml"), `\n[agent]\ncommand = ${JSON.stringify(command)}\n`);
}

/** An agent that does nothing. */
const IDLE = [process.execPath, "-e", "0"];

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

/**
 * @typedef {{ name: string, requires?: string[], produces?: string[], scoped?: boolean, on: string }} Protocol
 * @param {string} directory
 * @param {readonly string[]} types
 * @param {readonly Protocol[]} protocols
 */
function methodology(directory, types, protocols) {
  const declared = protocols.map(({ name, requires = [], produces = [], scoped = false, on }) =>
    [
      "[[protocols]]",
      `name = ${JSON.stringify(name)}`,
      `requires = ${JSON.stringify(requires)}`,
      `produces = ${JSON.stringify(produces)}`,
      `scoped = ${scoped}`,
      `trigger = { type = "on_artifact", name = ${JSON.stringify(on)} }\n`,
    ].join("\n"),
  );
  const manifest = [`name = "bench"\n`, ...types.map((name) => `[[artifact_types]]\nname = "${name}"\n`), ...declared];
  write(join(directory, "manifest.toml"), manifest.join("\n"));
  for (const name of types) write(join(directory, "schemas", `${name}.schema.json`), JSON.stringify(SCHEMA));
  for (const { name } of protocols) write(join(directory, "protocols", name, "PROTOCOL.md"), `Do ${name}.\n`);
}

/**
 * A project with these artifacts of some 600 bytes, not yet scanned.
 * @param {string} directory
 * @param {Iterable<{ type: string, id: string, workUnit?: string }>} artifacts
 */
function fill(directory, artifacts) {
  runa(directory, "init", "--methodology", "methodology");
  for (const { type, id, workUnit } of artifacts) {
    const artifact = { title: `Artifact ${id}`, body: `${id} `.repeat(500).slice(0, 500), tags: ["bench"] };
    const named = workUnit === undefined ? artifact : { ...artifact, work_unit: workUnit };
    write(join(directory, ".runa/workspace", type, `${id}.json`), JSON.stringify(named, null, 2));
  }
  return directory;
}

const names = (/** @type {string} */ word, /** @type {number} */ count) =>
  Array.from({ length: count }, (_, index) => `${word}-${index}`);
const chain = (/** @type {readonly string[]} */ types) =>
  types.slice(1).map((type, index) => {
    const before = types[index] ?? "";
    return { name: `make-${type}`, requires: [before], produces: [type], on: before };
  });
const spread = (/** @type {number} */ count, /** @type {readonly string[]} */ types) =>
  Array.from({ length: count }, (_, index) => ({ type: types[index % types.length] ?? "", id: `a${index}` }));

/** A chain of protocols over 11 types with so many artifacts, not yet scanned. */
export function unscanned(/** @type {number} */ artifacts) {
  const directory = fresh(`artifacts-${artifacts}`);
  const types = names("type", 11);
  methodology(join(directory, "methodology"), types, chain(types));
  return fill(directory, spread(artifacts, types));
}

/** Scans until nothing is left to read: what is just written is read once more. */
export function scanned(/** @type {string} */ directory) {
  runa(directory, "scan");
  runa(directory, "scan");
  return directory;
}

/** A chain of 1,000 protocols over as many types, with two artifacts each. */
export function manyProtocols(/** @type {number} */ count) {
  const directory = fresh(`protocols-${count}`);
  const types = names("type", count + 1);
  methodology(join(directory, "methodology"), types, chain(types));
  return scanned(fill(directory, spread(2 * count, types)));
}

/** Ten scoped protocols, and so many work units with an artifact of each type. */
export function manyWorkUnits(/** @type {number} */ count) {
  const directory = fresh(`units-${count}`);
  const types = names("type", 11);
  const protocols = chain(types).map((protocol) => ({ ...protocol, scoped: true }));
  methodology(join(directory, "methodology"), types, protocols);
  const artifacts = names("unit", count).flatMap((workUnit) =>
    types.slice(0, 10).map((type) => ({ type, id: `${workUnit}-${type}`, workUnit })),
  );
  return scanned(fill(directory, artifacts));
}

/**
 * Protocols without outputs, so that each `run` executes all of them, beside so many artifacts.
 * @param {number} protocols @param {number} artifacts @param {string[]} agent does nothing, unless another is given
 */
export function trivialCascade(protocols, artifacts, agent = IDLE) {
  const directory = fresh(`cascade-${protocols}-${artifacts}`);
  const types = names("type", 11);
  const trivial = names("nothing", protocols).map((name) => ({ name, on: "type-0" }));
  methodology(join(directory, "methodology"), types, trivial);
  fill(directory, spread(artifacts, types));
  setAgent(directory, agent);
  return scanned(directory);
}

/** One protocol that requires so many artifacts and has no outputs, so that each `run` executes it, by an agent that ends at once. */
export function manyInputs(/** @type {number} */ count) {
  const directory = fresh(`inputs-${count}`);
  methodology(join(directory, "methodology"), ["type-0"], [{ name: "read", requires: ["type-0"], on: "type-0" }]);
  fill(directory, spread(count, ["type-0"]));
  setAgent(directory, ["true"]);
  return scanned(directory);
}

/**
 * So many artifacts, of which so many are designs and as many their approvals, which a protocol requires; or, in the place of
 * approvals, ordinary artifacts.
 * @param {number} artifacts @param {number} decisions @param {"approvals" | "ordinary"} kind
 */
export function approved(artifacts, decisions, kind) {
  const directory = fresh(`${kind}-${decisions}`);
  const types = names("type", 8);
  const protocols = [
    ...chain(types),
    { name: "build", requires: ["design", "design-approval"], produces: ["code"], on: "design-approval" },
  ];
  methodology(join(directory, "methodology"), [...types, "design", "design-approval", "code"], protocols);
  const designs = spread(decisions, ["design"]);
  const others = spread(artifacts - 2 * decisions, types);
  if (kind === "ordinary")
    return scanned(fill(directory, [...others, ...designs, ...spread(decisions, ["design-approval"])]));
  const schema = { type: "object", "x-runa": { kind: "approval", of: "design" } };
  write(join(directory, "methodology/schemas/design-approval.schema.json"), JSON.stringify(schema));
  fill(directory, [...others, ...designs]);
  const lines = designs.map(
    ({ type, id }) => `${type} ${id} ${contentHash(join(directory, ".runa/workspace", type, `${id}.json`))}`,
  );
  write(join(directory, "decisions.txt"), `${lines.join("\n")}\n`);
  runa(directory, "approve", "--batch", "decisions.txt");
  return scanned(directory);
}

/** The content hash of one of these artifacts: their canonical JSON has the keys sorted. */
function contentHash(/** @type {string} */ file) {
  const artifact = JSON.parse(readFileSync(file, "utf8"));
  return `sha256:${createHash("sha256")
    .update(JSON.stringify(artifact, Object.keys(artifact).sort()))
    .digest("hex")}`;
}

function write(/** @type {string} */ file, /** @type {string} */ text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
