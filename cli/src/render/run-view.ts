import {
  type Aim,
  aimedAt,
  count,
  type Debts,
  durationText,
  type EvaluatedCandidate,
  type Evaluation,
  type RunFailure,
  type RunLimit,
  type RunReport,
  rejectedIn,
  standingReasons,
  visible,
} from "@runa/engine";
import type { Reason, ScopeCounts } from "@runa/engine/answers";
import type { EndedAttempt } from "@runa/engine/attempts";
import { shellOption, shellWord } from "../output/shell.ts";
import { holderText, type KeptFlags } from "./attempt-view.ts";
import { awaitedText } from "./awaited-view.ts";
import { isInterrupted, nameOfFailed, nextSteps, type Suggestions } from "./next-step.ts";
import { nameOf, seconds } from "./progress-view.ts";
import { shortReason, shortReasons } from "./reason-text.ts";
import { columns, out } from "./style.ts";
import { tokensText, usdText } from "./usage-text.ts";
import { workElsewhere } from "./work-units-view.ts";

/** What the end of a run is told with. */
export interface RunContext {
  readonly suggestions: Suggestions;
  /** The other scopes in which something is READY. */
  readonly elsewhere: readonly ScopeCounts[];
  /** What decides where a candidate stands. */
  readonly reasons: (candidate: EvaluatedCandidate) => readonly Reason[];
  /** In US dollars; 0 is no limit. */
  readonly maxCostUsd: number;
}

/**
 * What a live `run` prints at its end: a table of what was done, for each failure the command to type next, what was
 * settled, what is owed, and one line for the outcome.
 */
export function runText(report: RunReport, { suggestions, elsewhere, maxCostUsd, reasons }: RunContext): string[] {
  const { outcome, costs } = report;
  return [
    ...reportTable(report),
    ...nextSteps(report, suggestions),
    ...settledText(report),
    ...owedText(report, reasons),
    ...report.elsewhere.map((attempt) => `held: ${holderText(attempt, suggestions)}`),
    ...changedText(report),
    ...(maxCostUsd > 0
      ? costs.unknown.map(({ id, candidate }) => `cost unknown: ${nameOf(candidate)}, attempt ${id}`)
      : []),
    ...workElsewhere(report.evaluation.workUnit, elsewhere, suggestions),
    `${out(isDone(outcome) ? "green" : "yellow", outcome)}: ${outcomeSentence(report, elsewhere)}${nextText(report, suggestions)}`,
    // Last, since it is what the reader has to do.
    ...awaitedText(report.evaluation, suggestions),
  ];
}

function isDone(outcome: RunReport["outcome"]): boolean {
  return outcome === "all_complete" || outcome === "aim_reached";
}

/** The tries of one READY moment, the last one last. */
type Episode = readonly [EndedAttempt, ...EndedAttempt[]];

function reportTable({ reports, evaluation }: RunReport): string[] {
  if (reports.length === 0) return [];
  const header = ["PROTOCOL", "WORK UNIT", "OUTCOME", "TRIES", "TIME", "COST", "TOKENS", "DELIVERED"];
  const episodes = episodesOf(reports);
  const rows = episodes.map((episode) => {
    const [last] = episode;
    const time = episode.reduce((sum, { duration }) => sum + duration, 0);
    return [
      visible(last.candidate.protocol.name),
      last.candidate.workUnit === null ? "-" : visible(last.candidate.workUnit),
      last.outcome.id,
      String(last.tries),
      seconds(time),
      sumText(episode, costOf, usdText),
      sumText(episode, tokensOf, tokensText),
      deliveredText(last, evaluation),
    ];
  });
  const scoped = reports.some(({ candidate }) => candidate.workUnit !== null);
  const [priced, counted] = [costOf, tokensOf].map((amount) => reports.some((report) => amount(report) !== undefined));
  const total =
    episodes.length > 1 && (priced || counted)
      ? [["total", "", "", "", "", sumText(reports, costOf, usdText), sumText(reports, tokensOf, tokensText), ""]]
      : [];
  const shown = (index: number) => (index !== 1 || scoped) && (index !== 5 || priced) && (index !== 6 || counted);
  return columns([header, ...rows, ...total].map((row) => row.filter((_, index) => shown(index))));
}

