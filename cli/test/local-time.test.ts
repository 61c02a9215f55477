import { afterEach, describe, expect, test } from "vitest";
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

describe("where clocks are changed", () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  test.each([
    // Clocks are put forward at midnight: the day begins at 01:00.
    ["Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z"],
    ["Africa/Cairo", "2024-04-26 00:59:59", "2024-04-25T22:00:00Z"],
    ["Africa/Cairo", "2024-04-26 01:00", "2024-04-25T22:00:00Z"],
    ["Africa/Cairo", "2024-04-25 23:59:59", "2024-04-25T21:59:59Z"],
    ["America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z"],
    ["Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z"],
    ["America/Havana", "2024-03-10", "2024-03-10T05:00:00Z"],
    ["Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:00:00Z"],
    ["Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00:00Z"],
    // By half an hour.
    ["Australia/Lord_Howe", "2026-10-04 02:10", "2026-10-03T15:30:00Z"],
    // Over a whole day.
    ["Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"],
    ["Pacific/Apia", "2011-12-30 23:59:59", "2011-12-30T10:00:00Z"],
    // Put back: the hour comes twice, and nothing of either is missed.
    ["Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30:00Z"],
    ["America/Havana", "2024-11-03 00:30", "2024-11-03T04:30:00Z"],
  ])("in %s %s is %s", (name, text, moment) => {
    process.env.TZ = name;
    expect(parseLocalTime(text)).toBe(Date.parse(moment) * 1000);
  });

  test("what is no day and no time is none there either", () => {
    process.env.TZ = "Africa/Cairo";
    for (const text of ["2024-04-31", "2024-04-26 24:00", "2024-13-01", "2023-02-29"])
      expect(parseLocalTime(text), text).toBeNull();
  });
});
