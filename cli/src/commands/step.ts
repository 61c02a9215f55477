import { type Aim, type EvaluatedCandidate, type Evaluation, planExecution } from "@runa/engine";
import { promptOf, protocolInScope, runSummary, stepEnvelope } from "@runa/engine/answers";
import type { OpenProject } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { mcpCommand } from "../execution/execution.ts";
import { UsageError } from "../input/usage-error.ts";
import { noPromptToShow, promptNeedsDryRun, promptNoJson, promptOfUnready, protocolNamedTwice } from "../messages.ts";
import { fail, tell } from "../output/notices.ts";
import { stdout } from "../output/output.ts";
import { holderText } from "../render/attempt-view.ts";
import { nextSteps } from "../render/next-step.ts";
import { notReadyText } from "../render/not-ready.ts";
import { plannedText } from "../render/plan-view.ts";
import { nameOf } from "../render/progress-view.ts";
import { stateText } from "../render/state-view.ts";
import { ExecutingCommand, type LiveRun } from "./base/executing-command.ts";
import { requireValue } from "./base/project-command.ts";

export class StepCommand extends ExecutingCommand {
  static override paths = [["step"]];
  static override usage = Command.Usage({
    description: "Execute the next READY protocol, one.",
    details: `
      Takes the first READY protocol of the scope, or the one that you name, starts the agent of \`[agent] command\` with the prompt on its stdin and
      the server's configuration in RUNA_MCP_CONFIG, and counts it as done only when what it owes was delivered and is valid.
    `,
    examples: [
      ["Execute what is next", "$0 step"],
      ["Execute one that is READY, whatever comes before it", "$0 step --protocol review"],
      ["See what would be executed and with what", "$0 step --dry-run"],
      ["The same for automation", "$0 step --dry-run --json"],
      ["Read the prompt that an agent would get", "$0 step --dry-run --prompt review"],
    ],
  });

  protocol = Option.String("--protocol", { description: "Execute this protocol, which has to be READY." });
  prompt = Option.String("--prompt", {
    tolerateBoolean: true,
    description: "With --dry-run: print the prompt of this protocol, READY or not, or of the next READY one.",
  });

  override async execute(): Promise<number> {
    if (this.prompt !== undefined && !this.dryRun) throw new UsageError(promptNeedsDryRun());
    if (this.prompt !== undefined && this.json) throw new UsageError(promptNoJson());
    if (typeof this.prompt === "string" && this.protocol !== undefined) throw new UsageError(protocolNamedTwice());
    return super.execute();
  }

  protected override requireValues(): void {
    super.requireValues();
    requireValue("--protocol", "a protocol", this.protocol);
  }

  protected override preview(project: OpenProject, evaluation: Evaluation): number {
    if (this.prompt !== undefined) return this.#printPrompt(project, evaluation, this.protocol ?? this.prompt);
    const named = this.#named(project, evaluation);
    const next = (named === null ? evaluation.candidates : [named]).find(
      ({ readiness }) => readiness.status === "ready",
    );
    const planned = next === undefined ? null : planExecution(project, project.methodology.name, mcpCommand(), next);
    if (this.json) this.printJson(stepEnvelope(project, evaluation, planned));
    else
      this.print([
        ...stateText(project, evaluation, this.keptFlags),
        "",
        ...(planned === null ? [this.#nothing(named)] : plannedText(project, evaluation, planned)),
      ]);
    return 0;
  }

  /** The candidate that the command line names; null where it names none. */
  #named({ methodology }: OpenProject, { candidates, workUnit }: Evaluation): EvaluatedCandidate | null {
    if (this.protocol === undefined) return null;
    const protocol = protocolInScope(methodology, this.protocol, workUnit);
    return candidates.find((candidate) => candidate.protocol === protocol) ?? null;
  }

  /** Why nothing is executed. */
  #nothing(named: EvaluatedCandidate | null): string {
    return named === null ? "No READY protocols." : notReadyText(named, this.keptFlags);
  }

  #printPrompt(project: OpenProject, evaluation: Evaluation, name: string | boolean): number {
    const prompt = promptOf(project, evaluation, typeof name === "string" ? name : null);
    if (prompt === null) {
      fail("step", `error: ${noPromptToShow()}\n`);
      return 1;
    }
    const { candidate, text } = prompt;
    const { status } = candidate.readiness;
    if (status !== "ready")
      tell([promptOfUnready(nameOf(candidate), status.toUpperCase())], {
        level: "info",
        operation: "step",
        outcome: "partial",
      });
    stdout.write(text);
    return 0;
  }

  protected override async live(live: LiveRun): Promise<number> {
    const limits = { jobs: 1, maxAttempts: 0, timeLimit: null, maxCostUsd: 0, maxReopens: 0 };
    const aim: Aim =
      this.protocol === undefined
        ? { kind: "all" }
        : { kind: "one", protocol: protocolInScope(live.project.methodology, this.protocol, live.scope) };
    const report = await this.executeLive(live, { ...limits, workUnit: live.scope, aim, once: true });
    const last = report.reports.findLast(({ adopted }) => !adopted);
    const held = last === undefined && report.elsewhere.length > 0;
    const isRefused = last === undefined && report.failures.some(({ kind }) => kind === "not_offered");
    const named = this.#named(live.project, report.evaluation);
    // Whoever names one wants it to be executed, and not to hear that there is nothing to do.
    const isNotDone = last === undefined ? isRefused || (named !== null && !held) : last.outcome.id !== "delivered";
    const failed = ["methodology_changed", "policy_changed"].includes(report.outcome) || isNotDone;
    const exitCode = this.stoppedBy(report) ?? (failed ? 1 : held ? 3 : 0);
    if (live.events !== null) live.events.end(runSummary(report, exitCode));
    else {
      const why = held
        ? report.elsewhere.map((attempt) => `held: ${holderText(attempt, this.keptFlags)}`)
        : [this.#nothing(named)];
      const before = last === undefined && !isRefused ? why : nextSteps(report, this.suggestions(live.project));
      this.print([
        ...before,
        ...(before.length === 0 ? [] : [""]),
        ...stateText(live.project, report.evaluation, this.keptFlags),
      ]);
    }
    return exitCode;
  }
}
