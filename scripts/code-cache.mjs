// Has V8 write down how it compiled what the programs load: a small project is made and looked at, each time with the
// caches so far, so that they gather what every start needs.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const recorder = fileURLToPath(new URL("record-code.cjs", import.meta.url));

/**
 * Writes `<chunk>.v8` beside the chunks of the programs in a directory. Where a program fails, for want of a compiled
 * SQLite for instance, there are none, or fewer: they save time and nothing else.
 * @param {string} dist
 */
export function writeCodeCaches(dist) {
  const project = mkdtempSync(join(tmpdir(), "runa-build-"));
  const run = (/** @type {string} */ program, /** @type {string[]} */ args, input = "") => {
    const argv = ["--require", recorder, join(dist, program), ...args];
    const { RUNA_CONFIG: _, ...env } = process.env;
    const { status, stderr } = spawnSync(process.execPath, argv, { cwd: project, env, input, encoding: "utf8" });
    if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${stderr}`);
  };
  try {
    const methodology = join(root, "methodologies/review-pipeline");
    run("runa.js", ["init", "--methodology", methodology]);
    mkdirSync(join(project, ".runa/workspace/request"), { recursive: true });
    copyFileSync(join(methodology, "example/request.json"), join(project, ".runa/workspace/request/first.json"));
    run("runa.js", ["scan"]);
    run("runa.js", ["state"]);
    run("runa.js", ["state", "--json"]);
    const message = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
    run("runa-mcp.js", ["--protocol", "review"], `${JSON.stringify(message)}\n`);
  } catch (error) {
    console.error(`the programs will start more slowly: ${error instanceof Error ? error.message : error}`);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}
