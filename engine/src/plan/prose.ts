import { ExactNumber } from "@runa/store/json";
import { visible, visibleLines } from "../visible.ts";

/**
 * An artifact's content as Markdown that a person reads: keys humanised, nested lists numbered. Its text is quoted so
 * that it cannot form a heading of the prompt itself (contract.md section 6).
 */
export function prose(value: unknown): string {
  if (isScalar(value)) return quoted(value, "");
  const lines = entries(value, "");
  return lines.length === 0 ? "(none)" : lines.join("\n");
}

const INDENT = "   ";

function entries(value: unknown, indent: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => entry(`${indent}${index + 1}.`, item, indent));
  return Object.entries(value as object).flatMap(([key, item]) =>
    entry(`${indent}- **${humanised(key)}:**`, item, indent),
  );
}

function entry(label: string, value: unknown, indent: string): string[] {
  if (isScalar(value)) {
    const text = quoted(value, `${indent}${INDENT}`);
    return text.includes("\n") ? [label, text] : [`${label} ${text}`];
  }
  const inner = entries(value, indent + INDENT);
  return inner.length === 0 ? [`${label} (none)`] : [label, ...inner];
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object" || value instanceof ExactNumber;
}

function quoted(value: unknown, indent: string): string {
  if (value instanceof ExactNumber) return value.digits;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value === null) return "(none)";
  if (typeof value !== "string") return String(value);
  if (value === "") return "(empty)";
  const lines = visibleLines(value).split("\n");
  if (lines.length > 1) return lines.map((line) => `${indent}> ${line}`).join("\n");
  // What begins a block of Markdown would begin one here too.
  return lines[0]?.replace(/^(\s*)([#<>|=~`+*-])|^(\s*[0-9]+)([.)](?=\s|$))/, "$1$3\\$2$4") ?? "";
}

/** `acceptance_criteria` and `acceptanceCriteria` as `Acceptance criteria`. */
export function humanised(key: string): string {
  const words = visible(key)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .replace(/[*`]/g, "\\$&");
  const lowered = words.replace(/\B[A-Z](?=[a-z])|(?<= )[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
  return lowered === "" ? JSON.stringify(key) : lowered[0]?.toUpperCase() + lowered.slice(1);
}
