import { count, type RunFailure, type RunReport } from "@runa/engine";
import { type EndedAttempt, type Outcome, shortAttemptId } from "@runa/engine/attempts";
import { failedElsewhere, failedReopened, failedUnchanged, failedUnoffered } from "../messages.ts";
import { shellWord } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";
import { deliveredAll, nameOf } from "./progress-view.ts";

/** What suggestions are made of. */
export interface Suggestions extends KeptFlags {
  /** Whether anything that an attempt's agent printed was kept. */
  readonly hasOutput: (attempt: string) => boolean;
}

/**
 * For each failure of a run the command that a person types next, in the order of the table. Whoever interrupted an
 * attempt knows why it failed.
 */
export function nextSteps({ reports, failures }: RunReport, suggestions: Suggestions): string[] {
  const place = (failure: RunFailure) =>
    reports.findIndex(({ candidate }) => nameOf(candidate) === nameOfFailed(failure));
  return failures
    .filter((failure) => !isInterrupted(failure))
    .toSorted((a, b) => place(a) - place(b))
    .map((failure) => nextStep(failure, suggestions));
}

/** Whether a candidate failed only because its attempt was interrupted. */
export function isInterrupted(failure: RunFailure): boolean {
  return failure.kind === "attempt" && failure.report.outcome.id === "interrupted";
}

/** The candidate that failed. */
export function nameOfFailed(failure: RunFailure): string {
  return nameOf(failure.kind === "attempt" ? failure.report.candidate : failure.candidate);
}

function nextStep(failure: RunFailure, suggestions: Suggestions): string {
  const name = nameOfFailed(failure);
  const { project } = suggestions;
  if (failure.kind === "attempt")
    return `${name}: \`${nextCommand(failure.report, suggestions)}\`${acceptText(failure.report, suggestions)}`;
  const log = `\`runa log --protocol ${shellWord(failure.candidate.protocol.name)}${project}\``;
  switch (failure.kind) {
    case "elsewhere":
      return failedElsewhere(name, log);
    case "not_offered":
      return failedUnoffered(name, `\`runa doctor${project}\``);
    case "max_reopens":
      return failedReopened(name, count(failure.reopens, "time"), failure.reopens, log);
    case "unchanged":
      return failedUnchanged(name, `\`runa doctor${project}\``);
  }
}

/** What else there is to do where an attempt failed that had delivered everything; else nothing. */
function acceptText(attempt: EndedAttempt, { scope }: KeptFlags): string {
  if (!deliveredAll(attempt)) return "";
  return `; where its outputs are right, \`runa accept ${shellWord(attempt.candidate.protocol.name)} --note WHY${scope}\` takes them as done`;
}

function nextCommand({ id, candidate, outcome }: EndedAttempt, { project, hasOutput }: Suggestions): string {
  if (outcome.id === "not_started") return `runa doctor --agent${project}`;
  if (outcome.id === "invalid_output") return `runa doctor${project}`;
  if (["server_never_started", "server_failed"].includes(silenceOf(outcome) ?? ""))
    return `runa doctor --mcp=${shellWord(candidate.protocol.name)}${project}`;
  return hasOutput(id) ? `runa output ${shortAttemptId(id)}${project}` : `runa log --attempt ${id}${project}`;
}

function silenceOf(outcome: Outcome): string | null {
  return outcome.id === "not_delivered" || outcome.id === "choice_unmet" ? (outcome.silence?.kind ?? null) : null;
}
