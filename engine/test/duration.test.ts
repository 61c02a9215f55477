import { expect, test } from "vitest";
import { parseSize } from "../src/byte-size.ts";
import { durationText, parseAge, parseDuration } from "../src/duration.ts";

test.each([
  ["1ms", 1],
  ["500ms", 500],
  ["30s", 30_000],
  ["45m", 2_700_000],
  ["2h", 7_200_000],
  ["1.5h", 5_400_000],
  ["0.25s", 250],
  ["007s", 7000],
  ["596h", 2_145_600_000],
])("the duration %s is %d ms", (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each([
  ...[
    "",
    "45",
    "s",
    "45 m",
    " 45m",
    "45m\n",
    "45M",
    "1d",
    "1h30m",
    "+1s",
    "-1s",
    "1e3s",
    ".5s",
    "1.s",
    "1,5s",
    "٣s",
    "Infinityh",
  ],
  // Nothing at all, and more than a timer of the platform can wait: it would fire at once.
  ...["0s", "0.0h", "0.0001ms", "597h", "99999999999999999999h", "2147483648ms"],
])("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeNull();
});

test.each([
  ["30m", 1_800_000],
  ["597h", 2_149_200_000],
  ["7d", 604_800_000],
  ["1.5d", 129_600_000],
  ["4w", 2_419_200_000],
  ["0s", 0],
  ["5y", null],
  ["d", null],
  ["-1d", null],
  ["2026-01-31", null],
])("%s ago is %s ms ago", (text, milliseconds) => {
  expect(parseAge(text)).toBe(milliseconds);
});

test.each([
  [1, "1 ms"],
  [500, "500 ms"],
  [999.4, "999 ms"],
  [999.6, "1 s"],
  [2500, "2.5 s"],
  [30_000, "30 s"],
  [59_949, "59.9 s"],
  [59_999, "1m"],
  [125_000, "2m 5s"],
  [2_700_000, "45m"],
  [5_400_000, "1h 30m"],
  [7_200_000, "2h"],
  [3_605_000, "1h 5s"],
])("%d ms reads %s", (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test.each([
  ["1kB", 1000],
  ["64MB", 64_000_000],
  ["1.5GB", 1_500_000_000],
  ["0.001kB", 1],
])("the size %s is %d bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(["", "64", "64B", "64 MB", "64mb", "64KB", "64MiB", "0MB", "0.0001kB", "-1MB", "9999999999GB"])(
  "%j is no size",
  (text) => {
    expect(parseSize(text)).toBeNull();
  },
);
