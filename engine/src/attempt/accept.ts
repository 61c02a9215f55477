import { recordAccepted, type SeenType } from "@runa/store/attempts";
import { recordsDue } from "../audit/due.ts";
import { writeRecords } from "../audit/write-records.ts";
import { RunaError } from "../diagnostic.ts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { owedDigest, presentOutputs } from "../evaluate/outputs.ts";
import type { ProtocolView } from "../evaluate/scope-view.ts";
import {
  acceptCurrent,
  acceptDelivered,
  acceptElsewhere,
  acceptIncomplete,
  acceptNeverExecuted,
  acceptOvertaken,
  acceptOwesNothing,
  acceptPartial,
  acceptWhileExecuted,
} from "../messages.ts";
import { outputTypesOf, owedTypesOf, type Protocol, readTypesOf } from "../methodology/methodology.ts";
import { thisPerson } from "../process/person.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { candidateIn } from "./candidate-in.ts";

/**
 * Takes the complete outputs of a candidate as done, although its last attempt failed (contract.md section 6): it counts as
 * its success, with what it reads as that is now.
 * @param note why, in words
 * @returns the scope as it is then
 * @throws RunaError when no attempt has failed, its outputs are not complete, or it is being executed
 */
export async function acceptByHand(
  project: OpenProject,
  protocol: Protocol,
  scope: string | null,
  note: string,
): Promise<Evaluation> {
  const evaluation = await lookAt(project, scope);
  const view = evaluation.view.as(protocol);
  const attempt = failedAttempt(candidateIn(evaluation, protocol), view);
  refuseIncomplete(view, protocol);
  const { owed } = presentOutputs(view, protocol);
  const candidate = { protocol: protocol.name, workUnit: evaluation.workUnit };
  const isRecorded = recordAccepted(
    project.store,
    {
      attempt,
      candidate,
      seen: Object.fromEntries(readTypesOf(protocol).map((type): [string, SeenType] => [type, view.digest(type)])),
      outputsAfter: owedDigest(view, protocol),
      outputs: owed.flatMap((type) => view.outputs.inScope(type)),
      note,
      records: recordsDue(project.methodology, { ...candidate, id: attempt }),
    },
    { actor: thisPerson() },
  );
  if (!isRecorded) throw new RunaError(acceptOvertaken(protocol.name));
  await writeRecords(project);
  return lookAt(project, scope);
}

/** The id of the attempt that failed last. */
function failedAttempt({ protocol, attempt, freshness }: EvaluatedCandidate, { lastAttempt }: ProtocolView): string {
  const { name } = protocol;
  if (owedTypesOf(protocol).length === 0) throw new RunaError(acceptOwesNothing(name));
  if (attempt !== null) throw new RunaError(acceptWhileExecuted(name, attempt.id));
  if (freshness.current) throw new RunaError(acceptCurrent(name));
  if (lastAttempt === undefined) throw new RunaError(acceptNeverExecuted(name));
  if (lastAttempt.elsewhere !== undefined) throw new RunaError(acceptElsewhere(name));
  if (lastAttempt.outcome === "delivered") throw new RunaError(acceptDelivered(name));
  return lastAttempt.id;
}

/** @throws RunaError that names what keeps the outputs from being complete */
function refuseIncomplete(view: ProtocolView, protocol: Protocol): void {
  const { outputs } = view;
  const partial = [
    ...outputTypesOf(protocol).filter((type) => outputs.isPartial(type)),
    ...readTypesOf(protocol).filter((type) => view.isPartial(type)),
  ];
  if (partial.length > 0) throw new RunaError(acceptPartial(partial.join(", ")));
  if (presentOutputs(view, protocol).isThere) return;
  const { produces, choices, mayProduce } = protocol;
  const has = (type: string) => outputs.summary(type).total > 0;
  const lacks = [
    ...produces.filter((type) => !has(type)).map((type) => `'${type}' is missing`),
    ...choices.flatMap(({ name, members }) => {
      const there = members.filter(has);
      if (there.length === 1) return [];
      return [there.length === 0 ? `nothing of '${name}' is there` : `of '${name}' there is more than one member`];
    }),
    ...[...produces, ...choices.flatMap(({ members }) => members), ...mayProduce]
      .flatMap((type) => outputs.broken(type))
      .map(({ type, id, status }) => `${type}/${id} is ${status}`),
  ];
  throw new RunaError(acceptIncomplete(protocol.name, lacks.join(", ")));
}
