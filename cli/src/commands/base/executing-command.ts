import { type Evaluation, executeRun, log, type RunOptions, type RunReport, visibleLines } from "@runa/engine";
import { hasTranscript } from "@runa/engine/answers";
import { attemptDeliveries } from "@runa/engine/attempts";
import { loosenedGates, requireGates } from "@runa/engine/deciding";
import { signalExitCode } from "@runa/engine/process";
import { type OpenProject, refuseInsideAttempt } from "@runa/engine/project";
import { Option } from "clipanion";
import { requireLinux, withExecution } from "../../execution/execution.ts";
import { Progress } from "../../execution/progress.ts";
import { hashIn } from "../../input/content-beginning.ts";
import { durationIn } from "../../input/option-values.ts";
import { UsageError } from "../../input/usage-error.ts";
import { eventsNeedLive, jsonNeedsDryRun } from "../../messages.ts";
import { EventStream } from "../../output/event-stream.ts";
import { warn } from "../../output/notices.ts";
import { stderr } from "../../output/output.ts";
import { cycleWarning } from "../../render/cycle.ts";
import type { Suggestions } from "../../render/next-step.ts";
import { ScopedCommand } from "./project-command.ts";
import { warnOfUnknownWorkUnit } from "./unknown-work-unit.ts";

/** Milliseconds that a process group has between SIGTERM and SIGKILL, unless `--grace` says otherwise. */
const GRACE = 10_000;

/** One live execution. */
export interface LiveRun {
  readonly project: OpenProject;
  readonly scope: string | null;
  /** With `--events`. */
  readonly events: EventStream | null;
}

/** A command that executes work unless it is a dry run. */
export abstract class ExecutingCommand extends ScopedCommand {
  dryRun = Option.Boolean("--dry-run", false, { description: "Show what would be done; execute nothing." });
  json = Option.Boolean("--json", false, { description: "With --dry-run: print one JSON document." });
  events = Option.Boolean("--events", false, {
    description: "Print what happens as it happens, one JSON document a line.",
  });
  noWait = Option.Boolean("--no-wait", false, {
    description: "Do not wait for what another runa is executing: end with 3.",
  });
  grace = Option.String("--grace", { description: "How long an agent has to end before it is killed; default 10s." });
  acceptMethodology = Option.String("--accept-methodology", {
    description: "Take a methodology that may let more through than in the last run: the hash that the refusal prints.",
  });
  #stopped: number | null = null;

  override async execute(): Promise<number> {
    if (this.json && !this.dryRun) throw new UsageError(jsonNeedsDryRun());
    if (this.events && this.dryRun) throw new UsageError(eventsNeedLive());
    const { scope } = this;
    this.requireValues();
    if (this.dryRun)
      return this.withProject(
        async (project) => {
          const evaluation = await this.look(project, scope);
          warnOfCycles(evaluation);
          const looser = await loosenedGates(project);
          if (looser !== null) warn("gates", looser);
          return this.preview(project, evaluation);
        },
        // What decides is what the files say, not what was kept of them.
        { reread: true },
      );
    requireLinux();
    return this.withProject(
      async (project) => {
        refuseInsideAttempt(project, process.env);
        await requireGates(project, {
          hash: this.#acceptedHash,
          environment: process.env,
          tell: (text) => stderr.write(visibleLines(text)),
        });
        return this.live({ project, scope, events: this.events ? new EventStream(project) : null });
      },
      { looks: false, reread: true },
    );
  }

  /** Of what is executed it is an error. */
  protected override get warnsOfLockfile(): boolean {
    return this.dryRun;
  }

  /** @throws UsageError for values that cannot be understood, also of options that a dry run has no use for */
  protected requireValues(): void {
    durationIn("--grace", this.grace);
    hashIn("--accept-methodology", this.acceptMethodology);
  }

  get #acceptedHash(): string | null {
    return hashIn("--accept-methodology", this.acceptMethodology);
  }

  /** Shows what would be done; returns the exit code. */
  protected abstract preview(project: OpenProject, evaluation: Evaluation): number;

  /** Does it; resolves to the exit code. */
  protected abstract live(live: LiveRun): Promise<number>;

  /** Executes what the options allow, showing progress. */
  protected async executeLive({ project, events }: LiveRun, options: Omit<RunOptions, "wait">): Promise<RunReport> {
    const capture = events !== null;
    const captured =
      capture ||
      options.jobs > 1 ||
      project.methodology.protocols.every(({ name }) => project.config.agentFor(name).transcript);
    const progress = new Progress({
      prefixed: options.jobs > 1,
      project: this.projectFlag,
      events,
      block: captured && !log.isJson && stderr.isTerminal,
      delivered: (attempt) => attemptDeliveries(project, attempt),
    });
    const choice = {
      first: options.once ? ("stop" as const) : ("boundary" as const),
      grace: durationIn("--grace", this.grace) ?? GRACE,
      capture,
    };
    try {
      return await withExecution(project, progress, choice, async (context) => {
        const report = await executeRun(context, { ...options, wait: !this.noWait }, (event) => progress.hear(event));
        const { stopped } = context.interrupts;
        this.#stopped = stopped === null ? null : signalExitCode(stopped);
        if (report.reports.length === 0) warnOfUnknownWorkUnit(report.evaluation);
        warnOfCycles(report.evaluation);
        return report;
      });
    } finally {
      progress.close();
    }
  }

  /** What the commands are made of that the report suggests. */
  protected suggestions(project: OpenProject): Suggestions {
    return { ...this.keptFlags, hasOutput: (attempt) => hasTranscript(project, attempt) };
  }

  /** The exit code of an execution that signals ended; null for any other. */
  protected stoppedBy({ outcome }: RunReport): number | null {
    return this.#stopped ?? (outcome === "interrupted" ? signalExitCode("SIGINT") : null);
  }
}

/** Warns of protocols that wait for each other: no execution will ever make them READY. */
function warnOfCycles({ cycles }: Evaluation): void {
  for (const cycle of cycles) warn("evaluate", cycleWarning(cycle));
}
