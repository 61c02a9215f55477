import fc from "fast-check";
import { modelNumber, type Spelling, spelled } from "./number-model.ts";

// JSON documents as trees whose writing is free: in what order, with which space, escapes and number spellings.

export type Tree =
  | { readonly kind: "word"; readonly word: "null" | "true" | "false" }
  | { readonly kind: "number"; readonly negative: boolean; readonly digits: string; readonly exponent: number }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "array"; readonly items: readonly Tree[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Tree])[] };

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('"', "\\", "/", "\b", "\f", "\n", "\r", "\t", "\0", "\u001f", "\u007f", "\u2028"),
  }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "length",
    "",
    "1",
    "10",
    "9",
    "😀",
    "\ufb33",
  ),
);
const digits = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 24 }))
  .map(([first, rest]) => first + rest);

export const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constant("word" as const), word: fc.constantFrom("null", "true", "false") }),
    fc.record({
      kind: fc.constant("number" as const),
      negative: fc.boolean(),
      digits: fc.oneof(fc.constant("0"), digits),
      exponent: fc.oneof(fc.constant(0), fc.integer({ min: -30, max: 30 }), fc.integer({ min: -400, max: 400 })),
    }),
    fc.record({ kind: fc.constant("string" as const), text }),
    fc.record({ kind: fc.constant("array" as const), items: fc.array(tie("tree"), { maxLength: 5 }) }),
    fc.record({
      kind: fc.constant("object" as const),
      members: fc.uniqueArray(fc.tuple(text, tie("tree")), { maxLength: 6, selector: ([key]) => key }),
    }),
  ),
})).tree;

/** A stream of small numbers that decides how a document is written. */
export type Choices = readonly number[];
export const choices: fc.Arbitrary<Choices> = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 60 });

/** One way to write the tree. */
export function written(document: Tree, all: Choices): string {
  let next = 0;
  // Drawn round and round, shifted by the round so that it does not simply repeat.
  const choose = (below: number) => {
    const drawn = (all[next % all.length] ?? 0) + Math.floor(next / all.length) * 7;
    next++;
    return drawn % below;
  };
  const space = () => ["", "", " ", "\n", "\t", "\r\n", "  "][choose(7)] ?? "";
  const write = (node: Tree): string => {
    switch (node.kind) {
      case "word":
        return node.word;
      case "number":
        return number(node, choose);
      case "string":
        return string(node.text, choose);
      case "array":
        return `[${space()}${node.items.map((item) => space() + write(item) + space()).join(",")}]`;
      case "object": {
        const members = [...node.members];
        const shuffled: string[] = [];
        while (members.length > 0) {
          for (const [key, value] of members.splice(choose(members.length), 1))
            shuffled.push(`${space()}${string(key, choose)}${space()}:${space()}${write(value)}${space()}`);
        }
        return `{${space()}${shuffled.join(",")}}`;
      }
    }
  };
  return space() + write(document) + space();
}

function number(node: Tree & { kind: "number" }, choose: (below: number) => number): string {
  const how: Spelling = {
    before: choose(node.digits.length + 6) - 3,
    trailingZeros: choose(3),
    mark: choose(2) === 0 ? "e" : "E",
    plus: choose(2) === 0,
    exponentZeros: choose(3),
    alwaysExponent: choose(2) === 0,
  };
  // Zero's digit cannot stand before others.
  return spelled(node.negative, node.digits, node.exponent, node.digits === "0" ? { ...how, before: 1 } : how);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function string(value: string, choose: (below: number) => number): string {
  let all = "";
  for (const unit of value.split("")) {
    const code = unit.charCodeAt(0).toString(16).padStart(4, "0");
    const short = unit === "/" ? "\\/" : SHORT[unit];
    const mustEscape = unit < " " || unit === '"' || unit === "\\";
    // Half a pair is never written by itself: both halves are escaped or none.
    const isHalf = unit >= "\ud800" && unit <= "\udfff";
    const pick = isHalf ? 0 : choose(4);
    if (pick === 1 || (mustEscape && short === undefined)) all += `\\u${choose(2) === 0 ? code : code.toUpperCase()}`;
    else if ((pick === 2 || mustEscape) && short !== undefined) all += short;
    else all += unit;
  }
  return `"${all}"`;
}

/** The canonical form by RFC 8785, written from the RFC's text: no JSON.stringify, no double. */
export function modelCanonical(node: Tree): string {
  switch (node.kind) {
    case "word":
      return node.word;
    case "number":
      return modelNumber(`${node.negative ? "-" : ""}${node.digits}e${node.exponent}`);
    case "string":
      return modelString(node.text);
    case "array":
      return `[${node.items.map(modelCanonical).join(",")}]`;
    case "object": {
      const sorted = [...node.members].sort(([a], [b]) => byCodeUnits(a, b));
      return `{${sorted.map(([key, value]) => `${modelString(key)}:${modelCanonical(value)}`).join(",")}}`;
    }
  }
}

function modelString(value: string): string {
  const units = value.split("").map((unit) => {
    const short = SHORT[unit];
    if (short !== undefined) return short;
    return unit < " " ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}` : unit;
  });
  return `"${units.join("")}"`;
}

function byCodeUnits(a: string, b: string): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = a.charCodeAt(at) - b.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
