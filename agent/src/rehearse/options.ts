import { Misuse } from "../failure.ts";

/** What a rehearsal does differently than to deliver what is owed. */
export interface RehearsalOptions {
  readonly seed: number;
  /** Members to choose, instead of the first of their groups. */
  readonly choose: readonly string[];
  /** Types that are not delivered. */
  readonly skip: readonly string[];
  /** Types of which a wrong artifact is delivered first. */
  readonly invalid: readonly string[];
  /** Deliver what may be produced, too. */
  readonly optional: boolean;
  readonly instanceId: string | undefined;
  readonly workUnit: string | undefined;
  /** Milliseconds to wait before anything is delivered. */
  readonly sleep: number;
  /** Leave with 1 before anything is delivered. */
  readonly fail: boolean;
  /** The code to leave with once everything is delivered. */
  readonly exit: number;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds in a duration such as `500ms`, `2s`, `45m` or `2h`. @throws Misuse when it is none */
export function durationOf(text: string): number {
  const found = /^(\d+)(ms|s|m|h)$/.exec(text);
  const milliseconds = Number(found?.[1]) * (UNITS[found?.[2] ?? ""] ?? Number.NaN);
  // Node's timers hold 31 bits; a longer one would fire at once.
  if (Number.isNaN(milliseconds) || milliseconds > 0x7fffffff) {
    throw new Misuse(`--sleep ${JSON.stringify(text)} is no duration up to 596h; write 500ms, 2s, 45m or 2h`);
  }
  return milliseconds;
}

/** A whole number from 0 to `most`. @throws Misuse when it is none */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new Misuse(`${option} ${JSON.stringify(text)} is no whole number from 0 to ${most}`);
  return value;
}
