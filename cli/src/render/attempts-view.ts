import { durationText, visible } from "@runa/engine";
import type { AttemptEntry, AttemptsAnswer } from "@runa/engine/answers";
import { shortAttemptId } from "@runa/engine/attempts";
import { localTimeOf } from "./local-time.ts";
import { columns, out } from "./style.ts";
import { tokensText, usdText } from "./usage-text.ts";

const COLUMNS = [
  "ATTEMPT",
  "PROTOCOL",
  "WORK UNIT",
  "OUTCOME",
  "TRY",
  "STARTED",
  "DURATION",
  "COST",
  "TOKENS",
] as const;

/** A table of attempts; a column in which nobody has anything is left out. */
export function attemptsText({ attempts, total }: AttemptsAnswer): string[] {
  if (attempts.length === 0) return [];
  const rows = attempts.map(rowOf);
  const told = COLUMNS.map((_, index) => rows.some((row) => row[index] !== "-"));
  const table = columns([COLUMNS, ...rows].map((row) => row.filter((_, index) => told[index])));
  const left = total - attempts.length;
  return [...table, ...(left === 0 ? [] : [out("dim", `… ${left} earlier: \`--limit ${total}\` shows them`)])];
}

function rowOf({
  id,
  protocol,
  work_unit,
  status,
  outcome,
  accepted,
  tries,
  started,
  duration_ms,
  usage,
}: AttemptEntry) {
  return [
    shortAttemptId(id),
    visible(protocol),
    work_unit === undefined ? "-" : visible(work_unit),
    outcome === undefined
      ? status === "left"
        ? "left: its runa died"
        : "running"
      : `${outcome}${accepted ? ", accepted" : ""}`,
    String(tries),
    localTimeOf(started),
    duration_ms === undefined ? "-" : durationText(duration_ms),
    usage?.cost_usd === undefined ? "-" : usdText(usage.cost_usd),
    usage?.tokens === undefined ? "-" : tokensText(usage.tokens),
  ];
}
