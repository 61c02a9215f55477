import { expect, test } from "vitest";
import { localTime, parseLocalTime } from "../src/render/local-time.ts";

const at = (...parts: [number, number, number, number?, number?, number?]) => new Date(...parts).getTime() * 1000;

test.each([
  ["2026-11-20 13:42:26", at(2026, 10, 20, 13, 42, 26)],
  ["2026-11-20T13:42:26", at(2026, 10, 20, 13, 42, 26)],
  ["2026-11-20 13:42", at(2026, 10, 20, 13, 42)],
  ["2026-11-20", at(2026, 10, 20)],
])("%s is a local time", (text, moment) => {
  expect(parseLocalTime(text)).toBe(moment);
});

test("what is printed is taken back", () => {
  const now = Math.floor(Date.now() / 1000) * 1_000_000;
  expect(parseLocalTime(localTime(now + 999_999))).toBe(now);
});

test.each(["2026-02-31", "2026-11-20 25:00", "2026-11-20 13:42:61", "13:42", "yesterday", "2026-11-20T13:42:26Z"])(
  "%s is none",
  (text) => {
    expect(parseLocalTime(text)).toBeNull();
  },
);
