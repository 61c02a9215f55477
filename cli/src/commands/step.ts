import { executeStep, lookAt, type OpenProject, planExecution, signalExitCode } from "@runa/engine";
import { Command } from "clipanion";
import { mcpCommand, withExecution } from "../execution.ts";
import { ExecutingCommand } from "../project-command.ts";
import { stepEnvelope } from "../render/envelope.ts";
import { plannedText } from "../render/plan-view.ts";
import { progressText } from "../render/run-view.ts";
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

  protected override async preview(project: OpenProject, scope: string | null): Promise<number> {
    const evaluation = await this.look(project, scope);
    const next = evaluation.candidates.find(({ readiness }) => readiness.status === "ready");
    const planned = next === undefined ? null : planExecution(project, project.methodology.name, mcpCommand(), next);
    if (this.json) this.printJson(stepEnvelope(project, evaluation, planned));
    else
      this.print([
        ...(planned === null ? ["No READY protocols."] : plannedText(planned)),
        "",
        ...stateText(evaluation),
      ]);
    return 0;
  }

  protected override async live(project: OpenProject, scope: string | null): Promise<number> {
    const before = await this.look(project, scope);
    if (!before.candidates.some(({ readiness }) => readiness.status === "ready")) {
      this.print(["No READY protocols.", "", ...stateText(before)]);
      return 0;
    }
    return withExecution(project, "stop", async (context) => {
      const report = await executeStep(context, scope, (event) => this.tell(progressText(event)));
      this.print(stateText(await lookAt(project, scope)));
      if (context.interrupts.stopped !== null) return signalExitCode(context.interrupts.stopped);
      return report === null || report.outcome.id === "delivered" ? 0 : 1;
    });
  }
}
