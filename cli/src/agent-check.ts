import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** What `runa-agent NAME --check` said. */
export interface AgentCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/** How long, in milliseconds, a check may take. */
const PATIENCE = 30_000;

/** The agents' program: beside the running runa, else on the PATH. */
export function agentProgram(): string {
  const beside = process.argv[1] === undefined ? [] : [process.argv[1], realpathSync(process.argv[1])].map(dirname);
  const candidates = beside.flatMap((directory) => [join(directory, "runa-agent"), join(directory, "runa-agent.js")]);
  return candidates.find((file) => existsSync(file)) ?? "runa-agent";
}

/** Asks the adapter itself whether its agent is installed, and which version. No model is called. */
export function checkAgent(name: string): AgentCheck {
  const { status, stdout, stderr, error } = spawnSync(agentProgram(), [name, "--check"], {
    encoding: "utf8",
    timeout: PATIENCE,
  });
  if (error !== undefined) return { name, ok: false, lines: [`runa-agent could not be started: ${error.message}`] };
  const lines = `${stdout}${stderr}`.split("\n").filter((line) => line.trim() !== "");
  return { name, ok: status === 0, lines };
}

/** The adapter that an agent command names: `["runa-agent", "codex"]` means codex; null for any other command. */
export function adapterIn(command: readonly string[] | null): string | null {
  if (command === null) return null;
  const at = command.findIndex((word) => /(^|\/)runa-agent(\.js)?$/.test(word));
  return at === -1 ? null : (command[at + 1] ?? null);
}
