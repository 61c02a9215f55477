// `npm run quickstart [-- DIRECTORY]`: a new project, the shipped example methodology, and its whole cascade with the
// rehearsal agent, offline. The project is kept. Ends with 1 when anything is not as it should be.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const program = join(root, "dist", "runa.js");
const methodology = join(root, "methodologies", "review-pipeline");
const DELIVERED = ["requirements", "design", "implementation", "approved"];

const project = projectDirectory(process.argv[2]);
const workspace = join(project, ".runa", "workspace");
// What the caller's shell says about another project must not reach this one.
const { RUNA_CONFIG, RUNA_WORKING_DIR, RUNA_ATTEMPT, ...environment } = process.env;

say(`A new project in ${project}`);
runa("init", "--methodology", methodology);
const request = join(workspace, "request", "word-count.json");
mkdirSync(join(workspace, "request"));
cpSync(join(methodology, "example", "request.json"), request);
const config = join(project, ".runa", "config.toml");
const own = readFileSync(config, "utf8");
writeFileSync(config, `${own}\n${agentTable()}`);
writeFileSync(join(project, "send-back.toml"), `${own}\n${agentTable("--choose", "needs-revision")}`);

say("The request is there, nothing else: the first protocol is ready");
runa("state");
say("The cascade: four protocols, an agent for each, each output through its own MCP server");
runa("run");
const after = artifacts();
check(
  DELIVERED.every((type) => after.some(({ path }) => path.startsWith(`${type}/`))),
  `of ${DELIVERED.join(", ")} one was not delivered`,
);
check(
  after.length === DELIVERED.length + 1,
  `${after.length} artifacts, where the request and ${DELIVERED.length} more belong`,
);

say("Once more: what is current is not done again");
runa("run");
check(JSON.stringify(artifacts()) === JSON.stringify(after), "the second run changed artifacts");
runa("state");
say("Everything on disk is looked at again");
runa("doctor");

suggest();

/** Runs runa in the project, its output passed through; anything but success ends the quickstart. */
function runa(...args) {
  process.stdout.write(`\n$ ${["runa", ...args].map(word).join(" ")}\n`);
  const { status, signal, error } = spawnSync(process.execPath, [program, ...args], {
    cwd: project,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  check(status === 0, `runa ${args[0]} ended with ${error?.message ?? signal ?? `exit code ${status}`}`);
}

/** Every artifact with what tells whether it was written since. */
function artifacts() {
  return readdirSync(workspace, { recursive: true })
    .filter((path) => path.endsWith(".json"))
    .sort()
    .map((path) => ({
      path,
      modified: statSync(join(workspace, path)).mtimeMs,
      text: readFileSync(join(workspace, path), "utf8"),
    }));
}

function agentTable(...options) {
  const command = [process.execPath, join(root, "dist", "runa-agent.js"), "rehearse", ...options];
  return `[agent]\ncommand = ${JSON.stringify(command)}\n`;
}

function projectDirectory(named) {
  if (named === undefined) return realpathSync(mkdtempSync(join(tmpdir(), "runa-quickstart-")));
  const directory = resolve(named);
  mkdirSync(directory, { recursive: true });
  check(readdirSync(directory).length === 0, `${directory} is not empty: name a new directory`);
  return realpathSync(directory);
}

function suggest() {
  const command = onPath() ? "runa" : `${word(process.execPath)} ${word(program)}`;
  const artifact = (type) => word(join(".runa", "workspace", type));
  process.stdout.write(`
It works. What was delivered is in ${workspace}; the contents are made up by the rehearsal agent.
Try next, in this order:

  cd ${word(project)}

  # Change the request: everything that depends on it is done again.
  sed -i 's/"title": "/&Wanted: /' ${artifact("request")}/word-count.json
  ${command} run

  # Have the review say needs-revision, see that implement is ready again, and let the loop end.
  rm ${artifact("approved")}/*.json
  ${command} step --config send-back.toml
  ${command} run

  # Break an artifact, and see what is said about it.
  echo '{}' > ${artifact("design")}/design.json
  ${command} doctor
  ${command} run

  # A methodology of your own: ${join(root, "docs", "authoring-guide.md")}
  # An agent of your own:       ${join(root, "docs", "agents.md")}
`);
}

function onPath() {
  return (process.env.PATH ?? "").split(delimiter).some((directory) => {
    try {
      return realpathSync(join(directory, "runa")) === realpathSync(program);
    } catch {
      return false;
    }
  });
}

/** A word as a shell takes it back. */
function word(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function say(text) {
  process.stdout.write(`\n== ${text}\n`);
}

function check(holds, otherwise) {
  if (holds) return;
  process.stderr.write(`\nerror: the quickstart did not work: ${otherwise}\n`);
  process.exit(1);
}
