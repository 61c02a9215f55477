import { didYouMean, type Evaluation, visible } from "@runa/engine";
import { isNamed, workUnitsOf } from "@runa/engine/project";
import { unnamedWorkUnit } from "../../messages.ts";
import { warn } from "../../output/notices.ts";

/** Warns when no artifact names the work unit that was asked for. */
export function warnOfUnknownWorkUnit(evaluation: Evaluation): void {
  const { workUnit } = evaluation;
  if (workUnit === null || isNamed(evaluation)) return;
  warn("evaluate", visible(unnamedWorkUnit(workUnit, didYouMean(workUnit, workUnitsOf(evaluation)))));
}
