import type { JsonObject } from "../json.ts";
import type { Parts } from "./parts.ts";
import { matchesPattern } from "./pattern.ts";
import { numbersOf } from "./schema.ts";
import { shapesOf, textFor } from "./text.ts";
import type { Wish } from "./wish.ts";

/** The span of numbers that nothing bounds on the other side. */
const SPAN = 100;

/** A text: a readable one where no format asks for another and no pattern forbids it, else what the faker makes. */
export function narrowedString(parts: Parts, wish: Wish): JsonObject {
  const least = Math.max(...numbersOf(parts, "minLength"), 0);
  const most = Math.min(...numbersOf(parts, "maxLength"), Number.MAX_SAFE_INTEGER);
  const bounds = { minLength: least, ...(most === Number.MAX_SAFE_INTEGER ? {} : { maxLength: most }) };
  const patterns = parts.map((part) => part.pattern).filter((pattern) => typeof pattern === "string");
  const format = parts.map((part) => part.format).find((named) => typeof named === "string");

  if (patterns.length > 0) {
    const shape = shapesOf(wish.name, wish.dice).find(
      (text) =>
        text.length >= least && text.length <= most && patterns.every((pattern) => matchesPattern(pattern, text)),
    );
    return shape === undefined ? { type: "string", pattern: patterns[0], ...bounds } : { const: shape };
  }
  if (format !== undefined && FORMATS.has(format)) return { type: "string", format, ...bounds };
  return { const: textFor(wish.name, least, most, wish.dice) };
}

/** The formats whose values look different from other text, all known to the faker. */
const FORMATS = new Set(
  (
    "date-time date time duration email idn-email uri uri-reference iri iri-reference hostname idn-hostname " +
    "ipv4 ipv6 uuid json-pointer relative-json-pointer"
  ).split(" "),
);

/** A number within all bounds; where one side is open, near the other. */
export function narrowedNumber(parts: Parts, type: "integer" | "number"): JsonObject {
  const over = [
    ...numbersOf(parts, "exclusiveMinimum"),
    ...numbersOf(
      parts.filter((part) => part.exclusiveMinimum === true),
      "minimum",
    ),
  ];
  const under = [
    ...numbersOf(parts, "exclusiveMaximum"),
    ...numbersOf(
      parts.filter((part) => part.exclusiveMaximum === true),
      "maximum",
    ),
  ];
  const step = numbersOf(parts, "multipleOf").reduce(commonMultiple, type === "integer" ? 1 : 0);
  const lows = [...numbersOf(parts, "minimum"), ...over];
  const highs = [...numbersOf(parts, "maximum"), ...under];
  const span = Math.max(SPAN, step * SPAN);
  const low = lows.length > 0 ? Math.max(...lows) : Math.min(0, ...highs.map((high) => high - span));
  const high = highs.length > 0 ? Math.min(...highs) : low + span;
  return {
    type,
    ...(over.includes(low) ? { exclusiveMinimum: low } : { minimum: low }),
    ...(under.includes(high) ? { exclusiveMaximum: high } : { maximum: high }),
    ...(step === 0 || (type === "integer" && step === 1) ? {} : { multipleOf: step }),
  };
}

function commonMultiple(a: number, b: number): number {
  if (a === 0 || b === 0) return a || b;
  if (!Number.isInteger(a) || !Number.isInteger(b)) return Number.isInteger(a / b) ? a : a * b;
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return Math.abs((a / x) * b);
}
