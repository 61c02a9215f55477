import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  adoptAttempt,
  beforeAttempt,
  type Claim,
  claimAttempt,
  endUnstarted,
  type OpenAttempt,
  reasonOf,
  recordAgent,
} from "@runa/store";
import { v7 as uuidv7 } from "uuid";
import { RunaError } from "../diagnostic.ts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import type { Candidate } from "../methodology/candidate.ts";
import type { Protocol } from "../methodology/methodology.ts";
import { requireMcpCommand } from "../plan/mcp-config.ts";
import { planExecution } from "../plan/plan.ts";
import { renderPrompt } from "../plan/prompt.ts";
import { type AgentProcess, adoptAgent, findAgentOf, startAgent } from "../process/agent-process.ts";
import { agentEnvironment } from "../process/environment.ts";
import { thisOwner } from "../process/owner.ts";
import { mayLive } from "../process/proc.ts";
import { closeOutput, keptOutput, type OutputFiles, openOutput } from "../process/transcript.ts";
import type { AgentSettings } from "../project/config.ts";
import type { OpenProject } from "../project/project.ts";
import { reopenedBy } from "../reasons/reopening.ts";
import { attemptDirectory, usageFile } from "./conclude.ts";
import { earlierOutputs } from "./earlier-outputs.ts";
import { instancesBefore, type RunningAttempt } from "./evidence.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeText } from "./outcome-text.ts";
import { logAttemptStarted } from "./records.ts";

import type { AttemptReport, EndedAttempt } from "./report.ts";
import { type Argv, type ExecutionContext, superviseAttempt } from "./supervise.ts";

/** An attempt that this runa owns and that has not been judged. */
export interface ActiveAttempt {
  readonly id: string;
  readonly work: Candidate;
  readonly ended: Promise<EndedAttempt>;
}

/** A candidate that is to be executed. */
export interface Execution {
  readonly evaluation: Evaluation;
  readonly candidate: EvaluatedCandidate;
  readonly tries: number;
  /** Whether it is tried again after such an outcome. */
  readonly isRetried: (outcome: Outcome) => boolean;
  /** The attempt before, of which this is a retry. */
  readonly failed: AttemptReport | null;
  /** Whether the agent's output goes through files although its settings do not ask for that. */
  readonly capture: boolean;
  /** Hears of the claim before the agent starts, so that whatever it prints comes after. */
  readonly claimed: (id: string) => void;
  /** See `Claim`. */
  readonly obstacle: (open: readonly OpenAttempt[]) => OpenAttempt | null;
}

export type Launch =
  | { readonly kind: "active"; readonly attempt: ActiveAttempt }
  | { readonly kind: "obstructed"; readonly by: OpenAttempt }
  /** Its inputs, or whether it is READY, are no longer what was evaluated. */
  | { readonly kind: "outdated" };

/**
 * Claims a READY candidate and starts its agent. The order makes a crash at any instant harmless: the prompt is a whole
 * file before there is a row, the row is committed before there is an agent, the agent's identity after it (a runa that
 * dies between the two leaves an agent that is found by `RUNA_ATTEMPT`), and what is delivered is committed one by one by
 * the attempt's server.
 * @throws RunaError when there is no agent, no server's program, or no room for the prompt
 */
export function launchAttempt(context: ExecutionContext, execution: Execution): Launch {
  const { project, mcp, environment } = context;
  const { evaluation, candidate, tries, isRetried } = execution;
  const { protocol, workUnit } = candidate;
  const settings = project.config.agentFor(protocol.name);
  const argv = requireAgent(project, protocol, settings);
  const id = uuidv7();
  // Of nested projects the outer attempt comes first, so that a sweep of either finds what this one starts.
  const chain = environment.RUNA_ATTEMPT ? `${environment.RUNA_ATTEMPT},${id}` : id;
  const planned = planExecution(project, project.methodology.name, requireMcpCommand(mcp), candidate, {
    chain,
    usage: usageFile(project, id),
  });
  const prompt = renderPrompt(planned.context, {
    outputs: earlierOutputs(project, candidate, evaluation.view),
    wentWrong: execution.failed === null ? [] : whatWentWrong(execution.failed),
  });
  if (prompt === null) return { kind: "outdated" };
  const directory = attemptDirectory(project, id);
  const promptFile = writePrompt(directory, prompt);
  const before = instancesBefore(evaluation.view, protocol);
  const claimed = claimAttempt(project.store, {
    id,
    protocol: protocol.name,
    workUnit,
    argv,
    owner: thisOwner(),
    fingerprint: protocol.fingerprint,
    instructionsHash: protocol.instructionsHash,
    inputs: planned.context.inputs.map(({ artifactType: type, instanceId, contentHash }) => ({
      type,
      id: instanceId,
      contentHash,
    })),
    before,
    lastAttempt: evaluation.view.lastAttempt(protocol)?.id ?? null,
    reopened: reopeningOf(project, evaluation, candidate),
    obstacle: execution.obstacle,
  });
  if (claimed.kind !== "claimed") {
    discard(directory);
    return claimed;
  }
  logAttemptStarted(id, candidate);
  execution.claimed(id);
  const since = performance.now();
  const opened = { id, protocol: protocol.name, workUnit };
  let output: OutputFiles | null = null;
  let agent: AgentProcess;
  try {
    if (settings.transcript || execution.capture) output = openOutput(directory);
    agent = startAgent({
      argv: context.startable(argv),
      directory: project.root,
      promptFile,
      output,
      grace: context.grace,
      environment: agentEnvironment(environment, settings.env, {
        RUNA_MCP_CONFIG: JSON.stringify(planned.mcpConfig),
        RUNA_ATTEMPT: chain,
        RUNA_USAGE: usageFile(project, id),
      }),
    });
  } catch (error) {
    if (output !== null) closeOutput(output);
    endUnstarted(project.store, opened, (error as NodeJS.ErrnoException).code ?? "");
    throw new RunaError(`the agent of attempt ${id} could not be started: ${reasonOf(error)}`);
  }
  try {
    if (agent.identity !== null) recordAgent(project.store, opened, agent.identity);
  } catch (error) {
    // Nobody here will wait for it. Whoever adopts the attempt finds it abandoned.
    agent.kill();
    throw error;
  }
  const running: RunningAttempt = { id, protocol, workUnit, started: claimed.started, before };
  const ended = superviseAttempt(context, { running, agent, output, since, tries, isRetried, adopted: false });
  return { kind: "active", attempt: { id, work: { protocol, workUnit }, ended } };
}

