/** A time in microseconds since 1970, in the time of whoever reads it: `2026-03-02 09:14:07`. */
export function localTime(moment: number): string {
  const time = new Date(moment / 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

/** The same of a time in RFC 3339, as answers have it. */
export function localTimeOf(time: string): string {
  return localTime(Date.parse(time) * 1000);
}

/** The same as people say it of late: `10:12 today`, `10:12 yesterday`, else with the date: `2026-03-02 10:12`. */
export function spokenTimeOf(time: string): string {
  const [date = "", clock = ""] = localTimeOf(time).split(" ");
  const minutes = clock.slice(0, 5);
  const dayOf = (ago: number) => {
    const now = new Date();
    return localTime(new Date(now.getFullYear(), now.getMonth(), now.getDate() - ago).getTime() * 1000).split(" ")[0];
  };
  if (date === dayOf(0)) return `${minutes} today`;
  return date === dayOf(1) ? `${minutes} yesterday` : `${date} ${minutes}`;
}

const MINUTE = 60_000_000;

/** How long ago a time in microseconds since 1970 was: `5 min ago`. */
export function agoText(moment: number): string {
  const minutes = Math.floor((Date.now() * 1000 - moment) / MINUTE);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/;
const DAY = 24 * 60 * 60 * 1000;

/**
 * Such a time in microseconds; seconds, or all of the time, may be left out, and a T may stand between. Null for anything
 * else. Where clocks were put forward over a time, and with it perhaps a whole day or its midnight, it is the moment at
 * which they were; where they were put back, so that it came twice, the first one: what was shown as this time or a later
 * one is not missed.
 */
export function parseLocalTime(text: string): number | null {
  const parts = FORM.exec(text)?.slice(1);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  // UTC skips nothing: what it takes for another time, such as 2026-02-31, is none anywhere.
  const inUtc = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const asTyped = [year, month - 1, day, hour, minute, second];
  const taken = [
    inUtc.getUTCFullYear(),
    inUtc.getUTCMonth(),
    inUtc.getUTCDate(),
    inUtc.getUTCHours(),
    inUtc.getUTCMinutes(),
    inUtc.getUTCSeconds(),
  ];
  if (asTyped.some((part, index) => part !== taken[index])) return null;
  const time = new Date(year, month - 1, day, hour, minute, second);
  const isSkipped = time.getDate() !== day || time.getHours() !== hour || time.getMinutes() !== minute;
  return (isSkipped ? clockChangeBefore(time.getTime()) : time.getTime()) * 1000;
}

/** The moment at which local clocks were changed, in the day before this one, which such a change skipped. */
function clockChangeBefore(moment: number): number {
  const offset = (at: number) => new Date(at).getTimezoneOffset();
  let [before, after] = [moment - DAY - 1, moment];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offset(middle) === offset(moment)) after = middle;
    else before = middle;
  }
  return after;
}
