import { count, type Evaluation } from "@runa/engine";
import { type ScopeCounts, scopeCounts, workUnitCounts } from "@runa/engine/answers";
import { evaluateScope, type OpenProject } from "@runa/engine/project";
import { shellOption } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";
import { columns } from "./style.ts";

/**
 * The work units in which something is READY, BLOCKED or has failed, each with the command; for the end of an unscoped
 * `state` (contract.md section 6).
 */
export function delegatedWork(
  project: OpenProject,
  evaluation: Evaluation,
  flags: Pick<KeptFlags, "project">,
): string[] {
  if (evaluation.workUnit !== null) return [];
  const open = workUnitCounts(project, evaluation).filter(
    (counts) => counts.ready + counts.blocked + counts.failed > 0,
  );
  return listing("Work units with protocols to run:", open, flags);
}

/** The other scopes in which something is READY. */
export function readyElsewhere(project: OpenProject, evaluation: Evaluation): ScopeCounts[] {
  const { workUnit } = evaluation;
  const unscoped = workUnit === null ? [] : [scopeCounts(evaluateScope(project, evaluation, null))];
  return [...unscoped, ...workUnitCounts(project, evaluation)].filter(
    (counts) => counts.workUnit !== workUnit && counts.ready > 0,
  );
}

/** These, each with the command; for the end of a `run`. */
export function workElsewhere(
  workUnit: string | null,
  others: readonly ScopeCounts[],
  flags: Pick<KeptFlags, "project">,
): string[] {
  return listing(workUnit === null ? "Work units with protocols to run:" : "Other work to run:", others, flags);
}

function listing(heading: string, scopes: readonly ScopeCounts[], { project }: Pick<KeptFlags, "project">): string[] {
  if (scopes.length === 0) return [];
  const rows = scopes.map(({ workUnit, ready, blocked, failed }) => {
    const unit = workUnit === null ? "" : ` ${shellOption("--work-unit", workUnit)}`;
    const told = [
      ...(ready > 0 ? [`${count(ready, "protocol")} ready`] : []),
      ...(blocked > 0 ? [`${ready > 0 ? blocked : count(blocked, "protocol")} blocked`] : []),
      ...(failed > 0 ? [`${ready + blocked > 0 ? failed : count(failed, "protocol")} failed`] : []),
    ];
    return [`  runa ${ready > 0 ? "run" : "state"}${unit}${project}`, told.join(", ")];
  });
  return ["", heading, ...columns(rows)];
}
