import { progressOf } from "@runa/store";
import type { Candidate } from "../methodology/candidate.ts";
import type { McpCommand } from "../plan/mcp-config.ts";
import type { AgentProcess, ProcessEnd } from "../process/agent-process.ts";
import type { Handled, Interrupts } from "../process/interrupts.ts";
import { startProblem } from "../process/start-problem.ts";
import { type Swept, sweep } from "../process/sweep.ts";
import { type OutputFiles, OutputFollower } from "../process/transcript.ts";
import type { OpenProject } from "../project/project.ts";
import { concludeAttempt, obligationsMet } from "./conclude.ts";
import type { RunningAttempt } from "./evidence.ts";
import { type Ending, LimitWatch } from "./limits.ts";
import type { Outcome } from "./outcome.ts";
import { logAttemptEnded } from "./records.ts";
import type { AttemptReport, EndedAttempt } from "./report.ts";

/** What executing needs beside the project. */
export interface ExecutionContext {
  readonly project: OpenProject;
  readonly mcp: McpCommand;
  readonly environment: NodeJS.ProcessEnv;
  readonly interrupts: Interrupts;
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

/** An attempt that is running, and everything that is known of it. */
export interface Supervised {
  readonly running: RunningAttempt;
  readonly agent: AgentProcess;
  readonly output: OutputFiles | null;
  /** When the attempt began, in this process's clock. */
  readonly since: number;
  readonly tries: number;
  /** Whether whoever started it tries again after such an outcome. */
  readonly isRetried: (outcome: Outcome) => boolean;
  readonly adopted: boolean;
}

/** How an attempt's agent came to its end. */
interface Watched {
  readonly end: ProcessEnd;
  readonly ending: Ending | null;
  readonly interrupted: Handled | null;
  readonly swept: readonly Swept[];
}

/** Waits for an agent under its limits, ends what it left behind, and judges the attempt. */
export async function superviseAttempt(context: ExecutionContext, supervised: Supervised): Promise<EndedAttempt> {
  const { project, interrupts } = context;
  const { running, since, tries, isRetried, adopted } = supervised;
  const { id, protocol, workUnit } = running;
  const watched = await watch(context, supervised).catch((error: unknown) => {
    // An agent that nobody watches is not left to itself. Whoever adopts the attempt judges it.
    supervised.agent.kill();
    throw error;
  });
  const { swept } = watched;
  const { command: argv } = project.config.agentFor(protocol.name);
  const table = project.config.commandTable(protocol.name);
  const { gaps, ...conclusion } = await concludeAttempt(project, running, {
    decided: decidedBy(watched, (errno) => notStarted(context, argv, table, errno)),
    outcomeOf: (judged) => outcomeOf(watched, judged),
    isRetried: (outcome) => interrupts.requested === null && isRetried(outcome),
    logged: swept.length === 0 ? {} : { swept: swept.map(({ pid, name, signal }) => ({ pid, name, signal })) },
  });
  const duration = performance.now() - since;
  const candidate: Candidate = { protocol, workUnit };
  const report: AttemptReport = { id, candidate, ...conclusion, tries, adopted, swept, duration };
  logAttemptEnded(report);
  return { report, gaps };
}

async function watch(
  context: ExecutionContext,
  { running, agent, output, since, adopted }: Supervised,
): Promise<Watched> {
  const { project, interrupts, show } = context;
  const { id, protocol, workUnit } = running;
  const settings = project.config.agentFor(protocol.name);
  const release = interrupts.attend(agent);
  let follower: OutputFollower | null = null;
  let limits: LimitWatch | null = null;
  let ending: Ending | null = null;
  try {
    const shown = (stream: "stdout" | "stderr", chunk: Buffer) => show({ protocol, workUnit }, stream, chunk);
    if (output !== null) follower = new OutputFollower(output, shown, settings.outputLimit, adopted ? "end" : "start");
    const seen = {
      age: performance.now() - since,
      output: follower,
      lastCall: () => progressOf(project.store, id)?.lastCall ?? null,
      obligationsMet: () => obligationsMet(project, running),
    };
    limits = new LimitWatch(settings, seen, (why) => {
      ending = why;
      agent.stop();
    });
    const end = await agent.ended;
    limits.close();
    const interrupted = interrupts.stopped;
    await agent.groupEnded;
    const swept = await sweep({
      attempt: id,
      agent: agent.identity,
      descendants: agent.descendants(),
      spare: settings.spare,
      // Asked at every look: a second Ctrl-C may come while it waits.
      get atOnce() {
        return interrupts.killed;
      },
    });
    await agent.outputWritten();
    return { end, ending, interrupted, swept };
  } finally {
    limits?.close();
    release();
    await follower?.close();
  }
}

/** The first outcome that applies (attempts.md section 1): what ended the process comes before what it delivered. */
function decidedBy({ end, ending, interrupted }: Watched, notStarted: (errno: string) => Outcome): Outcome | null {
  if (end.kind === "not_started") return notStarted(end.errno);
  if (interrupted !== null) return { id: "interrupted", signal: interrupted };
  if (ending?.kind === "limit") return { id: "timed_out", limit: ending.limit };
  // It was runa that ended it, whatever it made of that.
  if (ending?.kind === "settled") return null;
  if (end.kind === "signalled") return { id: "signalled", signal: end.signal };
  return end.kind === "exited" && end.code !== 0 ? { id: "exited", code: end.code } : null;
}

function notStarted(
  { project, environment, startable }: ExecutionContext,
  argv: Argv | null,
  table: string,
  errno: string,
): Outcome {
  const program = argv === null ? "" : startable(argv)[0];
  const problem = startProblem(program, project.root, environment.PATH, errno);
  return { id: "not_started", command: argv?.[0] ?? "", errno, table, ...(problem !== null && { problem }) };
}

/** The outcome where what was delivered decides. */
function outcomeOf({ end, ending }: Watched, judged: Outcome): Outcome {
  if (ending?.kind === "settled") return judged.id === "delivered" ? { id: "delivered", ended: "settled" } : judged;
  if (end.kind !== "unknown") return judged;
  return judged.id === "delivered" ? { id: "delivered", ended: "exit_code_unknown" } : { id: "abandoned" };
}
