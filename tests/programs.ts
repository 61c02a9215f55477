import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkedEnvelope, type Envelope } from "./envelope-check.ts";
import { RUNA, RUNA_MCP } from "./rig/programs.ts";

/** The three programs, as `npm run build` leaves them. */
export const PROGRAMS = {
  runa: RUNA,
  "runa-mcp": RUNA_MCP,
  "runa-agent": join(dirname(RUNA), "runa-agent.js"),
} as const;

/** How a program ended and what it printed. */
export interface Ended {
  readonly exit: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory that is removed at the end of an `await using` or `using` block. */
export class Scratch {
  readonly path: string;
  constructor(name = "runa-test-") {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), name)));
  }
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The environment of a user who has set nothing for runa, with a home of its own. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(RUNA_|XDG_|RUST_LOG$|NODE_OPTIONS$|VITEST|FORCE_COLOR$)/.test(name) && !/^npm_/i.test(name),
  );
  return { ...Object.fromEntries(kept), HOME: home, NO_COLOR: "1" };
}

/** Runs a command to its end; never rejects for how it ended. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; timeout?: number },
): Promise<Ended> {
  const { cwd, env = cleanEnvironment(cwd), timeout = 60_000 } = options;
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { cwd, env, timeout, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024, encoding: "utf8" },
      (error, stdout, stderr) =>
        resolve({ exit: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** Runs `runa` in a directory. */
export function runa(cwd: string, ...args: string[]): Promise<Ended> {
  return runCommand(process.execPath, [PROGRAMS.runa, ...args], { cwd });
}

/** Runs a command with `--json`; its answer has been held against the published schema. */
export async function runaJson(cwd: string, ...args: string[]): Promise<{ exit: Ended["exit"]; json: Envelope }> {
  const { exit, stdout, stderr } = await runa(cwd, ...args, "--json");
  if (stdout === "") throw new Error(`runa ${args.join(" ")} --json ended with ${exit} and printed nothing\n${stderr}`);
  return { exit, json: await checkedEnvelope(stdout) };
}