function costOf({ end: { usage } }: EndedAttempt): number | undefined {
  return usage?.cost_usd;
}

function tokensOf({ end: { usage } }: EndedAttempt): number | undefined {
  return usage?.tokens;
}

/** What attempts are known to have used together; a plus where not all of them told. */
function sumText(
  reports: readonly EndedAttempt[],
  amount: (report: EndedAttempt) => number | undefined,
  text: (sum: number) => string,
): string {
  const known = reports.flatMap((report) => amount(report) ?? []);
  if (known.length === 0) return "-";
  return `${text(known.reduce((sum, one) => sum + one))}${known.length < reports.length ? "+" : ""}`;
}

/** What an attempt delivered; what of that is what lay there before, and, of one that failed, what is not valid. */
function deliveredText({ delivered, unchanged, outcome }: EndedAttempt, { view }: Evaluation): string {
  const status = (type: string, id: string) => view.snapshot.instances.get(type)?.find((one) => one.id === id)?.status;
  const names = delivered.map(({ type, id }) => {
    const bad = outcome.id !== "delivered" && !["valid", undefined].includes(status(type, id));
    const same = unchanged.some((one) => one.type === type && one.id === id);
    return `${visible(type)}/${visible(id)}${bad ? " (not valid)" : same ? " (same as before)" : ""}`;
  });
  return names.join(", ") || "-";
}

