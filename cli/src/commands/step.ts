import { type Evaluation, type OpenProject, planExecution } from "@runa/engine";
import { Command } from "clipanion";
import { ExecutingCommand, type LiveRun } from "../executing-command.ts";
import { mcpCommand } from "../execution.ts";
import { holderText } from "../render/attempt-view.ts";
import { stepEnvelope, summaryEnvelope } from "../render/envelope.ts";
import { nextSteps } from "../render/next-step.ts";
import { plannedText } from "../render/plan-view.ts";
import { stateText } from "../render/state-view.ts";

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
    ],
  });

  protected override preview(project: OpenProject, evaluation: Evaluation): number {
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

  protected override async live(live: LiveRun): Promise<number> {
    const limits = { jobs: 1, maxAttempts: 0, timeLimit: null, maxCostUsd: 0, maxReopens: 0 };
    const report = await this.executeLive(live, { ...limits, workUnit: live.scope, once: true });
    const last = report.reports.findLast(({ adopted }) => !adopted);
    const held = last === undefined && report.elsewhere.length > 0;
    const isRefused = last === undefined && report.failures.some(({ kind }) => kind === "not_offered");
    const failed =
      report.outcome === "methodology_changed" || isRefused || (last !== undefined && last.outcome.id !== "delivered");
    const exitCode = this.stoppedBy(report) ?? (failed ? 1 : held ? 3 : 0);
    if (live.events !== null) live.events.end(summaryEnvelope(report, exitCode));
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
