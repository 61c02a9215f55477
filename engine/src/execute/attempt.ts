import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  beginAttempt,
  endAttempt,
  fenceAttempt,
  finishSuperseding,
  type InstanceRef,
  readSnapshot,
  reasonOf,
  recordAgent,
} from "@runa/store";
import { v7 as uuidv7 } from "uuid";
import { RunaError } from "../diagnostic.ts";
import type { Candidate, Evaluation } from "../evaluate/evaluate.ts";
import { owedDigest } from "../evaluate/outputs.ts";
import type { McpCommand } from "../plan/mcp-config.ts";
import { planExecution } from "../plan/plan.ts";
import { renderPrompt } from "../plan/prompt.ts";
import { type OpenProject, scanProject } from "../project/project.ts";
import { type AgentProcess, type ProcessEnd, startAgent } from "./agent-process.ts";
import { type GatheredEvidence, gatherEvidence, instancesBefore, type RunningAttempt, seenBy } from "./evidence.ts";
import type { Interrupts } from "./interrupts.ts";
import { judge, supersededBy } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { thisOwner } from "./owner.ts";
import { readUsage, type Usage } from "./usage.ts";

/** What executing needs beside the project. */
export interface ExecutionContext {
  readonly project: OpenProject;
  readonly mcp: McpCommand;
  readonly agentCommand: readonly [string, ...string[]];
  readonly environment: NodeJS.ProcessEnv;
  readonly interrupts: Interrupts;
}

/** An attempt that has ended. */
export interface AttemptReport {
  readonly id: string;
  readonly candidate: Candidate;
  readonly outcome: Outcome;
  readonly delivered: readonly InstanceRef[];
  readonly superseded: readonly InstanceRef[];
  /** Whether every obligation was met, whatever the outcome. */
  readonly everythingDelivered: boolean;
  readonly usage: Usage | null;
  /** Milliseconds from spawn to judgement. */
  readonly duration: number;
}

/**
 * Executes a READY candidate. Null when its inputs are no longer what was evaluated: evaluate again.
 *
 * The order of writes makes a crash at any instant harmless: the row is committed before the agent exists; deliveries
 * are committed one by one by the server; the fence is committed before the scan that judges them, so nothing comes
 * after it unseen; outcome, record and the list of what is superseded are committed together; only then do files move.
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
  const usageFile = join(directory, "usage.json");
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
    before: instancesBefore(evaluation.view, protocol),
  });
  const attempt: RunningAttempt = { id, protocol, started, before: evaluation.view };
  onStart(id);
  const since = performance.now();
  const environment = {
    ...context.environment,
    RUNA_MCP_CONFIG: JSON.stringify(planned.mcpConfig),
    RUNA_ATTEMPT: id,
    RUNA_USAGE: usageFile,
  };
  const end = await runAgent(
    { argv: agentCommand, directory: project.root, environment, promptFile },
    interrupts,
    (agent) => {
      if (agent.identity !== null) recordAgent(store, id, agent.identity);
    },
  );
  fenceAttempt(store, id);
  const report = await scanProject(project);
  const evidence = gatherEvidence(
    project,
    attempt,
    readSnapshot(store, methodology.types.keys(), report.gaps, workUnit),
  );
  const judged = judge(protocol, evidence);
  const outcome = outcomeOf(end, judged, agentCommand[0], interrupts);
  const usage = readUsage(usageFile);
  const superseded = conclude(context, attempt, evidence, outcome, usage);
  return {
    id,
    candidate,
    outcome,
    delivered: evidence.delivered,
    superseded,
    everythingDelivered: judged.id === "delivered",
    usage,
    duration: performance.now() - since,
  };
}

/** Where what belongs to one attempt lies: its prompt, what its agent reported. */
export function attemptDirectory(project: OpenProject, id: string): string {
  return join(project.storeDirectory, "attempts", id);
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

/** Ends the attempt's row and moves what its success supersedes; returns that. */
function conclude(
  { project }: ExecutionContext,
  attempt: RunningAttempt,
  evidence: GatheredEvidence,
  outcome: Outcome,
  usage: Usage | null,
): InstanceRef[] {
  const { protocol } = attempt;
  const succeeded = outcome.id === "delivered";
  const superseded = succeeded
    ? supersededBy(protocol, evidence.view, evidence.delivered).map(({ type, id }) => ({ type, id }))
    : [];
  const { id: outcomeId, ...detail } = outcome;
  endAttempt(project.store, attempt.id, {
    outcome: outcomeId,
    detail,
    started: attempt.started,
    delivered: evidence.delivered,
    byFile: evidence.byFile,
    superseded,
    seen: succeeded ? seenBy(attempt, evidence, superseded) : null,
    outputsAfter: owedDigest(evidence.view, protocol),
    usage: usage === null ? null : { ...usage },
  });
  finishSuperseding(project.store, project.workspace);
  return superseded;
}
