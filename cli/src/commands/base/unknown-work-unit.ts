import { didYouMean, type Evaluation, isNamed, visible, workUnitsOf } from "@runa/engine";
import { warn } from "../../output/notices.ts";

/** Warns when no artifact names the work unit that was asked for. */
export function warnOfUnknownWorkUnit(evaluation: Evaluation): void {
  const { workUnit } = evaluation;
  if (workUnit === null || isNamed(evaluation)) return;
  const hint = didYouMean(workUnit, workUnitsOf(evaluation));
  warn("evaluate", `no artifact names work unit ${visible(`'${workUnit}'${hint}`)}`);
}
