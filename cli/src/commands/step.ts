import { type Evaluation, type OpenProject, planExecution, promptOf, runSummary, stepEnvelope } from "@runa/engine";
import { Command, Option } from "clipanion";
import { mcpCommand } from "../execution/execution.ts";
import { UsageError } from "../input/usage-error.ts";
import { fail, tell } from "../output/notices.ts";
import { stdout } from "../output/output.ts";
import { holderText } from "../render/attempt-view.ts";
import { nextSteps } from "../render/next-step.ts";
import { plannedText } from "../render/plan-view.ts";
import { nameOf } from "../render/progress-view.ts";
import { stateText } from "../render/state-view.ts";
import { ExecutingCommand, type LiveRun } from "./base/executing-command.ts";

export class StepCommand extends ExecutingCommand {
  static override paths = [["step"]];
  static override usage = Command.Usage({
    description: "Execute the next READY protocol, one.",
    details: `
      Takes the first READY protocol of the scope, starts the agent of \`[agent] command\` with the prompt on its stdin and
      the server's configuration in RUNA_MCP_CONFIG, and counts it as done only when what it owes was delivered and is valid.
    `,
    examples: [
      ["Execute what is next", "$0 step"],
      ["See what would be executed and with what", "$0 step --dry-run"],
      ["The same for automation", "$0 step --dry-run --json"],
      ["Read the prompt that an agent would get", "$0 step --dry-run --prompt review"],
    ],
  });

  prompt = Option.String("--prompt", {
    tolerateBoolean: true,
    description: "With --dry-run: print the prompt of this protocol, READY or not, or of the next READY one.",
  });

  override async execute(): Promise<number> {
    if (this.prompt !== undefined && !this.dryRun) throw new UsageError("--prompt needs --dry-run");
    if (this.prompt !== undefined && this.json)
      throw new UsageError("--prompt prints a text and --json a document: leave one of them out");
    return super.execute();
  }

  protected override preview(project: OpenProject, evaluation: Evaluation): number {
    if (this.prompt !== undefined) return this.#printPrompt(project, evaluation, this.prompt);
    const next = evaluation.candidates.find(({ readiness }) => readiness.status === "ready");
    const planned = next === undefined ? null : planExecution(project, project.methodology.name, mcpCommand(), next);
    if (this.json) this.printJson(stepEnvelope(project, evaluation, planned));
    else
      this.print([
        ...(planned === null ? ["No READY protocols."] : plannedText(planned)),
        "",
        ...stateText(evaluation, this.keptFlags),
      ]);
    return 0;
  }

  #printPrompt(project: OpenProject, evaluation: Evaluation, name: string | boolean): number {
    const prompt = promptOf(project, evaluation, typeof name === "string" ? name : null);
    if (prompt === null) {
      fail("step", "error: no protocol is READY: name the one whose prompt you want, as in `--prompt NAME`\n");
      return 1;
    }
    const { candidate, text } = prompt;
    const { status } = candidate.readiness;
    if (status !== "ready")
      tell(
        [
          `note: ${nameOf(candidate)} is ${status.toUpperCase()}: this is what its agent would be told as things are now`,
        ],
        {
          level: "info",
          operation: "step",
          outcome: "partial",
        },
      );
    stdout.write(text);
    return 0;
  }

  protected override async live(live: LiveRun): Promise<number> {
    const limits = { jobs: 1, maxAttempts: 0, timeLimit: null, maxCostUsd: 0, maxReopens: 0 };
    const report = await this.executeLive(live, { ...limits, workUnit: live.scope, aim: { kind: "all" }, once: true });
    const last = report.reports.findLast(({ adopted }) => !adopted);
    const held = last === undefined && report.elsewhere.length > 0;
    const isRefused = last === undefined && report.failures.some(({ kind }) => kind === "not_offered");
    const failed =
      report.outcome === "methodology_changed" || isRefused || (last !== undefined && last.outcome.id !== "delivered");
    const exitCode = this.stoppedBy(report) ?? (failed ? 1 : held ? 3 : 0);
    if (live.events !== null) live.events.end(runSummary(report, exitCode));
    else {
      const why = held
        ? report.elsewhere.map((attempt) => `held: ${holderText(attempt, this.keptFlags)}`)
        : ["No READY protocols."];
      const before = last === undefined && !isRefused ? why : nextSteps(report, this.suggestions(live.project));
      this.print([...before, ...(before.length === 0 ? [] : [""]), ...stateText(report.evaluation, this.keptFlags)]);
    }
    return exitCode;
  }
}
