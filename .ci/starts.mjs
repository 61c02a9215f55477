// Starts each command so many times, two at once, and holds its exit code and that nothing else is on stderr than it should:
// `node .ci/starts.mjs TIMES`. One line for each, and at the end how many commands did as they should, as JSON.
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const times = Number(process.argv[2] ?? 200);
const project = mkdtempSync(join(tmpdir(), "runa-starts-"));
process.on("exit", () => rmSync(project, { recursive: true, force: true }));
const program = (/** @type {string} */ name) => join(root, "dist", `${name}.js`);
const methodology = join(root, "methodologies/review-pipeline");
// Nobody's cache but its own, cold at the first start.
const env = { ...process.env, HOME: project, XDG_CACHE_HOME: join(project, ".cache") };

const LIST = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} })}\n`;
/** @type {[string, string[], { exit?: number, stderr?: RegExp, input?: string }?][]} */
const COMMANDS = [
  ["runa", ["--version"]],
  ["runa", ["--help"]],
  ["runa", ["init", "--methodology", methodology]],
  ["runa", ["scan"]],
  ["runa", ["scan", "--full"]],
  ["runa", ["list"]],
  ["runa", ["state"]],
  ["runa", ["state", "--json"]],
  ["runa", ["doctor"]],
  ["runa", ["log"]],
  ["runa", ["log", "--verify"]],
  ["runa", ["step", "--dry-run"]],
  ["runa", ["run", "--dry-run", "--json"]],
  ["runa", ["step"]],
  ["runa", ["run"]],
  ["runa", ["deliver", "design", "d1"], { exit: 1, stderr: /^refused: [^\n]*\n$/ }],
  ["runa", ["release", "00000000-0000"], { exit: 1, stderr: /^error: [^\n]*\n$/ }],
  ["runa", ["nothing"], { exit: 1, stderr: /^error: unknown command 'nothing'/ }],
  ["runa-mcp", ["--protocol", "review"], { input: LIST }],
  ["runa-mcp", ["--protocol", "nothing"], { exit: 1, stderr: /^error: [^\n]*\n$/ }],
  ["runa-agent", ["rehearse", "--check"]],
];

/** @returns {Promise<string | null>} what was wrong with one start */
function started(/** @type {typeof COMMANDS[number]} */ [name, args, { exit = 0, stderr = /^$/, input = "" } = {}]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program(name), ...args], { cwd: project, env });
    let said = "";
    child.stdout.resume();
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("close", (code, signal) =>
      resolve(code === exit && stderr.test(said) ? null : `ended with ${signal ?? code}: ${said}`),
    );
  });
}

prepared(["init", "--methodology", methodology]);
mkdirSync(join(project, ".runa/workspace/request"));
cpSync(join(methodology, "example/request.json"), join(project, ".runa/workspace/request/first.json"));
const agent = JSON.stringify([process.execPath, program("runa-agent"), "rehearse"]);
appendFileSync(join(project, ".runa/config.toml"), `\n[agent]\ncommand = ${agent}\n`);
prepared(["run"]);

let failed = 0;
for (const command of COMMANDS) {
  /** @type {string[]} */
  const wrong = [];
  for (let start = 0; start < times; start += 2) {
    const both = await Promise.all([started(command), started(command)]);
    wrong.push(...both.filter((one) => one !== null));
  }
  if (wrong.length > 0) failed++;
  console.log(
    `${[command[0], ...command[1]].join(" ")}: ${wrong.length === 0 ? `${times} starts` : `${wrong.length} of ${times} ${wrong[0]}`}`,
  );
}
console.log(JSON.stringify({ passed: COMMANDS.length - failed, failed }));
process.exitCode = failed === 0 ? 0 : 1;

/** Runs what the starts need to be there. */
function prepared(/** @type {string[]} */ args) {
  const { status, stderr } = spawnSync(process.execPath, [program("runa"), ...args], { cwd: project, env });
  if (status !== 0) throw new Error(`runa ${args.join(" ")} ended with ${status}: ${stderr}`);
}
