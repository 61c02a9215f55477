import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { findProgram, isExecutableFile, type McpConfig, placesOf, startProblem } from "@runa/engine/process";
import { adaptersNotStarted, agentNotExecutable, agentNotFound } from "../messages.ts";
import { shellWord } from "../output/shell.ts";

/** The agents that `runa-agent` knows; what it is asked to run is its own business, the names are wire. */
export const AGENTS = ["claude-code", "codex", "gemini", "qwen", "opencode", "copilot", "rehearse"] as const;

export type Argv = readonly [string, ...string[]];

/** What `runa-agent NAME --check` said, or what was found of another command. */
export interface AgentCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/** How long, in milliseconds, a check may take: an agent that starts a server takes its time. */
const PATIENCE = 120_000;

/** The agents' program. */
function agentProgram(): string {
  return findProgram("runa-agent", process.argv[1] ?? "runa", process.env) ?? "runa-agent";
}

/** An agent's argv as it is started: runa's own agents are found beside runa, also where they are not on the PATH. */
export function startable([program, ...args]: Argv): Argv {
  return [program === "runa-agent" ? agentProgram() : program, ...args];
}

/**
 * Asks the adapter itself whether its agent is installed, which version, and whether it starts this server. No model is
 * called.
 */
export function checkAgent(name: string, server: McpConfig | null): AgentCheck {
  const { status, stdout, stderr, error } = spawnSync(agentProgram(), [name, "--check"], {
    encoding: "utf8",
    timeout: PATIENCE,
    env: { ...process.env, ...(server !== null && { RUNA_MCP_CONFIG: JSON.stringify(server) }) },
  });
  if (error !== undefined) return { name, ok: false, lines: [adaptersNotStarted(error.message)] };
  const lines = `${stdout}${stderr}`.split("\n").filter((line) => line.trim() !== "");
  return { name, ok: status === 0, lines };
}

/**
 * Looks whether the program of a command that is no adapter of runa's can be started; more is not known of it.
 * @param table where the command stands in the config
 */
export function checkCommand([program]: Argv, directory: string, table: string): AgentCheck {
  const places = placesOf(program, directory, process.env.PATH);
  const found = places.find(isExecutableFile);
  const broken = startProblem(program, directory, process.env.PATH);
  if (broken !== null) return { name: program, ok: false, lines: [broken] };
  if (found !== undefined) return { name: program, ok: true, lines: [`installed: ${found}`] };
  const closed = places.find(isFile);
  const where = program.includes("/") ? places.join() : "on the PATH";
  const problem = closed === undefined ? agentNotFound(where, table) : agentNotExecutable(shellWord(closed));
  return { name: program, ok: false, lines: [problem] };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The adapter that an agent command names: `["runa-agent", "codex"]` means codex; null for any other command. */
export function adapterIn(command: readonly string[] | null): string | null {
  if (command === null) return null;
  const at = command.findIndex((word) => /(^|\/)runa-agent(\.js)?$/.test(word));
  return at === -1 ? null : (command[at + 1] ?? null);
}
