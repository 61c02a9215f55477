import { type WallTime, wallTime } from "@runa/store";

/** How long contents are kept that nothing rests on any more: without end, not at all, or so many days. */
export type Keep = "all" | "none" | { readonly days: number };

export const DEFAULT_KEEP: Keep = { days: 90 };

/** How `[history] keep` is written, for errors about one that is not. */
export const KEEP_FORM = 'days or weeks such as "90d" or "12w", or "all" or "none"';

const DAYS: Readonly<Record<string, number>> = { d: 1, w: 7 };

/** Null for what is none. */
export function parseKeep(text: string): Keep | null {
  if (text === "all" || text === "none") return text;
  const [, amount, unit = ""] = /^([1-9]\d{0,4})([dw])$/.exec(text) ?? [];
  return amount === undefined ? null : { days: Number(amount) * (DAYS[unit] ?? 1) };
}

/** In microseconds, as the store has times. */
const DAY = 24 * 60 * 60 * 1_000_000;

/** The time that was so many days ago. */
export function daysAgo(days: number): WallTime {
  return (wallTime() - days * DAY) as WallTime;
}

/** As `[history] keep` says it. */
export function keepText(keep: Keep): string {
  return typeof keep === "string" ? keep : `${keep.days}d`;
}
