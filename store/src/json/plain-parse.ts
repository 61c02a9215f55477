import { isHeldByDouble } from "./number.ts";

/** A value as JSON.parse makes it, with its canonical form. */
export interface PlainJson {
  readonly value: unknown;
  readonly canonical: string;
}

const QUOTE = 34;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const ARRAY = 91;
const BACKSLASH = 92;
const ARRAY_END = 93;
const OBJECT = 123;
const OBJECT_END = 125;

/** Every integer of so many digits is a double, and JSON has one spelling of it without a point and an exponent. */
const SURE_DIGITS = 15;
const NUMBER = /[-+.0-9eE]+/y;

/**
 * Parses with JSON.parse, several times as fast as the exact parser, what that one would accept and give the same value;
 * null for everything else, be it an error or a number of which a double would lose digits.
 */
export function parsePlain(text: string, maxDepth: number): PlainJson | null {
  const hasEscapes = text.includes("\\");
  if (!hasEscapes && !text.isWellFormed()) return null;
  // Before JSON.parse, which would take memory for however many levels a text opens.
  const keys = keysWritten(text, hasEscapes, maxDepth);
  if (keys === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const writer = new CanonicalWriter(hasEscapes);
  const canonical = writer.written(value);
  // Of a key that stands twice in one object JSON.parse leaves one.
  return writer.isSound && writer.keys === keys ? { value, canonical } : null;
}

/**
 * How many keys stand in a text, each as often as it is written; null where it nests too deep or has a number whose double
 * has other digits. Of a text that is no JSON it says anything.
 */
function keysWritten(text: string, hasEscapes: boolean, maxDepth: number): number | null {
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = afterString(text, at, hasEscapes);
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      at = afterNumber(text, at);
      if (at === 0) return null;
    } else {
      if (code === COLON) keys++;
      else if (code === OBJECT || code === ARRAY) {
        if (++depth > maxDepth) return null;
      } else if (code === OBJECT_END || code === ARRAY_END) depth--;
      at++;
    }
  }
  return keys;
}

function afterString(text: string, start: number, hasEscapes: boolean): number {
  for (let from = start + 1; ; ) {
    const end = text.indexOf('"', from);
    if (end === -1) return text.length;
    if (!hasEscapes) return end + 1;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
    from = end + 1;
  }
}

/** Where the text goes on after a number; 0 for one whose double has other digits. */
function afterNumber(text: string, start: number): number {
  let end = start;
  let code = text.charCodeAt(end);
  while (code >= ZERO && code <= NINE) code = text.charCodeAt(++end);
  const isInteger = code !== 46 && code !== 69 && code !== 101;
  if (isInteger && end > start && end - start <= SURE_DIGITS) return end;
  NUMBER.lastIndex = start;
  const literal = NUMBER.exec(text)?.[0] ?? "";
  return isHeldByDouble(literal) ? start + literal.length : 0;
}

/** Writes values of which every number's own spelling is its canonical one. */
class CanonicalWriter {
  /** How many keys were written. */
  keys = 0;
  /** Whether no string held half a surrogate pair. */
  isSound = true;
  readonly #hasEscapes: boolean;

  /** @param hasEscapes whether any string can hold what JSON escapes */
  constructor(hasEscapes: boolean) {
    this.#hasEscapes = hasEscapes;
  }

  written(value: unknown): string {
    if (typeof value === "string") return this.#quoted(value);
    if (typeof value !== "object" || value === null) return String(value);
    return Array.isArray(value) ? this.#array(value) : this.#object(value as Readonly<Record<string, unknown>>);
  }

  #quoted(text: string): string {
    if (!this.#hasEscapes) return `"${text}"`;
    this.isSound &&= text.isWellFormed();
    return JSON.stringify(text);
  }

  // Pieces are linked by `+`: joined, a long text would be copied at each level above it.
  #array(items: readonly unknown[]): string {
    let all = "[";
    for (let at = 0; at < items.length; at++) all += at === 0 ? this.written(items[at]) : `,${this.written(items[at])}`;
    return `${all}]`;
  }

  #object(members: Readonly<Record<string, unknown>>): string {
    const keys = Object.keys(members);
    this.keys += keys.length;
    let all = "{";
    // Sorted by UTF-16 code units, as RFC 8785 has it.
    for (const key of keys.sort()) {
      const separator = all === "{" ? "" : ",";
      all += `${separator}${this.#quoted(key)}:${this.written(members[key])}`;
    }
    return `${all}}`;
  }
}
