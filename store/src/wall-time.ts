import type { WallTime } from "./artifact.ts";

/** What the machine's clock says now. */
export function wallTime(): WallTime {
  return (Date.now() * 1000) as WallTime;
}

/** A time in RFC 3339, UTC, to the microsecond: `2026-01-31T09:30:00.000123Z`. */
export function rfc3339(time: WallTime): string {
  const micros = String(time % 1000).padStart(3, "0");
  return new Date(Math.floor(time / 1000)).toISOString().replace("Z", `${micros}Z`);
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

/** The time that an RFC 3339 text names, to the microsecond; null for any other text. */
export function wallTimeOf(text: string): WallTime | null {
  const [, date = "", time, fraction = "", zone = ""] = RFC_3339.exec(text) ?? [];
  const seconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(seconds) || !isDay(date)
    ? null
    : ((seconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"))) as WallTime);
}

/** Whether a date is one of the calendar: the platform takes the 31st of February for the 3rd of March. */
function isDay(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}
