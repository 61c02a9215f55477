import {
  count,
  didYouMean,
  type Evaluation,
  evaluateScope,
  isNamed,
  type OpenProject,
  visible,
  workUnitsOf,
} from "@runa/engine";
import { stderr } from "./output.ts";
import { shellOption } from "./render/shell.ts";
import { columns } from "./render/style.ts";

/** The work units that have scoped protocols to run, each with the command; for the end of an unscoped text view. */
export function delegatedWork(project: OpenProject, evaluation: Evaluation): string[] {
  if (evaluation.workUnit !== null || !project.methodology.protocols.some(({ scoped }) => scoped)) return [];
  const rows = workUnitsOf(evaluation).flatMap((workUnit) => {
    const { candidates } = evaluateScope(project, evaluation, workUnit);
    const ready = candidates.filter(({ readiness }) => readiness.status === "ready").length;
    return ready === 0
      ? []
      : [[`  runa run ${shellOption("--work-unit", workUnit)}`, `${count(ready, "protocol")} ready`]];
  });
  return rows.length === 0 ? [] : ["", "Work units with protocols to run:", ...columns(rows)];
}

/** Warns when no artifact names the work unit that was asked for. */
export function warnOfUnknownWorkUnit(evaluation: Evaluation): void {
  const { workUnit } = evaluation;
  if (workUnit === null || isNamed(evaluation)) return;
  const hint = didYouMean(workUnit, workUnitsOf(evaluation));
  stderr.write(`warning: no artifact names work unit ${visible(`'${workUnit}'${hint}`)}\n`);
}
