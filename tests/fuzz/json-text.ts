import { damaged } from "./damage.ts";
import type { Random } from "./random.ts";
import { corrupted, type Data, hostileValue } from "./values.ts";

const NUMBERS = ["01", "+1", "1.", ".5", "-", "0x10", "1e", "NaN", "Infinity", "1e400", "-1e-400", "9007199254740993"];
const LITERALS = [
  "undefined",
  "True",
  "nul",
  "'text'",
  "/* c */1",
  "[1,]",
  '{"a":1,}',
  "{a:1}",
  '"\\ud800"',
  '"\\x41"',
];
const DUPLICATE = '{"title":"a","title":"b"}';

/** The bytes of a JSON file that started as `data` and had an accident, or several. */
export function hostileJson(data: Data, random: Random): Buffer {
  const value = random.oneIn(3) ? data : random.oneIn(4) ? hostileValue(random) : corrupted(data, random);
  return damaged(Buffer.from(written(value, random), "utf8"), random);
}

function written(value: Data, random: Random): string {
  if (random.oneIn(60)) return random.pick(NUMBERS);
  if (random.oneIn(60)) return random.pick(LITERALS);
  if (random.oneIn(80)) return DUPLICATE;
  const gap = random.oneIn(4) ? "\n\t " : "";
  if (Array.isArray(value)) return `[${value.map((item) => gap + written(item, random)).join(",")}${gap}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([key, member]) => `${gap}${quoted(key, random)}:${written(member, random)}`,
    );
    if (members.length > 0 && random.oneIn(25)) members.push(random.pick(members));
    return `{${members.join(",")}${gap}}`;
  }
  return typeof value === "string" ? quoted(value, random) : JSON.stringify(value);
}

function quoted(text: string, random: Random): string {
  const json = JSON.stringify(text);
  // Control characters as they are, which JSON forbids, or everything escaped, which it allows.
  if (random.oneIn(20)) return `"${text}"`;
  if (random.oneIn(10))
    return `"${[...json.slice(1, -1)].map((one) => (/[a-z]/.test(one) && !json.includes("\\") ? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}` : one)).join("")}"`;
  return json;
}

const MILLION = 1_000_000;
const TEN_MB = 10_000_000;

/** Files that are too much of something; made when asked for, because each takes megabytes. */
export const EXCESSIVE_JSON: readonly (readonly [string, () => string])[] = [
  ["a million arrays", () => "[".repeat(MILLION) + "]".repeat(MILLION)],
  ["a million arrays, never closed", () => "[".repeat(MILLION)],
  ["a million objects", () => `${'{"a":'.repeat(MILLION)}1${"}".repeat(MILLION)}`],
  ["a string of 10 MB", () => JSON.stringify({ title: "x".repeat(TEN_MB) })],
  ["a string of 10 MB, never closed", () => `{"title":"${"x".repeat(TEN_MB)}`],
  ["a string of a million escapes", () => `{"title":"${"\\u0041".repeat(MILLION)}"}`],
  ["a key of 10 MB", () => `{"title":"a","${"k".repeat(TEN_MB)}":1}`],
  ["a key of 10 MB twice", () => `{"${"k".repeat(TEN_MB)}":1,"${"k".repeat(TEN_MB)}":1}`],
  ["30,000 unknown keys", () => `{${Array.from({ length: 30_000 }, (_, i) => `"k${i}":${i}`).join(",")}}`],
  ["a million items", () => `{"title":"a","notes":[${"1,".repeat(MILLION - 1)}1]}`],
  ["a number of a million digits", () => `{"title":${"7".repeat(MILLION)}}`],
  ["an exponent of a million digits", () => `{"title":1e${"7".repeat(MILLION)}}`],
  ["a fraction of a million digits", () => `{"title":0.${"7".repeat(MILLION)}}`],
  ["a million line feeds, then nothing", () => "\n".repeat(MILLION)],
  ["a million commas", () => `[${",".repeat(MILLION)}`],
  ["ten million NUL bytes", () => "\0".repeat(TEN_MB)],
];
