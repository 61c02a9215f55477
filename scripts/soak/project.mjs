// The project of a soak: a cascade of five protocols, two of which may run at once, one of which has to choose, and one of
// which waits until somebody has approved the plan. A plan that is rejected is made again. Each attempt leaves a record.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const AGENT = fileURLToPath(new URL("agent.mjs", import.meta.url));

/** Long enough that half of it is noticed. */
export const BODY = `${"x".repeat(20_000)} the end`;

/** What people decide on, and how their decisions are called. */
export const DECIDED = "plan";
export const DECISIONS = ["plan-approval", "plan-rejection"];
/** The records of attempts. */
export const RECORD = "trail";

/** The types that runa writes itself. */
const ANNOTATED = {
  "plan-approval": { kind: "approval", of: DECIDED },
  "plan-rejection": { kind: "rejection", of: DECIDED },
  [RECORD]: { kind: "audit" },
};

const TYPES = ["brief", "plan", "code", "docs", "approved", "rework", "release"];

const PROTOCOLS = [
  { name: "plan", requires: ["brief"], accepts: ["plan-rejection"], produces: ["plan"] },
  { name: "code", requires: ["plan", "plan-approval"], produces: ["code"] },
  { name: "document", requires: ["plan"], produces: ["docs"] },
  { name: "review", requires: ["code", "docs"], members: ["approved", "rework"] },
  { name: "publish", requires: ["approved"], produces: ["release"] },
];

/**
 * What a protocol delivers for the brief of a round, and how: every other round is approved.
 * @param {string} protocol
 * @param {number} round
 * @returns {{ type: string, through: "file" | "server" }}
 */
export function deliveriesOf(protocol, round) {
  switch (protocol) {
    case "review":
      return { type: round % 2 === 0 ? "approved" : "rework", through: "server" };
    case "document":
      return { type: "docs", through: "server" };
    case "plan":
      return { type: "plan", through: "server" };
    case "publish":
      return { type: "release", through: "file" };
    default:
      return { type: protocol, through: "file" };
  }
}

/** The protocols that a cascade executes for the brief of a round. */
export function protocolsOf(/** @type {number} */ round) {
  return PROTOCOLS.map(({ name }) => name).filter((name) => name !== "publish" || round % 2 === 0);
}

/** Makes the project below a directory. */
export function makeProject(/** @type {string} */ directory) {
  const project = join(directory, "project");
  const methodology = join(directory, "methodology");
  for (const type of TYPES)
    put(
      join(methodology, "schemas", `${type}.schema.json`),
      JSON.stringify({
        type: "object",
        properties: {
          title: { type: "string" },
          by: { type: "string" },
          round: { type: "integer" },
          body: { type: "string", pattern: " the end$" },
          noise: { type: "string" },
        },
        required: ["title", "by", "round", "body"],
        additionalProperties: false,
      }),
    );
  for (const [type, annotation] of Object.entries(ANNOTATED))
    put(join(methodology, "schemas", `${type}.schema.json`), JSON.stringify({ "x-runa": annotation, type: "object" }));
  const types = [...TYPES, ...Object.keys(ANNOTATED)];
  const manifest = ['name = "soak"', ...types.map((type) => `[[artifact_types]]\nname = "${type}"`)];
  for (const { name, requires, accepts = [], produces = [], members } of PROTOCOLS) {
    put(join(methodology, "protocols", name, "PROTOCOL.md"), `Do ${name}.\n`);
    manifest.push(
      `[[protocols]]\nname = "${name}"\nrequires = ${JSON.stringify(requires)}\naccepts = ${JSON.stringify(accepts)}`,
      `produces = ${JSON.stringify(produces)}`,
      `trigger = { type = "any_of", conditions = [${[requires[0], ...accepts].map((type) => `{ type = "on_artifact", name = "${type}" }`).join(", ")}] }`,
    );
    if (members !== undefined)
      manifest.push(`[[protocols.required_output_choices]]\nname = "verdict"\nmembers = ${JSON.stringify(members)}`);
  }
  put(join(methodology, "manifest.toml"), `${manifest.join("\n")}\n`);
  const config = [
    `methodology_path = ${JSON.stringify(methodology)}`,
    "[agent]",
    `command = ${JSON.stringify([process.execPath, AGENT])}`,
    "attempts = 2",
    'backoff = "20ms"',
    "[history]",
    'keep = "1d"',
  ];
  put(join(project, ".runa/config.toml"), `${config.join("\n")}\n`);
  mkdirSync(join(project, "notes"));
  return project;
}

/** Gives the project another brief: everything is to be done again. */
export function brief(/** @type {string} */ project, /** @type {number} */ round) {
  const file = join(project, ".runa/workspace/brief/b.json");
  put(`${file}.new`, JSON.stringify({ title: "brief", by: "a person", round, body: BODY }));
  renameSync(`${file}.new`, file);
}

function put(/** @type {string} */ file, /** @type {string} */ text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