/** Groups tries; within each the last one comes first. */
function episodesOf(reports: readonly EndedAttempt[]): Episode[] {
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

/** The choices that this run settled. */
function settledText({ debts, reports, evaluation }: RunReport): string[] {
  const delivered = new Set(
    reports
      .filter(({ candidate, outcome }) => outcome.id === "delivered" && candidate.workUnit === evaluation.workUnit)
      .map(({ candidate }) => candidate.protocol.name),
  );
  return debts.settled
    .filter(({ protocol }) => delivered.has(protocol))
    .map(
      ({ protocol, group, member }) =>
        `choice '${visible(group)}' of ${visible(protocol)} was settled: ${visible(member)}`,
    );
}

/** What is still owed and has not failed, which is told already, and why. */
function owedText({ outcome, debts, failures }: RunReport, reasons: RunContext["reasons"]): string[] {
  if (outcome !== "quiescent_with_blocked_work" && outcome !== "limit_reached") return [];
  return columns(
    stillOwed(debts, failures).map((candidate) => [
      `owed: ${nameOf(candidate)}`,
      candidate.readiness.status.toUpperCase(),
      whyNot(candidate, debts, reasons(candidate)),
    ]),
  );
}

function stillOwed({ owing }: Debts, failures: readonly RunFailure[]): EvaluatedCandidate[] {
  const failed = new Set(failures.map(nameOfFailed));
  return owing.filter((candidate) => !failed.has(nameOf(candidate)));
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

function whyNot(candidate: EvaluatedCandidate, debts: Debts, reasons: readonly Reason[]): string {
  if (candidate.attempt !== null) return "another runa is executing it";
  const { cycle, protocol, readiness } = candidate;
  const standing = cycle === null ? standingReasons(debts, protocol.name) : [];
  if (standing.length > 0) return standing.map(shortReason).join("; ");
  if (readiness.status === "ready") return "not started";
  return shortReasons(cycle === null ? reasons : reasons.filter(({ kind }) => kind === "cycle"));
}

function outcomeSentence(report: RunReport, elsewhere: readonly ScopeCounts[]): string {
  const { outcome, aim, reports, failures, debts, limit, changed } = report;
  const done = `${count(deliveredIn(report), "protocol")} delivered`;
  const failed = failures.length === 0 ? "" : `, ${failures.length} failed`;
  const owed = stillOwed(debts, failures).length;
  switch (outcome) {
    case "all_complete":
      return `${completeText(report, done)}${readyElsewhere(report, elsewhere)}`;
    case "aim_reached":
      return `${reports.length === 0 ? "nothing to do" : done}${failed}, nothing is owed for ${namesOf(aim)}`;
    case "step_done":
    case "quiescent_with_failures":
      return `${done}${failed}`;
    case "quiescent_with_blocked_work":
      return `${done}, ${owed} still owed`;
    case "limit_reached":
      return `${limit === null ? "" : `${limitText(limit, report)}; `}${done}${failed}, ${owed} still owed`;
    case "methodology_changed":
      return `${count(changed?.files.length ?? 0, "file")} of the methodology changed while it ran, nothing further was started; ${done}${failed}`;
    case "policy_changed":
      return `what says who may decide changed while it ran, nothing further was started; ${done}${failed}`;
    case "interrupted":
      return `${done} before the interruption`;
  }
}

/** That nothing is owed: everything is current, or was rejected, so that nothing is done with it. */
function completeText({ reports, evaluation }: RunReport, done: string): string {
  const rejected = rejectedIn(evaluation).map(({ type, id }) => visible(`${type}/${id}`));
  const named = rejected.slice(0, NAMED).join(", ");
  const more = rejected.length > NAMED ? `, and ${rejected.length - NAMED} more` : "";
  if (rejected.length === 0)
    return reports.length === 0 ? "nothing to do, everything is current" : `${done}, nothing is owed`;
  return `${reports.length === 0 ? "nothing to do" : done}, nothing is owed while the rejection of ${named}${more} stands`;
}

/** So many scopes, or rejected artifacts, are named in the last line. */
const NAMED = 3;

/** Where nothing is owed, and something is READY all the same. */
function readyElsewhere({ evaluation }: RunReport, elsewhere: readonly ScopeCounts[]): string {
  if (elsewhere.length === 0) return "";
  const names = elsewhere
    .slice(0, NAMED)
    .map(({ workUnit }) => (workUnit === null ? "the unscoped protocols" : `work unit ${visible(workUnit)}`));
  const more = elsewhere.length > NAMED ? `, and ${elsewhere.length - NAMED} more` : "";
  const here = evaluation.workUnit === null ? "unscoped" : `for work unit ${visible(evaluation.workUnit)}`;
  return ` ${here}; READY elsewhere: ${names.join(", ")}${more}`;
}

function namesOf(aim: Aim): string {
  return aimedAt(aim)
    .map(({ name }) => visible(name))
    .join(", ");
}

/** How many candidates were delivered at last, and are not given up for another reason. */
function deliveredIn({ reports, failures }: RunReport): number {
  const last = new Map(reports.map((report) => [nameOf(report.candidate), report.outcome.id]));
  for (const failure of failures) last.delete(nameOfFailed(failure));
  return [...last.values()].filter((outcome) => outcome === "delivered").length;
}

function limitText(limit: RunLimit, { costs }: RunReport): string {
  switch (limit.kind) {
    case "max_attempts":
      return `the limit of ${count(limit.attempts, "attempt")} (max_attempts) was reached`;
    case "time_limit":
      return `the limit of ${durationText(limit.milliseconds)} (time_limit) was reached`;
    case "max_cost_usd": {
      const more = costs.unknown.length === 0 ? "" : ` and what ${count(costs.unknown.length, "attempt")} did not tell`;
      return `the limit of ${limit.usd} USD (max_cost_usd) was reached: ${usdText(costs.usd)}${more} spent`;
    }
  }
}

function nextText({ outcome, aim, failures, debts }: RunReport, { scope }: KeptFlags): string {
  const again = `\`runa run${aimWords(aim)}${scope}\``;
  switch (outcome) {
    case "all_complete":
    case "step_done":
      return "";
    case "aim_reached":
      return debts.owing.length === 0 ? "" : `; \`runa run${scope}\` goes on`;
    case "quiescent_with_failures":
      return `; ${again} tries again`;
    case "interrupted":
      return `; ${again} ${failures.every(isInterrupted) ? "goes on" : "tries again"}`;
    case "limit_reached":
    case "methodology_changed":
    case "policy_changed":
      return `; ${again} goes on`;
    case "quiescent_with_blocked_work":
      return `; \`runa explain${scope}\` says what would move each`;
  }
}

/** What is typed behind `runa run` for an aim, with a blank before each word. */
function aimWords(aim: Aim): string {
  if (aim.kind === "until") return ` ${shellOption("--until", aim.protocol.name)}`;
  return aimedAt(aim)
    .map(({ name }) => ` ${shellWord(name)}`)
    .join("");
}
