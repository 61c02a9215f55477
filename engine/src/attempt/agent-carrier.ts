import type { OpenAttempt, Place } from "@runa/store/attempts";
import { RunaError } from "../diagnostic.ts";
import { noAgent } from "../messages.ts";
import type { Candidate } from "../methodology/candidate.ts";
import { requireMcpCommand } from "../plan/mcp-config.ts";
import { planExecution } from "../plan/plan.ts";
import { renderPrompt } from "../plan/prompt.ts";
import { adoptAgent, findAgentOf, startAgent } from "../process/agent-process.ts";
import { agentEnvironment, WITHHELD } from "../process/environment.ts";
import { closeOutput, keptOutput, type OutputFiles, OutputFollower, openOutput } from "../process/transcript.ts";
import { AgentWork } from "./agent-work.ts";
import type { EndedAttempt } from "./attempt.ts";
import { attemptDirectory, discardDirectory, usageFile, writePrompt } from "./attempt-directory.ts";
import { type Carrier, type Prepared, placeOf, type Trial, type Work } from "./carrier.ts";
import type { Argv, ExecutionContext } from "./context.ts";
import { earlierOutputs } from "./earlier-outputs.ts";
import { outcomeText } from "./outcome-text.ts";

/** Has candidates executed by the agents that the config names: processes on this machine, which deliver through MCP. */
export class AgentCarrier implements Carrier {
  readonly kind = "agent";
  readonly #context: ExecutionContext;

  constructor(context: ExecutionContext) {
    this.#context = context;
  }

  /** @throws RunaError when there is no agent, no server's program, or no room for the prompt */
  prepare({ candidate, view, failed }: Trial, id: string, place: Place): Prepared | null {
    const { project, policy, mcp, environment, startable, grace, capture } = this.#context;
    const settings = project.config.agentFor(candidate.protocol.name);
    const argv = this.#commandOf(candidate);
    // Of nested projects the outer attempt comes first, so that a sweep of either finds what this one starts.
    const chain = environment.RUNA_ATTEMPT ? `${environment.RUNA_ATTEMPT},${id}` : id;
    const usage = usageFile(project, id);
    const planned = planExecution(project, project.methodology.name, requireMcpCommand(mcp), candidate, {
      chain,
      usage,
    });
    const outputs = earlierOutputs(project, candidate, view);
    const prompt = renderPrompt(planned.context, { outputs, wentWrong: failed === null ? [] : whatWentWrong(failed) });
    if (prompt === null) return null;
    const directory = attemptDirectory(project, id);
    const promptFile = writePrompt(directory, prompt);
    return {
      argv,
      discard: () => discardDirectory(directory),
      start: () => {
        const files = settings.transcript || capture ? openOutput(directory) : null;
        try {
          const agent = startAgent({
            argv: startable(argv),
            directory: place.directory,
            promptFile,
            output: files,
            grace,
            environment: agentEnvironment(environment, settings.env, {
              RUNA_MCP_CONFIG: JSON.stringify(planned.mcpConfig),
              RUNA_ATTEMPT: chain,
              RUNA_USAGE: usage,
              RUNA_PROTOCOL: candidate.protocol.name,
              // Inside another project's attempt there may be one from outside.
              RUNA_WORK_UNIT: candidate.workUnit ?? undefined,
              ...(policy.required && WITHHELD),
            }),
          });
          const attempt = { id, protocol: candidate.protocol.name, place };
          return new AgentWork(this.#context, attempt, agent, files && this.#follow(files, candidate, "start"));
        } catch (error) {
          if (files !== null) closeOutput(files);
          throw error;
        }
      },
    };
  }

  adopt({ id, protocol, agent, place }: OpenAttempt, candidate: Candidate | null): Work {
    const { project, grace } = this.#context;
    const process = adoptAgent(agent ?? findAgentOf(id), grace);
    const files = candidate && keptOutput(attemptDirectory(project, id));
    const output = candidate && files && this.#follow(files, candidate, "end");
    return new AgentWork(this.#context, { id, protocol, place: place ?? placeOf(project) }, process, output);
  }

  #follow(files: OutputFiles, candidate: Candidate, from: "start" | "end"): OutputFollower {
    const { project, show } = this.#context;
    const { outputLimit } = project.config.agentFor(candidate.protocol.name);
    return new OutputFollower(files, (stream, chunk) => show(candidate, stream, chunk), outputLimit, from);
  }

  #commandOf({ protocol }: Candidate): Argv {
    const { config } = this.#context.project;
    const { command } = config.agentFor(protocol.name);
    if (command === null) throw new RunaError(noAgent(protocol.name, config.file ?? ".runa/config.toml"));
    return command;
  }
}

/** What whoever tries again is told: how the attempt before ended, what it had delivered, and every violation. */
function whatWentWrong({ outcome, judged }: EndedAttempt): readonly string[] {
  const [reason = "", ...details] = outcomeText(outcome, Number.POSITIVE_INFINITY);
  const told = [`The attempt before this one ended as \`${outcome.id}\`: ${reason}.`, ...details];
  if (judged === null || judged.id === outcome.id) return told;
  const [delivered = "", ...violations] = outcomeText(judged, Number.POSITIVE_INFINITY);
  return [...told, `What it had delivered by then comes to \`${judged.id}\`: ${delivered}.`, ...violations];
}
