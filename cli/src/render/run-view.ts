import {
  type AttemptReport,
  type Candidate,
  type Debts,
  durationText,
  type Outcome,
  type RunFailure,
  type RunLimit,
  type RunReport,
  visible,
} from "@runa/engine";
import { holderText, nameOf, seconds } from "./progress-view.ts";
import { shellWord } from "./shell.ts";
import { columns, count, out } from "./style.ts";

/** The flags that a suggested command keeps of the one that ran. */
export interface KeptFlags {
  /** Into the same scope of the same project. */
  readonly scope: string;
  /** Into the same project. */
  readonly project: string;
}

/**
 * What a live `run` prints at its end: a table of what was done, for each failure the command to type next, what was
 * settled, what is owed, and one line for the outcome.
 * @param elsewhere what there is to do in other scopes
 */
export function runText(report: RunReport, flags: KeptFlags, elsewhere: readonly string[]): string[] {
  const { reports, failures, debts, outcome } = report;
  return [
    ...reportTable(reports),
    ...failures.flatMap((failure) => failureText(failure, flags)),
    ...settledText(debts),
    ...owedText(report),
    ...heldText(report),
    ...changedText(report),
    ...costText(report.limit),
    ...elsewhere,
    `${out(outcome === "all_complete" ? "green" : "yellow", outcome)}: ${outcomeSentence(report)}${nextText(report, flags)}`,
  ];
}

/** The tries of one READY moment, the last one last. */
type Episode = readonly [AttemptReport, ...AttemptReport[]];

function reportTable(reports: readonly AttemptReport[]): string[] {
  if (reports.length === 0) return [];
  const header = ["PROTOCOL", "WORK UNIT", "OUTCOME", "TRIES", "TIME", "DELIVERED"];
  const rows = episodesOf(reports).map((episode) => {
    const { candidate, outcome, delivered } = episode[0];
    const time = episode.reduce((sum, { duration }) => sum + duration, 0);
    return [
      visible(candidate.protocol.name),
      candidate.workUnit === null ? "-" : visible(candidate.workUnit),
      outcome.id,
      String(episode[0].tries),
      seconds(time),
      delivered.map(({ type, id }) => `${visible(type)}/${visible(id)}`).join(", ") || "-",
    ];
  });
  const scoped = reports.some(({ candidate }) => candidate.workUnit !== null);
  return columns([header, ...rows].map((row) => row.filter((_, index) => scoped || index !== 1)));
}

/** Groups tries; within each the last one comes first. */
function episodesOf(reports: readonly AttemptReport[]): Episode[] {
  const episodes: Episode[] = [];
  for (const report of reports) {
    const { candidate, tries } = report;
    const before =
      tries === 1 ? -1 : episodes.findLastIndex(([{ candidate: last }]) => nameOf(last) === nameOf(candidate));
    const earlier = episodes[before];
    if (earlier === undefined) episodes.push([report]);
    else episodes[before] = [report, ...earlier];
  }
  return episodes;
}

function failureText(failure: RunFailure, flags: KeptFlags): string[] {
  switch (failure.kind) {
    case "attempt":
      return [`${nameOf(failure.report.candidate)}: \`${nextCommand(failure.report, flags)}\``];
    case "elsewhere":
      return [
        `${nameOf(failure.candidate)} failed in another run that went on beside this one: \`runa log --protocol ${shellWord(failure.candidate.protocol.name)}${flags.project}\``,
      ];
    case "max_reopens":
      return [
        `${nameOf(failure.candidate)} was reopened ${count(failure.reopens, "time")} and is still not done: something it reads changes whenever it runs; \`runa log --protocol ${shellWord(failure.candidate.protocol.name)}${flags.project}\``,
      ];
  }
}

/** The one command that a person types next after a failed attempt. */
function nextCommand({ id, candidate, outcome }: AttemptReport, { project }: KeptFlags): string {
  if (outcome.id === "not_started") return `runa doctor --agent${project}`;
  if (outcome.id === "invalid_output") return `runa doctor${project}`;
  if (silenceOf(outcome) === "server_never_started")
    return `runa doctor --mcp=${shellWord(candidate.protocol.name)}${project}`;
  return `runa log --attempt ${id}${project}`;
}

function silenceOf(outcome: Outcome): string | null {
  return outcome.id === "not_delivered" || outcome.id === "choice_unmet" ? outcome.silence.kind : null;
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

function heldText({ elsewhere }: RunReport): string[] {
  return elsewhere.map((attempt) => `held: ${holderText(attempt)}`);
}

function changedText({ changed }: RunReport): string[] {
  if (changed === null) return [];
  return [
    ...changed.files.map((file) => `changed while it ran: ${visible(file)}`),
    ...changed.ran.map(
      ({ id, candidate, outcome }) =>
        `ran then: ${nameOf(candidate)}, attempt ${id}, judged by what was loaded: ${outcome.id}`,
    ),
  ];
}

function costText(limit: RunLimit | null): string[] {
  if (limit?.kind !== "max_cost_usd") return [];
  return limit.unknown.map(({ id, candidate }) => `cost unknown: ${nameOf(candidate)}, attempt ${id}`);
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

function outcomeSentence({ outcome, reports, failures, debts, limit, changed }: RunReport): string {
  const done = count(reports.filter((report) => report.outcome.id === "delivered").length, "attempt");
  const failed = failures.length === 0 ? "" : `, ${failures.length} failed`;
  switch (outcome) {
    case "all_complete":
      return reports.length === 0 ? "nothing to do, everything is current" : `${done} delivered, nothing is owed`;
    case "quiescent_with_failures":
      return `${done} delivered${failed}`;
    case "quiescent_with_blocked_work":
      return `${done} delivered, ${count(debts.owing.length, "protocol")} still owed`;
    case "limit_reached":
      return `${limit === null ? "" : `${limitText(limit)}; `}${done} delivered${failed}`;
    case "methodology_changed":
      return `${count(changed?.files.length ?? 0, "file")} of the methodology changed while it ran, nothing further was started; ${done} delivered${failed}`;
    case "interrupted":
      return `${done} delivered before the interruption`;
  }
}

function limitText(limit: RunLimit): string {
  switch (limit.kind) {
    case "max_attempts":
      return `max_attempts, ${limit.attempts}`;
    case "time_limit":
      return `time_limit, ${durationText(limit.milliseconds)}`;
    case "max_cost_usd":
      return `max_cost_usd, ${limit.usd}`;
  }
}

function nextText({ outcome }: RunReport, { scope }: KeptFlags): string {
  switch (outcome) {
    case "all_complete":
      return "";
    case "quiescent_with_failures":
    case "interrupted":
      return `; \`runa run${scope}\` tries again`;
    case "limit_reached":
    case "methodology_changed":
      return `; \`runa run${scope}\` goes on`;
    case "quiescent_with_blocked_work":
      return `; \`runa state${scope}\` says what each waits for`;
  }
}
