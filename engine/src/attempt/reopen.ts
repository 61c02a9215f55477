import { recordReopened } from "@runa/store/attempts";
import { RunaError } from "../diagnostic.ts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { reopenOwesNothing } from "../messages.ts";
import { owedTypesOf, type Protocol } from "../methodology/methodology.ts";
import { dependentsOf } from "../plan/aim.ts";
import { thisPerson } from "../process/person.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { candidateIn } from "./candidate-in.ts";

/** What was reopened, and how the scope is then. */
export interface Reopened {
  readonly evaluation: Evaluation;
  /** As they are then, in the order of execution. What was not done needs no reopening, and is not among them. */
  readonly candidates: readonly EvaluatedCandidate[];
}

/**
 * Reopens a candidate by hand: it is not current until it succeeds once more (contract.md section 6).
 * @param downstream whether everything that depends on it is reopened as well
 * @throws RunaError for a protocol that owes nothing, and so is never current
 */
export async function reopenByHand(
  project: OpenProject,
  protocol: Protocol,
  scope: string | null,
  { downstream }: { readonly downstream: boolean },
): Promise<Reopened> {
  if (owedTypesOf(protocol).length === 0) throw new RunaError(reopenOwesNothing(protocol.name));
  const before = await lookAt(project, scope);
  const chosen = downstream ? dependentsOf(protocol, before) : [candidateIn(before, protocol)];
  const done = chosen.filter(
    (one) => owedTypesOf(one.protocol).length > 0 && (one.outputs.complete || before.view.lastSuccess(one.protocol)),
  );
  if (done.length === 0) return { evaluation: before, candidates: [] };
  const names = done.map((one) => ({ protocol: one.protocol.name, workUnit: one.workUnit }));
  recordReopened(project.store, names, { actor: thisPerson() });
  const evaluation = await lookAt(project, scope);
  return { evaluation, candidates: done.map((one) => candidateIn(evaluation, one.protocol)) };
}
