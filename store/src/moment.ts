import type { Moment } from "./artifact.ts";

/** A moment in RFC 3339, UTC, to the microsecond: `2026-01-31T09:30:00.000123Z`. */
export function rfc3339(moment: Moment): string {
  const micros = String(moment % 1000).padStart(3, "0");
  return new Date(Math.floor(moment / 1000)).toISOString().replace("Z", `${micros}Z`);
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

/** The moment that an RFC 3339 text names, to the microsecond; null for any other text. */
export function momentOf(text: string): Moment | null {
  const [, date = "", time, fraction = "", zone = ""] = RFC_3339.exec(text) ?? [];
  const seconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(seconds) || !isDay(date)
    ? null
    : ((seconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"))) as Moment);
}

/** Whether a date is one of the calendar: the platform takes the 31st of February for the 3rd of March. */
function isDay(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}
