import {
  debtsOf,
  type Evaluation,
  executeRun,
  type OpenProject,
  planExecution,
  project as projectCascade,
  type RunReport,
  signalExitCode,
} from "@runa/engine";
import { Command } from "clipanion";
import { mcpCommand, withExecution } from "../execution.ts";
import { ExecutingCommand } from "../project-command.ts";
import { runEnvelope } from "../render/envelope.ts";
import { projectionText } from "../render/plan-view.ts";
import { progressText, runText } from "../render/run-view.ts";
import { stateText } from "../render/state-view.ts";
import { delegatedWork } from "../work-units.ts";

const EXIT_CODES = { all_complete: 0, quiescent_with_failures: 2, quiescent_with_blocked_work: 3 } as const;

export class RunCommand extends ExecutingCommand {
  static override paths = [["run"]];
  static override usage = Command.Usage({
    description: "Execute READY protocols, one after the other, until none is left.",
    details: `
      Evaluates anew after each attempt. Exit codes: 0 everything is done; 2 something failed; 3 something is still owed
      and nothing is ready; 130 interrupted; 1 it could not be run at all. The first Ctrl-C lets the running attempt end.
    `,
    examples: [
      ["Do all there is to do", "$0 run"],
      ["See the whole cascade first", "$0 run --dry-run"],
      ["One delegated work unit", "$0 run --work-unit checkout"],
    ],
  });

  protected override async preview(project: OpenProject, scope: string | null): Promise<number> {
    const evaluation = await this.look(project, scope);
    const mcp = mcpCommand();
    const plan = projectCascade(evaluation).map((execution) => ({
      ...execution,
      planned:
        execution.projection === "current"
          ? planExecution(project, project.methodology.name, mcp, execution.candidate)
          : null,
    }));
    if (this.json) this.printJson(runEnvelope(project, evaluation, plan));
    else this.print([...projectionText(plan), "", ...stateText(evaluation), ...delegatedWork(project, evaluation)]);
    return dryExitCode(evaluation);
  }

  protected override async live(project: OpenProject, scope: string | null): Promise<number> {
    const before = await this.look(project, scope);
    if (!before.candidates.some(({ readiness }) => readiness.status === "ready"))
      return this.#finish(project, idle(before));
    return withExecution(project, "boundary", async (context) => {
      const report = await executeRun(context, scope, (event) => this.tell(progressText(event)));
      const exitCode = this.#finish(project, report);
      return context.interrupts.stopped === null ? exitCode : signalExitCode(context.interrupts.stopped);
    });
  }

  #finish(project: OpenProject, report: RunReport): number {
    this.print(runText(report, this.scopeFlag, delegatedWork(project, report.evaluation)));
    return report.outcome === "interrupted" ? 130 : EXIT_CODES[report.outcome];
  }
}

/** A run that found nothing to execute; it needs no agent. */
function idle(evaluation: Evaluation): RunReport {
  const debts = debtsOf(evaluation);
  const outcome = debts.owing.length > 0 ? "quiescent_with_blocked_work" : "all_complete";
  return { outcome, reports: [], failures: [], debts, evaluation };
}

/** A dry run with READY work answers for the rest. */
function dryExitCode(evaluation: Evaluation): number {
  return debtsOf(evaluation).owing.every(({ readiness }) => readiness.status === "ready") ? 0 : 3;
}
