import {
  type Aim,
  debtsFor,
  debtsOf,
  decidingReasons,
  type EvaluatedCandidate,
  type Evaluation,
  type Projection,
  planExecution,
  projectionOf,
} from "@runa/engine";
import { aimNamed, runEnvelope, runSummary } from "@runa/engine/answers";
import type { OpenProject, RunLimits } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { mcpCommand } from "../execution/execution.ts";
import { runExitCode } from "../execution/run-exit-code.ts";
import { durationIn, wholeNumberIn } from "../input/option-values.ts";
import { UsageError } from "../input/usage-error.ts";
import { untilWithProtocols } from "../messages.ts";
import { projectionText } from "../render/plan-view.ts";
import { runText } from "../render/run-view.ts";
import { stateText } from "../render/state-view.ts";
import { delegatedWork, readyElsewhere } from "../render/work-units-view.ts";
import { ExecutingCommand, type LiveRun } from "./base/executing-command.ts";
import { requireValue } from "./base/project-command.ts";

export class RunCommand extends ExecutingCommand {
  static override paths = [["run"]];
  static more = "PROTOCOL";
  static override usage = Command.Usage({
    description: "Execute READY protocols until none is left.",
    details: `
      Evaluates anew after each attempt. With names, only these protocols and what they need are executed, and the exit code
      speaks of them. Exit codes: 0 everything is done; 2 something failed; 3 something is still owed
      and nothing is ready, or a limit was reached; 130 interrupted; 1 it could not be run at all, or the methodology or
      who may decide was changed meanwhile. The first Ctrl-C lets the running attempts end.
    `,
    examples: [
      ["Do all there is to do", "$0 run"],
      ["Only what one protocol needs, and it", "$0 run review"],
      ["Everything, until that one is done", "$0 run --until review"],
      ["Up to four agents at once", "$0 run --jobs 4"],
      ["Overnight, with an end", "$0 run --time-limit 6h --max-attempts 40"],
      ["See the whole cascade first", "$0 run --dry-run"],
      ["One delegated work unit", "$0 run --work-unit checkout"],
    ],
  });

  protocols = Option.Rest({ name: "PROTOCOL" });
  until = Option.String("--until", { description: "Start nothing further once this protocol is current." });
  jobs = Option.String("--jobs", { description: "How many agents work at once; before [run] jobs; default 1." });
  maxAttempts = Option.String("--max-attempts", { description: "Start no more attempts than that; 0: no limit." });
  timeLimit = Option.String("--time-limit", { description: "Start nothing after so long, such as 2h." });

  protected override requireValues(): void {
    super.requireValues();
    requireValue("--until", "a protocol", this.until);
    if (this.until !== undefined && this.protocols.length > 0) throw new UsageError(untilWithProtocols());
    this.#given();
  }

  protected override preview(project: OpenProject, evaluation: Evaluation): number {
    const mcp = mcpCommand();
    const aim = this.#aim(project);
    const projection = projectionOf(evaluation, aim);
    const plan = projection.executions.map((execution) => ({
      ...execution,
      planned:
        execution.projection === "current"
          ? planExecution(project, project.methodology.name, mcp, execution.candidate)
          : null,
    }));
    if (this.json) this.printJson(runEnvelope(project, evaluation, aim, plan, projection.awaited));
    else
      this.print([
        ...stateText(project, evaluation, this.keptFlags),
        ...delegatedWork(project, evaluation, this.keptFlags),
        "",
        ...projectionText(project, evaluation, plan),
      ]);
    return dryExitCode(evaluation, aim, projection);
  }

  protected override async live(live: LiveRun): Promise<number> {
    const { project, scope } = live;
    const aim = this.#aim(project);
    const limits = this.#limits(project.config.run);
    const report = await this.executeLive(live, { ...limits, workUnit: scope, aim, once: false });
    const stopped = this.stoppedBy(report);
    const exitCode = stopped ?? runExitCode(report);
    const { maxCostUsd } = project.config.run;
    const around = {
      suggestions: this.suggestions(project),
      elsewhere: aim.kind === "only" ? [] : readyElsewhere(project, report.evaluation),
      reasons: (candidate: EvaluatedCandidate) => decidingReasons(project.store, report.evaluation.view, candidate),
      maxCostUsd,
    };
    if (live.events === null) this.print(runText(report, around));
    else live.events.end(runSummary(report, exitCode));
    return exitCode;
  }

  #aim({ methodology }: OpenProject): Aim {
    return aimNamed(methodology, this.scope, { only: this.protocols, until: this.until ?? null });
  }

  #limits(configured: RunLimits): RunLimits {
    const { jobs, maxAttempts, timeLimit } = this.#given();
    return {
      ...configured,
      jobs: jobs ?? configured.jobs,
      maxAttempts: maxAttempts ?? configured.maxAttempts,
      timeLimit: timeLimit ?? configured.timeLimit,
    };
  }

  /** The limits that options give; null where they leave it to the configuration. */
  #given() {
    return {
      jobs: wholeNumberIn("--jobs", this.jobs, 1),
      maxAttempts: wholeNumberIn("--max-attempts", this.maxAttempts, 0),
      timeLimit: durationIn("--time-limit", this.timeLimit),
    };
  }
}

/** A dry run with READY work answers for the rest, unless that would go no further than to what has to be decided on. */
function dryExitCode(evaluation: Evaluation, aim: Aim, { isHeldUp }: Projection): number {
  const { owing } = debtsFor(aim, evaluation, debtsOf(evaluation));
  return !isHeldUp && owing.every(({ readiness }) => readiness.status === "ready") ? 0 : 3;
}
