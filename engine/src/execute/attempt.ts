import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beginAttempt, reasonOf, recordAgent } from "@runa/store";
import { v7 as uuidv7 } from "uuid";
import { RunaError } from "../diagnostic.ts";
import type { Candidate, Evaluation } from "../evaluate/evaluate.ts";
import { logAttemptEnded, logAttemptStarted } from "../log/records.ts";
import type { McpCommand } from "../plan/mcp-config.ts";
import { planExecution } from "../plan/plan.ts";
import { renderPrompt } from "../plan/prompt.ts";
import type { OpenProject } from "../project/project.ts";
import { type AgentProcess, type ProcessEnd, startAgent } from "./agent-process.ts";
import { attemptDirectory, type Conclusion, concludeAttempt, usageFile } from "./conclusion.ts";
import { instancesBefore } from "./evidence.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Outcome } from "./outcome.ts";
import { thisOwner } from "./owner.ts";

/** What executing needs beside the project. */
export interface ExecutionContext {
  readonly project: OpenProject;
  readonly mcp: McpCommand;
  readonly agentCommand: readonly [string, ...string[]];
  readonly environment: NodeJS.ProcessEnv;
  readonly interrupts: Interrupts;
}

/** An attempt that has ended. */
export interface AttemptReport extends Conclusion {
  readonly id: string;
  readonly candidate: Candidate;
  /** Milliseconds from spawn to judgement. */
  readonly duration: number;
}

/**
 * Executes a READY candidate. Null when its inputs are no longer what was evaluated: evaluate again.
 * Its row is committed before the agent exists, and its deliveries one by one by its server, so that whoever comes
 * after a crash finds what there was; how it ends is `concludeAttempt`'s.
 * @throws RunaError when the store cannot hold the prompt
 */
export async function executeAttempt(
  context: ExecutionContext,
  evaluation: Evaluation,
  candidate: Candidate,
  onStart: (id: string) => void,
): Promise<AttemptReport | null> {
  const { project, mcp, agentCommand, interrupts } = context;
  const { store, methodology } = project;
  const { protocol, workUnit } = candidate;
  const id = uuidv7();
  const planned = planExecution(project, methodology.name, mcp, candidate, id);
  const prompt = renderPrompt(planned.context);
  if (prompt === null) return null;
  const directory = attemptDirectory(project, id);
  const promptFile = writePrompt(directory, prompt);
  const before = instancesBefore(evaluation.view, protocol);
  const started = beginAttempt(store, {
    id,
    protocol: protocol.name,
    workUnit,
    argv: agentCommand,
    owner: thisOwner(),
    fingerprint: protocol.fingerprint,
    instructionsHash: protocol.instructionsHash,
    inputs: planned.context.inputs.map(({ artifactType: type, instanceId, contentHash }) => ({
      type,
      id: instanceId,
      contentHash,
    })),
    before,
  });
  onStart(id);
  logAttemptStarted(id, candidate);
  const since = performance.now();
  const environment = {
    ...context.environment,
    RUNA_MCP_CONFIG: JSON.stringify(planned.mcpConfig),
    RUNA_ATTEMPT: id,
    RUNA_USAGE: usageFile(project, id),
  };
  const end = await runAgent(
    { argv: agentCommand, directory: project.root, environment, promptFile },
    interrupts,
    (agent) => {
      if (agent.identity !== null) recordAgent(store, id, agent.identity);
    },
  );
  const conclusion = await concludeAttempt(project, { id, protocol, workUnit, started, before }, (judged) =>
    outcomeOf(end, judged, agentCommand[0], interrupts),
  );
  const report: AttemptReport = { id, candidate, ...conclusion, duration: performance.now() - since };
  logAttemptEnded(report);
  return report;
}

function writePrompt(directory: string, prompt: string): string {
  const file = join(directory, "prompt.md");
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(file, prompt, { mode: 0o600 });
    return file;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw new RunaError(`the prompt could not be written to ${file}: ${reasonOf(error)}`);
  }
}

async function runAgent(
  start: Parameters<typeof startAgent>[0],
  interrupts: Interrupts,
  onSpawn: (agent: AgentProcess) => void,
): Promise<ProcessEnd> {
  let agent: AgentProcess;
  try {
    agent = startAgent(start);
  } catch (error) {
    // An argument list or environment that the system refuses is thrown, not emitted.
    return { kind: "not_started", errno: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
  const release = interrupts.attend(agent);
  try {
    onSpawn(agent);
    return await agent.ended;
  } finally {
    release();
  }
}

/** The first outcome that applies: what ended the process comes before what it delivered. */
function outcomeOf(end: ProcessEnd, judged: Outcome, command: string, interrupts: Interrupts): Outcome {
  if (end.kind === "not_started") return { id: "not_started", command, errno: end.errno };
  if (interrupts.stopped !== null) return { id: "interrupted", signal: interrupts.stopped };
  if (end.kind === "signalled") return { id: "signalled", signal: end.signal };
  return end.code === 0 ? judged : { id: "exited", code: end.code };
}
