import { ExactNumber, rounded } from "./exact-number.ts";
import { canonicalNumber } from "./number.ts";
import { parsePlain } from "./plain-parse.ts";

/** How deep arrays and objects may nest (contract.md section 4). */
export const MAX_DEPTH = 512;

/** How long, in bytes, a JSON file may be; the runtime's longest string is twice that. */
export const MAX_BYTES = 256 * 1024 * 1024;

/** Why a text is no JSON that runa accepts, and where. Line and column count from 1, in UTF-16 code units. */
export class JsonError extends Error {
  readonly line: number;
  readonly column: number;
  constructor(reason: string, text: string, offset: number) {
    let line = 1;
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1 && end < offset; end = text.indexOf("\n", start)) {
      line++;
      start = end + 1;
    }
    const column = offset - start + 1;
    super(`${reason} at line ${line}, column ${column}`);
    this.line = line;
    this.column = column;
  }
}

/** A parsed text: its value with numbers as doubles, and its canonical form, which keeps every digit. */
export interface ParsedJson {
  readonly value: unknown;
  readonly canonical: string;
  /** The value with an `ExactNumber` for each number that its double does not hold; absent where there is none. */
  readonly exact?: unknown;
}

/** A value with its exact numbers, and its canonical form. */
type Parsed = Pick<ParsedJson, "value" | "canonical">;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes and parses a JSON file strictly: a byte order mark, invalid UTF-8, half a surrogate pair, a key twice in one
 * object, or nesting over 512 levels is an error that says so (contract.md section 4), and so is a file that is too long.
 * @param start where the file's content begins in the bytes, and `end` where it ends
 * @throws JsonError
 */
export function parseJsonBytes(bytes: Uint8Array, start = 0, end = bytes.length): ParsedJson {
  if (end - start > MAX_BYTES) throw new JsonError(`longer than ${MAX_BYTES / 1024 ** 2} MiB`, "", 0);
  const text = decoded(bytes, start, end);
  if (text.charCodeAt(0) === 0xfeff)
    throw new JsonError("byte order mark: save the file as UTF-8 without one", text, 0);
  return parseJson(text);
}

const REPLACEMENT = "\ufffd";

function decoded(bytes: Uint8Array, start: number, end: number): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("utf8", start, end);
  if (!text.includes(REPLACEMENT)) return text;
  // It stands for bytes that are no UTF-8, or for itself.
  const own = bytes.subarray(start, end);
  try {
    return utf8.decode(own);
  } catch {
    const before = beforeInvalidUtf8(own);
    throw new JsonError("invalid UTF-8", before, before.length);
  }
}

/** The text before the first byte that is no UTF-8. */
function beforeInvalidUtf8(bytes: Uint8Array): string {
  const again = Buffer.from(lossyUtf8.decode(bytes));
  let valid = 0;
  while (valid < bytes.length && bytes[valid] === again[valid]) valid++;
  // As a stream: the decoder keeps back a character that is cut in two.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, valid), { stream: true });
}

/**
 * Parses a JSON text strictly, with its canonical form of RFC 8785.
 * @throws JsonError
 */
export function parseJson(text: string): ParsedJson {
  return parsePlain(text, MAX_DEPTH) ?? parseExactly(text);
}

