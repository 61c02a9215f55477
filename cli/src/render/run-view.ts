import {
  type AttemptReport,
  type Candidate,
  type Debts,
  type ExecutionEvent,
  type Handled,
  type InterruptReaction,
  type RunFailure,
  type RunReport,
  visible,
} from "@runa/engine";
import { outcomeText } from "./outcome.ts";
import { columns, count, err, out } from "./style.ts";

/** `protocol`, or `protocol (work unit w)`. */
export function nameOf({ protocol, workUnit }: Candidate): string {
  return workUnit === null ? visible(protocol.name) : `${visible(protocol.name)} (work unit ${visible(workUnit)})`;
}

/** A line of progress for stderr. */
export function progressText(event: ExecutionEvent): string[] {
  switch (event.kind) {
    case "attempt_started":
      return [`${err("cyan", "▶")} ${nameOf(event.candidate)}`];
    case "attempt_ended":
      return attemptEndText(event.report);
    case "attempt_adopted":
      return [
        `${err("yellow", "…")} ${visible(event.attempt.protocol)}: its runa died, its agent (pid ${event.attempt.agent?.pid}) is still at work; waiting for it`,
      ];
    case "attempt_recovered":
      return [
        `${err("yellow", "…")} ${visible(event.attempt.protocol)}: its runa had died; ${event.outcome.id}: ${outcomeText(event.outcome).join("; ")}`,
      ];
  }
}

/** What a signal to runa comes to, for stderr. */
export function interruptText(reaction: InterruptReaction, signal: Handled): string {
  const label = err("yellow", `${signal}:`);
  switch (reaction) {
    case "boundary":
      return `${label} the running attempt ends first and nothing more starts; Ctrl-C again kills it`;
    case "stop":
      return `${label} the agent is told to end and killed if it does not; once more kills it at once`;
    case "kill":
      return `${label} the agent is killed`;
  }
}

function attemptEndText(report: AttemptReport): string[] {
  const { candidate, outcome, delivered, superseded, duration, everythingDelivered } = report;
  const time = `${(duration / 1000).toFixed(1)} s`;
  const [reason = "", ...details] = outcomeText(outcome);
  if (outcome.id === "delivered") {
    const what =
      delivered.length === 0
        ? "nothing was owed"
        : delivered.map(({ type, id }) => `${visible(type)}/${visible(id)}`).join(", ");
    return [
      `${err("green", "✓")} ${nameOf(candidate)}  ${time}  ${what}`,
      ...superseded.map(({ type, id }) => `  superseded ${visible(type)}/${visible(id)}`),
    ];
  }
  return [
    `${err("red", "✗")} ${nameOf(candidate)}  ${time}  ${outcome.id}: ${reason}`,
    ...details.map((detail) => `  ${detail}`),
    ...(everythingDelivered ? ["  everything it owes had been delivered all the same"] : []),
  ];
}

/**
 * What a live `run` prints at its end: what was done, what was settled, what is owed, and one line for the outcome.
 * @param elsewhere what there is to do in other scopes
 */
export function runText(report: RunReport, scopeFlag: string, elsewhere: readonly string[]): string[] {
  const { reports, failures, debts, outcome } = report;
  return [
    ...columns(reports.map(reportRow)),
    ...failures.flatMap((failure) => failureText(failure)),
    ...settledText(debts),
    ...owedText(report),
    ...elsewhere,
    `${out(outcome === "all_complete" ? "green" : "yellow", outcome)}: ${outcomeSentence(report)}${nextText(report, scopeFlag)}`,
  ];
}

function reportRow({ candidate, outcome, delivered, duration }: AttemptReport): string[] {
  const what = delivered.map(({ type, id }) => `${visible(type)}/${visible(id)}`).join(", ");
  return [nameOf(candidate), outcome.id, `${(duration / 1000).toFixed(1)} s`, what];
}

function failureText(failure: RunFailure): string[] {
  switch (failure.kind) {
    case "attempt":
      return [];
    case "elsewhere":
      return [`${nameOf(failure.candidate)} failed in another run that went on beside this one`];
    case "max_reopens":
      return [
        `${nameOf(failure.candidate)} was reopened ${failure.reopens} times and is still not done: something it reads changes whenever it runs`,
      ];
  }
}

function settledText({ settled }: Debts): string[] {
  return settled.map(
    ({ protocol, group, member }) =>
      `choice '${visible(group)}' of ${visible(protocol)} was settled: ${visible(member)}`,
  );
}

function owedText({ outcome, debts }: RunReport): string[] {
  if (outcome !== "quiescent_with_blocked_work") return [];
  return columns(
    debts.owing.map((candidate) => [
      `owed: ${nameOf(candidate)}`,
      candidate.readiness.status.toUpperCase(),
      whyNot(candidate),
    ]),
  );
}

function whyNot({ readiness, cycle, attempt }: Candidate): string {
  if (attempt !== null) return "another runa is executing it";
  if (cycle !== null) return `takes part in the cycle ${cycle.map(visible).join(" -> ")}`;
  switch (readiness.status) {
    case "ready":
      return "ready";
    case "blocked":
      return readiness.failures.map(({ artifactType, reason }) => `${visible(artifactType)} ${reason}`).join(", ");
    case "waiting":
      return readiness.conditions
        .map((condition) =>
          condition.kind === "trigger"
            ? `${condition.primitive.type}(${visible(condition.primitive.name)})`
            : condition.kind,
        )
        .join(", ");
  }
}

function outcomeSentence({ outcome, reports, failures, debts }: RunReport): string {
  const done = count(reports.filter((report) => report.outcome.id === "delivered").length, "attempt");
  switch (outcome) {
    case "all_complete":
      return reports.length === 0 ? "nothing to do, everything is current" : `${done} delivered, nothing is owed`;
    case "quiescent_with_failures":
      return `${done} delivered, ${failures.length} failed`;
    case "quiescent_with_blocked_work":
      return `${done} delivered, ${count(debts.owing.length, "protocol")} still owed`;
    case "interrupted":
      return `${done} delivered before the interruption`;
  }
}

function nextText({ outcome }: RunReport, scopeFlag: string): string {
  switch (outcome) {
    case "all_complete":
      return "";
    case "quiescent_with_failures":
    case "interrupted":
      return `; \`runa run${scopeFlag}\` tries again`;
    case "quiescent_with_blocked_work":
      return `; \`runa state${scopeFlag}\` says what each waits for`;
  }
}
