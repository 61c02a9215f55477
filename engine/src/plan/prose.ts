import { ExactNumber } from "@runa/store/json";
import { visible, visibleLines } from "../visible.ts";

/**
 * Who reads it: an agent in its prompt, or a person on a terminal. A person has to see each value as it is, for it is what
 * is approved; so nothing is escaped that only Markdown would obey.
 */
export type Reader = "agent" | "person";

/**
 * An artifact's content as Markdown that a person reads: keys humanised, nested lists numbered. For an agent its text is
 * quoted so that it cannot form a heading of the prompt itself (contract.md section 6).
 */
export function prose(value: unknown, reader: Reader = "agent"): string {
  if (isScalar(value)) return quoted(value, "", reader);
  const lines: string[] = [];
  addEntries(lines, value, "", reader);
  return lines.length === 0 ? "(none)" : lines.join("\n");
}

const INDENT = "   ";

function addEntries(lines: string[], value: unknown, indent: string, reader: Reader): void {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) addEntry(lines, `${indent}${index + 1}.`, item, indent, reader);
  else
    for (const [key, item] of Object.entries(value as object))
      addEntry(lines, `${indent}- **${humanised(key, reader)}:**`, item, indent, reader);
}

function addEntry(lines: string[], label: string, value: unknown, indent: string, reader: Reader): void {
  if (isScalar(value)) {
    const text = quoted(value, `${indent}${INDENT}`, reader);
    if (text.includes("\n")) lines.push(label, text);
    else lines.push(`${label} ${text}`);
    return;
  }
  const place = lines.push(label) - 1;
  addEntries(lines, value, indent + INDENT, reader);
  if (lines.length === place + 1) lines[place] = `${label} (none)`;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object" || value instanceof ExactNumber;
}

function quoted(value: unknown, indent: string, reader: Reader): string {
  if (value instanceof ExactNumber) return value.digits;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value === null) return "(none)";
  if (typeof value !== "string") return String(value);
  if (value === "") return "(empty)";
  const text = visibleLines(value);
  if (text.includes("\n"))
    return text
      .split("\n")
      .map((line) => `${indent}> ${line}`)
      .join("\n");
  return reader === "agent" ? escaped(text) : text;
}

/** What begins a block of Markdown would begin one in the prompt too. */
function escaped(line: string): string {
  return line.replace(/^(\s*)([#<>|=~`+*-])|^(\s*[0-9]+)([.)](?=\s|$))/, "$1$3\\$2$4");
}

/** What most keys are: lower-case words, with nothing to hide and nothing that Markdown obeys. */
const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** `acceptance_criteria` and `acceptanceCriteria` as `Acceptance criteria`. */
export function humanised(key: string, reader: Reader = "agent"): string {
  if (SNAKE_CASE.test(key)) return capitalised(key.replaceAll("_", " "));
  const plain = visible(key)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim();
  const words = reader === "agent" ? plain.replace(/[*`]/g, "\\$&") : plain;
  const lowered = words.replace(/\B[A-Z](?=[a-z])|(?<= )[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
  return lowered === "" ? JSON.stringify(key) : capitalised(lowered);
}

function capitalised(words: string): string {
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
