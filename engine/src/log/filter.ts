import { nearest } from "../suggestion.ts";

export const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** Which records pass: directives as in `info` or `warn,runa_engine=debug,runa_mcp=off` (contract.md section 9). */
export interface Filter {
  /** What passes for a target; null for nothing. */
  leastFor(target: string): Level | null;
  /** Directives that could not be understood and have no effect. */
  readonly ignored: readonly string[];
}

interface Directive {
  readonly target: string;
  readonly least: Level | null;
}

/**
 * Parses a filter. A directive is for every target that begins with its own, the longest that fits decides, and of two
 * alike the later. Where nothing of it is understood, it is `warn`.
 */
export function parseFilter(text: string): Filter {
  const directives: Directive[] = [];
  const ignored: string[] = [];
  for (const part of text
    .split(",")
    .map((piece) => piece.trim())
    .filter((piece) => piece !== "")) {
    const directive = parseDirective(part);
    if (directive === null) ignored.push(part);
    else directives.push(directive);
  }
  if (directives.length === 0) directives.push({ target: "", least: "warn" });
  return {
    ignored,
    leastFor: (target) => {
      let best: Directive | null = null;
      for (const directive of directives)
        if (target.startsWith(directive.target) && directive.target.length >= (best?.target.length ?? 0))
          best = directive;
      return best?.least ?? null;
    },
  };
}

/** What a target looks like: the path of a module. */
const TARGET = /^[A-Za-z_][\w:-]*$/;
const WORDS = [...LEVELS, "off"];

function parseDirective(text: string): Directive | null {
  const [left = "", right] = text.split("=").map((piece) => piece.trim());
  if (right === undefined) {
    const least = levelOf(left);
    if (least !== undefined) return { target: "", least };
    // A bare target lets everything of it pass; a number, or a level that is misspelt, would let nothing pass.
    return TARGET.test(left) && nearest(left, WORDS) === null ? { target: left, least: "trace" } : null;
  }
  const least = levelOf(right);
  return least === undefined || !TARGET.test(left) ? null : { target: left, least };
}

function levelOf(word: string): Level | null | undefined {
  const lowered = word.toLowerCase();
  return lowered === "off" ? null : LEVELS.find((level) => level === lowered);
}

/** Whether a record of this level passes where `least` is the least that does. */
export function passes(level: Level, least: Level | null): boolean {
  return least !== null && LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}
