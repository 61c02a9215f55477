import { isObject, type JsonObject } from "../json.ts";

/** One thing that the server found wrong, at a JSON pointer into the artifact. */
export interface Violation {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** What a call came to. */
export type Answer =
  | { readonly kind: "accepted"; readonly text: string }
  | {
      readonly kind: "refused";
      readonly text: string;
      readonly violations: readonly Violation[];
      /** The server lists no violation: it was not the schema that refused the call, so other arguments would be refused too. */
      readonly final: boolean;
    };

/** A tool's result as the wire carries it, as far as it matters here. */
export interface ToolResult {
  readonly content?: unknown;
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

/** Reads a tool's result; violations come from `structuredContent`, or line by line from the text where that has none. */
export function answerOf(result: ToolResult): Answer {
  const text = textOf(result.content);
  if (result.isError !== true) return { kind: "accepted", text };
  const listed = isObject(result.structuredContent) ? result.structuredContent.violations : undefined;
  if (!Array.isArray(listed)) return { kind: "refused", text, violations: violationsInText(text), final: false };
  const violations = listed.filter(isObject).map(violationOf);
  return { kind: "refused", text, violations, final: violations.length === 0 };
}

function violationOf(item: JsonObject): Violation {
  const word = (key: string) => (typeof item[key] === "string" ? item[key] : "");
  return { path: word("path"), expected: word("expected"), got: word("got") };
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return "";
  return content
    .filter(isObject)
    .map((block) => (typeof block.text === "string" ? block.text : ""))
    .filter((text) => text !== "")
    .join("\n");
}

/** A pointer or `the artifact`, what was expected there, and what was there, as servers put it on one line. */
const VIOLATION_LINE = /^[\s*•-]*(\(?the artifact\)?|(?:\/[^\s:]*)*)\s*:\s*(?:expected\s+)?(.+?)(?:, got (.*))?$/;

function violationsInText(text: string): Violation[] {
  return text.split("\n").flatMap((line) => {
    const [, place = "", expected = "", got = ""] = VIOLATION_LINE.exec(line) ?? [];
    return expected === "" ? [] : [{ path: place.startsWith("/") ? place : "", expected, got }];
  });
}
