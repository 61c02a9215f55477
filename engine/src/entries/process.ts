// Processes and their signals; where programs are found.

export {
  findMcpCommand,
  findProgram,
  type McpCommand,
  type McpConfig,
  mcpConfigFor,
  requireMcpCommand,
} from "../plan/mcp-config.ts";
export {
  HANDLED_SIGNALS,
  type Handled,
  type InterruptReaction,
  Interrupts,
  signalExitCode,
} from "../process/interrupts.ts";
export { type Whereabouts, whereaboutsOf } from "../process/owner.ts";
export { isExecutableFile, placesOf, startProblem } from "../process/start-problem.ts";
export { LinePrefixer } from "../process/transcript.ts";
