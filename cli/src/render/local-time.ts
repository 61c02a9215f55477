/** A moment of the store's clock, in microseconds, in the time of whoever reads it: `2026-03-02 09:14:07`. */
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

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/;

/** Such a time in microseconds; seconds, or all of the time, may be left out, and a T may stand between. Null for anything else. */
export function parseLocalTime(text: string): number | null {
  const parts = FORM.exec(text)?.slice(1);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  const time = new Date(year, month - 1, day, hour, minute, second);
  // A time such as 2026-02-31 is taken for another one. Clocks that are put forward skip an hour: that is none either.
  const whole = `${parts.slice(0, 3).join("-")} ${parts
    .slice(3, 6)
    .map((part) => part ?? "00")
    .join(":")}`;
  const moment = time.getTime() * 1000;
  return localTime(moment) === whole ? moment : null;
}
