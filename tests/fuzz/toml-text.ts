import { damaged } from "./damage.ts";
import type { Random } from "./random.ts";
import { corrupted, type Data } from "./values.ts";

const VALUES = [
  "1979-05-27T07:32:00Z",
  "07:32:00",
  "0xff",
  "1_000",
  "nan",
  "-inf",
  "9223372036854775808",
  "'lit'",
  '""""""',
];

/** The bytes of a TOML file that started as `data` and had an accident, or several. */
export function hostileToml(data: { [key: string]: Data }, random: Random): Buffer {
  let value: Data = data;
  for (let left = random.below(4); left > 0; left--) value = corrupted(value, random);
  const table = typeof value === "object" && value !== null && !Array.isArray(value) ? value : { name: value };
  const text = document(table, random);
  return random.oneIn(2) ? Buffer.from(text, "utf8") : damaged(Buffer.from(text, "utf8"), random);
}

/** Data as a TOML document: its own keys first, then a table or a list of tables for each member that is one. */
function document(table: { [key: string]: Data }, random: Random): string {
  const own: string[] = [];
  const tables: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    const inline = random.oneIn(8);
    if (!inline && isTable(value)) tables.push(`[${keyText(key)}]`, ...lines(value, random));
    else if (!inline && Array.isArray(value) && value.length > 0 && value.every(isTable))
      for (const entry of value) tables.push(`[[${keyText(key)}]]`, ...lines(entry, random));
    else own.push(`${keyText(key)} = ${valueText(value, random)}`);
  }
  return [...own, ...tables, ""].join("\n");
}

function isTable(value: Data): value is { [key: string]: Data } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lines(table: { [key: string]: Data }, random: Random): string[] {
  return Object.entries(table).map(([key, value]) => `${keyText(key)} = ${valueText(value, random)}`);
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}

function valueText(value: Data, random: Random): string {
  if (value === null || random.oneIn(80)) return random.pick(VALUES);
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item, random)).join(", ")}]`;
  if (typeof value === "object")
    return `{ ${Object.entries(value)
      .map(([key, member]) => `${keyText(key)} = ${valueText(member, random)}`)
      .join(", ")} }`;
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 53) return String(value);
  return JSON.stringify(value);
}

const MILLION = 1_000_000;
const MANY = 200_000;
const many = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, i) => make(i));

/** Documents that are too much of something, after a beginning of the reader's choice. */
export const EXCESSIVE_TOML: readonly (readonly [string, (rest: string) => string])[] = [
  ["a million lists", (rest) => `x = ${"[".repeat(MILLION)}${"]".repeat(MILLION)}\n${rest}`],
  ["a million lists, never closed", (rest) => `${rest}\nx = ${"[".repeat(MILLION)}`],
  ["a million inline tables", (rest) => `x = ${"{a=".repeat(MILLION)}1${"}".repeat(MILLION)}\n${rest}`],
  ["a key of 200,000 parts", (rest) => `${Array(MANY).fill("a").join(".")} = 1\n${rest}`],
  ["a table of 200,000 parts", (rest) => `${rest}\n[${Array(MANY).fill("a").join(".")}]\nb = 1`],
  ["900 lists in one another", (rest) => `x = ${"[".repeat(900)}${"]".repeat(900)}\n${rest}`],
  ["a string of 2 MB", (rest) => `x = "${"y".repeat(2 * MILLION)}"\n${rest}`],
  ["a key of 2 MB", (rest) => `${"k".repeat(2 * MILLION)} = 1\n${rest}`],
  ["20,000 unknown keys", (rest) => `${many(20_000, (i) => `k${i} = 1`).join("\n")}\n${rest}`],
  ["a list of 20,000 alike", (rest) => `x = [${many(20_000, () => '"a"').join(", ")}]\n${rest}`],
  ["a list of 20,000 that differ", (rest) => `x = [${many(20_000, (i) => `"a${i}"`).join(", ")}]\n${rest}`],
  ["a comment of 5 MB", (rest) => `#${"c".repeat(5 * MILLION)}\n${rest}`],
  ["a million empty lines", (rest) => `${"\n".repeat(MILLION)}${rest}`],
];
