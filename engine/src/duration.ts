const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const DAY = 24 * 3_600_000;

/** The longest duration that a timer of the platform takes, in milliseconds: somewhat over 596 hours. A longer one ends at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** How a duration is written, for errors about one that is not. */
export const DURATION_FORM = 'a duration such as "500ms", "30s", "45m" or "2h", at most "596h"';

/**
 * Milliseconds in a duration such as `500ms`, `30s`, `45m`, `2h` or `1.5h` (attempts.md section 3), rounded to whole
 * ones. Null for anything else, nothing at all and more than 596 hours included.
 */
export function parseDuration(text: string): number | null {
  const milliseconds = millisecondsIn(text, MILLISECONDS);
  return milliseconds >= 1 && milliseconds <= LONGEST_TIMER ? milliseconds : null;
}

/** Milliseconds of how long ago something was: as a duration, also in days and weeks, and however long. Null for anything else. */
export function parseAge(text: string): number | null {
  const milliseconds = millisecondsIn(text, { ...MILLISECONDS, d: DAY, w: 7 * DAY });
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

/** NaN where it is no number with one of these units. */
function millisecondsIn(text: string, units: Readonly<Record<string, number>>): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  return Math.round(Number(amount) * (units[unit] ?? Number.NaN));
}

/** A duration in milliseconds for people: `45m`, `1h 30m`, `2.5 s`, `500 ms`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${Number((milliseconds / 1000).toFixed(1))} s`;
  const seconds = Math.round(milliseconds / 1000);
  const parts: readonly [number, string][] = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "m"],
    [seconds % 60, "s"],
  ];
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`])).join(" ");
}