/** As `parseJson`, by runa's own parser alone, which keeps the digits of every number and says what is wrong and where. */
export function parseExactly(text: string): ParsedJson {
  return new Parser(text).document();
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// How much of a key an error shows.
const SHOWN_KEY = 60;
// Up to the next quote, escape or control character.
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #isRounded = false;

  constructor(text: string) {
    this.#text = text;
  }

  document(): ParsedJson {
    this.#space();
    const parsed = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail("unexpected text after the value");
    return this.#isRounded ? { ...parsed, value: rounded(parsed.value), exact: parsed.value } : parsed;
  }

  #fail(reason: string, offset = this.#at): never {
    throw new JsonError(reason, this.#text, offset);
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  #value(): Parsed {
    switch (this.#text[this.#at]) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"': {
        const value = this.#string();
        return { value, canonical: JSON.stringify(value) };
      }
      case "t":
        return this.#literal("true", true);
      case "f":
        return this.#literal("false", false);
      case "n":
        return this.#literal("null", null);
      case undefined:
        return this.#fail("unexpected end of the text");
      default:
        return this.#number();
    }
  }

  #nested(parse: () => Parsed): Parsed {
    if (++this.#depth > MAX_DEPTH) this.#fail(`nested over ${MAX_DEPTH} levels`);
    const parsed = parse();
    this.#depth--;
    return parsed;
  }

  #literal(word: string, value: unknown): Parsed {
    if (!this.#text.startsWith(word, this.#at)) this.#fail("unexpected character");
    this.#at += word.length;
    return { value, canonical: word };
  }

  #number(): Parsed {
    NUMBER.lastIndex = this.#at;
    const literal = NUMBER.exec(this.#text)?.[0];
    if (literal === undefined) return this.#fail("unexpected character");
    this.#at += literal.length;
    const value = Number(literal);
    const canonical = canonicalNumber(literal);
    // The digits of `-0` are those of `0`.
    if (canonical === String(value)) return { value, canonical };
    this.#isRounded = true;
    return { value: new ExactNumber(canonical), canonical };
  }

  #string(): string {
    const start = this.#at++;
    let value = "";
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)?.[0] ?? "";
      value += plain;
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next === undefined) this.#fail("unterminated string", start);
      if (next !== "\\") this.#fail("control character in a string");
      value += this.#escape();
    }
    this.#at++;
    if (!value.isWellFormed()) this.#fail("half a surrogate pair in a string", start);
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    if (letter === "u") {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail("broken \\u escape");
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = ESCAPES[letter];
    if (plain === undefined) return this.#fail("unknown escape");
    this.#at += 2;
    return plain;
  }

  #array(): Parsed {
    const values: unknown[] = [];
    const canonical: string[] = [];
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === "]") {
      this.#at++;
      return { value: values, canonical: "[]" };
    }
    for (;;) {
      this.#space();
      const item = this.#value();
      values.push(item.value);
      canonical.push(item.canonical);
      this.#space();
      const next = this.#text[this.#at++];
      if (next === "]") return { value: values, canonical: `[${joined(canonical)}]` };
      if (next !== ",") this.#fail("expected ',' or ']'", this.#at - 1);
    }
  }

  #object(): Parsed {
    const members = new Map<string, Parsed>();
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === "}") {
      this.#at++;
      return { value: {}, canonical: "{}" };
    }
    for (;;) {
      this.#space();
      const start = this.#at;
      if (this.#text[start] !== '"') this.#fail("expected a key");
      const key = this.#string();
      if (members.has(key)) this.#fail(`key ${shownKey(key)} twice in one object`, start);
      this.#space();
      if (this.#text[this.#at++] !== ":") this.#fail("expected ':'", this.#at - 1);
      this.#space();
      members.set(key, this.#value());
      this.#space();
      const next = this.#text[this.#at++];
      if (next === "}") return assemble(members);
      if (next !== ",") this.#fail("expected ',' or '}'", this.#at - 1);
    }
  }
}

function assemble(members: ReadonlyMap<string, Parsed>): Parsed {
  const value: Record<string, unknown> = {};
  for (const [key, member] of members) {
    // Plain assignment to `__proto__` would set the prototype instead of a key.
    if (key === "__proto__")
      Object.defineProperty(value, key, { value: member.value, enumerable: true, configurable: true, writable: true });
    else value[key] = member.value;
  }
  // RFC 8785 sorts keys by UTF-16 code units, which is how JavaScript compares strings.
  const keys = [...members.keys()].sort((a, b) => (a < b ? -1 : 1));
  const canonical = keys.map((key) => `${JSON.stringify(key)}:${members.get(key)?.canonical}`);
  return { value, canonical: `{${joined(canonical)}}` };
}

// Above this many characters a piece is linked, not copied.
const LONG_PIECE = 4096;

/** `join` copies: at each level anew it would copy a long text that lies at the bottom; `+` links. */
function joined(pieces: readonly string[]): string {
  if (!pieces.some((piece) => piece.length > LONG_PIECE)) return pieces.join(",");
  return pieces.reduce((all, piece) => `${all},${piece}`);
}

/** A key as an error names it: long ones are cut. */
function shownKey(key: string): string {
  return JSON.stringify(key.length > SHOWN_KEY ? `${key.slice(0, SHOWN_KEY)}…` : key);
}
