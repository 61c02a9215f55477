import { type Candidate, durationText, visible } from "@runa/engine";
import { cut } from "../output/text-width.ts";
import { candidateName } from "./candidate-name.ts";
import { err } from "./style.ts";

/** An attempt that runs, as it is shown. */
export interface RunningView {
  readonly work: Candidate;
  /** Milliseconds since it began. */
  readonly elapsed: number;
  readonly delivered: readonly { readonly type: string; readonly id: string }[];
  /** What its agent printed last, where that is seen; empty for nothing yet. */
  readonly lastLine: string;
}

export function sameCandidate(one: Candidate, other: Candidate): boolean {
  return one.protocol.name === other.protocol.name && one.workUnit === other.workUnit;
}

/**
 * The block at the end of a terminal: for each attempt a line with its time and what it delivered, and below it what its agent
 * printed last. Where there is no room for that, the last lines are left out first.
 * @param rows how many lines there may be at most
 */
export function blockText(running: readonly RunningView[], width: number, rows: number): string[] {
  const heads = running.map((one) => cut(`  ${headOf(one)}`, width));
  if (heads.length > rows)
    return [...heads.slice(0, Math.max(0, rows - 1)), cut(`  … ${heads.length - rows + 1} more`, width)];
  const isRoomy = running.reduce((sum, { lastLine }) => sum + (lastLine === "" ? 1 : 2), 0) <= rows;
  return running.flatMap(({ lastLine }, index) => [
    heads[index] ?? "",
    ...(isRoomy && lastLine !== "" ? [err("dim", cut(`    ${lastLine}`, width))] : []),
  ]);
}

/** The same in one line, for where there is no terminal to draw on. */
export function beatText(running: readonly RunningView[]): string {
  const [first] = running;
  if (first === undefined) return "";
  if (running.length > 1) return `… ${running.length} are running: ${running.map(headOf).join("; ")}`;
  return `… ${headOf(first)}${first.lastLine === "" ? "" : `: ${cut(first.lastLine, LAST_LINE)}`}`;
}

/** How much of a last line goes into a log. */
const LAST_LINE = 100;

function headOf({ work: { protocol, workUnit }, elapsed, delivered }: RunningView): string {
  const time = elapsed < 1000 ? "0 s" : durationText(Math.floor(elapsed / 1000) * 1000);
  return `${candidateName(protocol.name, workUnit)}  ${time}  ${deliveredText(delivered)}`;
}

/** So many deliveries are named, the latest first: they are what has just happened. */
const NAMED = 3;

function deliveredText(delivered: RunningView["delivered"]): string {
  if (delivered.length === 0) return "nothing delivered yet";
  const names = delivered.toReversed().map(({ type, id }) => `${visible(type)}/${visible(id)}`);
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `${names.slice(0, NAMED).join(", ")}${more}`;
}
