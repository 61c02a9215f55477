import type { Candidate } from "../methodology/candidate.ts";
import type { McpCommand } from "../plan/mcp-config.ts";
import type { Interrupts } from "../process/interrupts.ts";
import type { OpenProject } from "../project/project.ts";
import type { Mandate } from "./mandate.ts";

/** What it takes to execute work, whatever does it. */
export interface Supervision {
  readonly project: OpenProject;
  readonly interrupts: Interrupts;
}

/** The same, with all that agents need. */
export interface ExecutionContext extends Supervision, Mandate {
  readonly mcp: McpCommand;
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds that a process group has between SIGTERM and SIGKILL. */
  readonly grace: number;
  /** The agent's argv as it is started; the configured one is what is recorded. */
  readonly startable: (argv: Argv) => Argv;
  /** Whether agents' output is captured whatever their settings say. */
  readonly capture: boolean;
  /** Shows what an agent writes, where its output is captured. */
  readonly show: (work: Candidate, stream: "stdout" | "stderr", chunk: Buffer) => void;
}

export type Argv = readonly [string, ...string[]];