/** Of a candidate that had succeeded, which success that was and why it is executed again. */
function reopeningOf({ store }: OpenProject, evaluation: Evaluation, candidate: EvaluatedCandidate): Claim["reopened"] {
  const success = evaluation.view.lastSuccess(candidate.protocol);
  return success === undefined ? null : { lastSuccess: success.id, because: reopenedBy(store, evaluation, candidate) };
}

function requireAgent({ config }: OpenProject, { name }: Protocol, { command }: AgentSettings): Argv {
  if (command === null)
    throw new RunaError(
      `protocol '${name}' is to be executed and has no agent: put [agent] command = ["…"] into ${config.file ?? ".runa/config.toml"}`,
    );
  return command;
}

function writePrompt(directory: string, prompt: string): string {
  const file = join(directory, "prompt.md");
  try {
    mkdirSync(dirname(directory), { recursive: true });
    // What it holds is this user's; another one may execute work of the same project.
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(file, prompt, { mode: 0o600 });
    return file;
  } catch (error) {
    discard(directory);
    throw new RunaError(`the prompt could not be written to ${file}: ${reasonOf(error)}`);
  }
}

/** Removes what was prepared for an attempt that does not begin; what cannot be removed now is litter, and goes later. */
function discard(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // What keeps it from being removed has kept it from being written, and that is told.
  }
}

/** What an agent is told that tries again: how the attempt before ended, what it had delivered, and every violation. */
function whatWentWrong({ outcome, judged }: AttemptReport): readonly string[] {
  const [reason = "", ...details] = outcomeText(outcome, Number.POSITIVE_INFINITY);
  const told = [`The attempt before this one ended as \`${outcome.id}\`: ${reason}.`, ...details];
  if (judged === null || judged.id === outcome.id) return told;
  const [delivered = "", ...violations] = outcomeText(judged, Number.POSITIVE_INFINITY);
  return [...told, `What it had delivered by then comes to \`${judged.id}\`: ${delivered}.`, ...violations];
}

/**
 * Takes over an attempt whose owner is gone, if nobody else does. Its agent is waited for as one's own, under the limits
 * that count from its first start; where it has ended as well, the attempt is judged by what it delivered.
 * Null where it is another's by now; `agent` is null where that has ended.
 */
export function adopt(
  context: ExecutionContext,
  attempt: OpenAttempt,
  protocol: Protocol,
  isRetried: (outcome: Outcome) => boolean,
): (ActiveAttempt & { readonly agent: AgentProcess["identity"] }) | null {
  const { project, grace } = context;
  const { id, workUnit, started, startedAt } = attempt;
  if (!adoptAttempt(project.store, attempt, thisOwner())) return null;
  const agent = adoptAgent(attempt.agent ?? findAgentOf(id), grace);
  const running: RunningAttempt = { id, protocol, workUnit, started, before: beforeAttempt(project.store, id) };
  const output = keptOutput(attemptDirectory(project, id));
  const since = performance.now() - Math.max(0, Date.now() - startedAt / 1000);
  const ended = superviseAttempt(context, { running, agent, output, since, tries: 1, isRetried, adopted: true });
  const { identity } = agent;
  return {
    id,
    work: { protocol, workUnit },
    ended,
    agent: identity !== null && mayLive(identity) ? identity : null,
  };
}
