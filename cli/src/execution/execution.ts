import { RunaError } from "@runa/engine";
import { type ExecutionContext, mandateNow } from "@runa/engine/attempts";
import { findMcpCommand, Interrupts, type McpCommand } from "@runa/engine/process";
import type { OpenProject } from "@runa/engine/project";
import { startable } from "../checks/agent-check.ts";
import { needsLinux } from "../messages.ts";
import { interruptText } from "../render/progress-view.ts";
import type { Progress } from "./progress.ts";

/** The server's program, looked for beside the running runa. */
export function mcpCommand(): McpCommand {
  return findMcpCommand(process.argv[1] ?? "runa", process.env);
}

/** How work is executed. */
export interface ExecutionChoice {
  /** What a first Ctrl-C does. */
  readonly first: "boundary" | "stop";
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly grace: number;
  /** Whether the agents' output is captured whatever their settings say. */
  readonly capture: boolean;
}

/** Executes work with everything that live execution needs; signals to runa are handled while it does. */
export async function withExecution<T>(
  project: OpenProject,
  progress: Progress,
  { first, grace, capture }: ExecutionChoice,
  work: (context: ExecutionContext) => Promise<T>,
): Promise<T> {
  // Before anything starts: work for which nobody could decide is not begun.
  const mandate = await mandateNow(project, process.env);
  const interrupts = new Interrupts(first, (reaction, signal, running) =>
    progress.tell([interruptText(reaction, signal, running)], {
      level: "warn",
      operation: "interrupt",
      outcome: "started",
      fields: { signal, running },
    }),
  );
  try {
    return await work({
      project,
      ...mandate,
      mcp: mcpCommand(),
      environment: process.env,
      interrupts,
      grace,
      capture,
      startable,
      show: (candidate, stream, chunk) => progress.show(candidate, stream, chunk),
    });
  } finally {
    interrupts.dispose();
  }
}

/** Live execution needs Linux: whole process groups are ended and looked for through /proc. */
export function requireLinux(): void {
  if (process.platform !== "linux") throw new RunaError(needsLinux(process.platform));
}
