import { earlierOutputs } from "../attempt/earlier-outputs.ts";
import { RunaError } from "../diagnostic.ts";
import { type EvaluatedCandidate, type Evaluation, inputsNow } from "../evaluate/evaluate.ts";
import { inputChangedForPrompt } from "../messages.ts";
import { contextOf } from "../plan/plan.ts";
import { renderPrompt } from "../plan/prompt.ts";
import type { OpenProject } from "../project/project.ts";
import { protocolInScope } from "./named.ts";

/** The prompt that an agent would get now. */
export interface PromptAnswer {
  readonly candidate: EvaluatedCandidate;
  readonly text: string;
}

/**
 * The prompt of a protocol, READY or not: one that is not READY is given what of its inputs is there. Without a name that
 * of the first READY one; null when there is none.
 * @throws RunaError for a protocol that there is not, or that the evaluated scope does not have
 */
export function promptOf(project: OpenProject, evaluation: Evaluation, name: string | null): PromptAnswer | null {
  const candidate =
    name === null
      ? evaluation.candidates.find(({ readiness }) => readiness.status === "ready")
      : candidateNamed(project, evaluation, name);
  if (candidate === undefined) return null;
  const ready: EvaluatedCandidate = {
    ...candidate,
    readiness: { status: "ready", inputs: inputsNow(evaluation, candidate) },
  };
  const text = renderPrompt(contextOf(project, project.methodology.name, ready), {
    outputs: earlierOutputs(project, candidate, evaluation.view),
    wentWrong: [],
  });
  if (text === null) throw new RunaError(inputChangedForPrompt());
  return { candidate, text };
}

function candidateNamed(
  { methodology }: OpenProject,
  { candidates, workUnit }: Evaluation,
  name: string,
): EvaluatedCandidate | undefined {
  const protocol = protocolInScope(methodology, name, workUnit);
  return candidates.find((one) => one.protocol === protocol);
}
