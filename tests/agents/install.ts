import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Cli } from "./clis.ts";

/** Where the CLIs are installed, outside the repository; kept from run to run. */
const CACHE = process.env.RUNA_AGENT_CLIS || join(tmpdir(), "runa-agent-clis");

const PATIENCE = 300_000;

/**
 * Installs a CLI from the package registry unless it is there already; answers with the directory of its executable.
 * @throws Error when npm fails or takes too long
 */
export async function install({ package: name, version, executable }: Cli): Promise<string> {
  const directory = join(CACHE, `${name.replace(/[^a-z0-9-]+/g, "_")}-${version}`);
  const bin = join(directory, "node_modules/.bin");
  const done = join(directory, "installed");
  if (existsSync(done)) return bin;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), '{ "private": true }\n');
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`];
  await promisify(execFile)("npm", args, { cwd: directory, timeout: PATIENCE, killSignal: "SIGKILL" });
  if (!existsSync(join(bin, executable))) throw new Error(`${name}@${version} brought no ${executable}`);
  writeFileSync(done, "");
  return bin;
}
