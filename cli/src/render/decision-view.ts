import type { EvaluatedCandidate, Evaluation } from "@runa/engine";
import { shellOption } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";
import { notReadyText } from "./not-ready.ts";
import { nameOf } from "./progress-view.ts";

/** What was reopened, and for each what comes next. */
export function reopenedText(candidates: readonly EvaluatedCandidate[], flags: KeptFlags): string[] {
  return [
    ...candidates.map((candidate) => `reopened: ${nameOf(candidate)}`),
    ...candidates.map((one) => next(one, flags)),
  ];
}

/** Why there was nothing to reopen. */
export function notDoneText(evaluation: Evaluation, protocol: string, flags: KeptFlags): string[] {
  return named(evaluation, protocol).flatMap((candidate) => [
    `${nameOf(candidate)} was not done, so nothing is reopened`,
    next(candidate, flags),
  ]);
}

/** What was accepted, and what is said of it now. */
export function acceptedText(evaluation: Evaluation, protocol: string, flags: KeptFlags): string[] {
  return named(evaluation, protocol).flatMap((candidate) => [
    `accepted: ${nameOf(candidate)}`,
    ...(candidate.freshness.current ? [] : [next(candidate, flags)]),
  ]);
}

function named({ candidates }: Evaluation, name: string): EvaluatedCandidate[] {
  return candidates.filter(({ protocol }) => protocol.name === name);
}

function next(candidate: EvaluatedCandidate, flags: KeptFlags): string {
  const { protocol, readiness, attempt } = candidate;
  const name = nameOf(candidate);
  if (attempt !== null) return `${name} is being executed now: when that succeeds it is done`;
  if (readiness.status !== "ready") return notReadyText(candidate, flags);
  return `${name} is READY: \`runa step ${shellOption("--protocol", protocol.name)}${flags.scope}\` executes it`;
}
