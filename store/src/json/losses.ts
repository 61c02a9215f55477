import { isHeldByDouble } from "./number.ts";
import { escapedStep } from "./pointer.ts";

/** Something in a JSON text that is lost to a reader who holds numbers as doubles and objects as maps. */
export interface Loss {
  /** JSON pointer from the root of the text. */
  readonly path: string;
  /** A number that a double does not hold as it is written, or a key that stands in its object a second time. */
  readonly kind: "number" | "key";
  /** The number or the key as it was written. */
  readonly text: string;
}

/** The JSON pointer's place while a text is read: in an array its index, in an object its key. */
type Step = { index: number } | { key: string; atKey: boolean; readonly keys: Set<string> };

const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** What `JSON.parse` would lose of a text that is valid JSON: each number that it rounds, each key that it overwrites. */
export function lossesOf(text: string): readonly Loss[] {
  const found: Loss[] = [];
  const steps: Step[] = [];
  let at = 0;
  while (at < text.length) {
    const top = steps.at(-1);
    switch (text[at]) {
      case "{":
        steps.push({ key: "", atKey: true, keys: new Set() });
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
          const written = text.slice(at, end);
          top.key = String(JSON.parse(written));
          top.atKey = false;
          if (top.keys.has(top.key)) found.push({ path: pointer(steps), kind: "key", text: written });
          top.keys.add(top.key);
        }
        at = end;
        break;
      }
      default: {
        NUMBER.lastIndex = at;
        const literal = NUMBER.exec(text)?.[0];
        if (literal !== undefined && !isHeldByDouble(literal))
          found.push({ path: pointer(steps), kind: "number", text: literal });
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
  return steps.map((step) => `/${"index" in step ? step.index : escapedStep(step.key)}`).join("");
}
