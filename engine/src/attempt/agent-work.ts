import { attemptNotes, type Place, type ProcessIdentity, type ServerNotes } from "@runa/store/attempts";
import type { AgentProcess, ProcessEnd } from "../process/agent-process.ts";
import { startProblem } from "../process/start-problem.ts";
import { sweep } from "../process/sweep.ts";
import type { OutputFollower } from "../process/transcript.ts";
import type { AgentSettings } from "../project/config.ts";
import type { WorkEnd } from "./attempt.ts";
import { usageFile } from "./attempt-directory.ts";
import type { Work } from "./carrier.ts";
import type { ExecutionContext } from "./context.ts";
import type { Silence } from "./outcome.ts";
import { logUsageUnclear } from "./records.ts";
import { readUsage, type Usage } from "./usage.ts";

/** An agent's process at an attempt's work. */
export class AgentWork implements Work {
  readonly output: OutputFollower | null;
  readonly ended: Promise<void>;
  readonly #context: ExecutionContext;
  readonly #attempt: { readonly id: string; readonly protocol: string; readonly place: Place };
  readonly #settings: AgentSettings;
  readonly #agent: AgentProcess;

  /** @param output is its own from now on: it closes it */
  constructor(
    context: ExecutionContext,
    attempt: { readonly id: string; readonly protocol: string; readonly place: Place },
    agent: AgentProcess,
    output: OutputFollower | null,
  ) {
    this.#context = context;
    this.#attempt = attempt;
    this.#settings = context.project.config.agentFor(attempt.protocol);
    this.#agent = agent;
    this.ended = agent.ended.then(() => {});
    this.output = output;
  }

  get identity(): ProcessIdentity | null {
    return this.#agent.identity;
  }

  stop(): void {
    this.#agent.stop();
  }

  kill(): void {
    this.#agent.kill();
  }

  async sweep(atOnce: () => boolean): Promise<WorkEnd> {
    const { id } = this.#attempt;
    const agent = this.#agent;
    try {
      const end = await agent.ended;
      await agent.groupEnded;
      const swept = await sweep({
        attempt: id,
        agent: agent.identity,
        descendants: agent.descendants(),
        spare: this.#settings.spare,
        get atOnce() {
          return atOnce();
        },
      });
      await agent.outputWritten();
      return { exit: this.#exitOf(end), swept, silence: this.#silence(), usage: this.#usage() };
    } finally {
      await this.output?.close();
    }
  }

  #exitOf(end: ProcessEnd): WorkEnd["exit"] {
    if (end.kind !== "not_started") return end;
    const { project, environment, startable } = this.#context;
    const { protocol, place } = this.#attempt;
    const argv = this.#settings.command;
    const program = argv === null ? "" : startable(argv)[0];
    const problem = startProblem(program, place.directory, environment.PATH, end.errno);
    const table = project.config.commandTable(protocol);
    return { ...end, command: argv?.[0] ?? "", table, ...(problem !== null && { problem }) };
  }

  /** A row that cannot be read is told of where the attempt is judged. */
  #silence(): Silence | null {
    try {
      return silenceOf(attemptNotes(this.#context.project.store, this.#attempt.id));
    } catch {
      return null;
    }
  }

  #usage(): Usage | null {
    const { id, protocol } = this.#attempt;
    const { usage, unclear } = readUsage(usageFile(this.#context.project, id));
    if (unclear !== null) logUsageUnclear(id, protocol, unclear);
    return usage;
  }
}

/** Why nothing was called, as far as an attempt's server noted it. */
export function silenceOf({
  serverStarted,
  serverFailure,
}: Pick<ServerNotes, "serverStarted" | "serverFailure">): Silence {
  if (serverStarted) return { kind: "no_tool_called" };
  return serverFailure === null ? { kind: "server_never_started" } : { kind: "server_failed", reason: serverFailure };
}
