import { escaped } from "./decode-strings.ts";

/** An integer in a JSON text that a double does not hold. */
export interface RoundedInteger {
  /** JSON pointer from the root of the text. */
  readonly path: string;
  /** The number as it was written. */
  readonly literal: string;
}

/** The JSON pointer's place while a text is read: in an array its index, in an object its key. */
type Step = { index: number } | { key: string; atKey: boolean };

// A number of 15 digits without exponent is held exactly, so most texts are done after this one look.
const SUSPECT = /[0-9]{16}|[0-9][eE]/;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * The integers of a JSON text that `JSON.parse` changes: those a double rounds, and those beyond its range. A fraction's
 * last digits are no loss that anyone meant to keep. The text has to be valid JSON.
 */
export function roundedIntegers(text: string): readonly RoundedInteger[] {
  if (!SUSPECT.test(text)) return [];
  const found: RoundedInteger[] = [];
  const steps: Step[] = [];
  let at = 0;
  while (at < text.length) {
    const top = steps.at(-1);
    switch (text[at]) {
      case "{":
        steps.push({ key: "", atKey: true });
        at++;
        break;
      case "[":
        steps.push({ index: 0 });
        at++;
        break;
      case "}":
      case "]":
        steps.pop();
        at++;
        break;
      case ",":
        if (top !== undefined && "index" in top) top.index++;
        else if (top !== undefined) top.atKey = true;
        at++;
        break;
      case '"': {
        const end = stringEnd(text, at);
        if (top !== undefined && "key" in top && top.atKey) {
          top.key = String(JSON.parse(text.slice(at, end)));
          top.atKey = false;
        }
        at = end;
        break;
      }
      default: {
        NUMBER.lastIndex = at;
        const literal = NUMBER.exec(text)?.[0];
        if (literal !== undefined && isRounded(literal)) found.push({ path: pointer(steps), literal });
        at += literal?.length ?? 1;
      }
    }
  }
  return found;
}

/** The offset after the closing quote of the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  for (;;) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
}

function pointer(steps: readonly Step[]): string {
  return steps.map((step) => `/${"index" in step ? step.index : escaped(step.key)}`).join("");
}

function isRounded(literal: string): boolean {
  const held = Number(literal);
  if (!Number.isFinite(held)) return true;
  const meant = decimal(literal);
  const written = decimal(String(held));
  return meant.exponent >= 0 && (meant.digits !== written.digits || meant.exponent !== written.exponent);
}

/** A number as its significant digits and the power of ten they are multiplied with; zero is 0 × 10⁰. */
function decimal(literal: string): { digits: string; exponent: number } {
  const [, whole = "", fraction = "", exponent = "0"] =
    /^-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(literal) ?? [];
  const all = whole + fraction;
  let start = 0;
  let end = all.length;
  while (start < end && all[start] === "0") start++;
  while (end > start && all[end - 1] === "0") end--;
  if (start === end) return { digits: "", exponent: 0 };
  return { digits: all.slice(start, end), exponent: Number(exponent) - fraction.length + (all.length - end) };
}
