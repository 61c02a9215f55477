import { access, constants } from "node:fs/promises";
import {
  type ExecutionContext,
  findMcpCommand,
  Interrupts,
  type OpenProject,
  RunaError,
  requireMcpCommand,
} from "@runa/engine";
import { startable } from "./agent-check.ts";
import { interruptText } from "./render/run-view.ts";

/** The server's program, looked for beside the running runa. */
export function mcpCommand() {
  return findMcpCommand(process.argv[1] ?? "runa", process.env);
}

/**
 * What live execution needs; asked for only when there is something to execute.
 * @throws RunaError where it cannot be had
 */
export async function withExecution<T>(
  project: OpenProject,
  first: "boundary" | "stop",
  work: (context: ExecutionContext) => Promise<T>,
): Promise<T> {
  const { agentCommand, file } = project.config;
  if (agentCommand === null)
    throw new RunaError(
      `there is work to execute and no agent: put [agent] command = ["…"] into ${file ?? ".runa/config.toml"}`,
    );
  const mcp = requireMcpCommand(mcpCommand());
  await access(project.storeDirectory, constants.W_OK).catch(() => {
    throw new RunaError(
      `${project.storeDirectory} cannot be written: work cannot be executed without keeping what it did`,
    );
  });
  const interrupts = new Interrupts(first, (reaction, signal) =>
    process.stderr.write(`${interruptText(reaction, signal)}\n`),
  );
  try {
    return await work({ project, mcp, agentCommand: startable(agentCommand), environment: process.env, interrupts });
  } finally {
    interrupts.dispose();
  }
}

/** Live execution needs Linux: whole process groups are ended and looked for through /proc. */
export function requireLinux(): void {
  if (process.platform !== "linux")
    throw new RunaError(
      `live execution needs Linux, this is ${process.platform}: use --dry-run here, or run it in a Linux container`,
    );
}
