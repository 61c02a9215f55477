import {
  count,
  type Diagnostic,
  DiagnosticsError,
  levelCounts,
  RunaError,
  reasonOf,
  StoreError,
  visible,
} from "@runa/engine";
import { displayPath } from "@runa/engine/project";
import { systemRefused } from "../messages.ts";
import { lineWidth } from "../output/fit.ts";
import { stderr, stdout } from "../output/output.ts";
import { cut, textWidth } from "../output/text-width.ts";
import { sentence } from "./sentence.ts";
import { err } from "./style.ts";

/** What a command that fails says, once: what, where, and what to do. Never a stack trace. */
export function failure(error: unknown): string {
  const label = err("red", "error:");
  if (error instanceof DiagnosticsError) {
    const [first, ...others] = error.diagnostics;
    if (first === undefined) return `${label} nothing could be used\n`;
    if (others.length === 0) return `${label} ${diagnosticText(first)}\n`;
    return `${label} ${levelsText(error.diagnostics)}\n${error.diagnostics.map((one) => `\n${diagnosticText(one)}\n`).join("")}`;
  }
  if (error instanceof RunaError || error instanceof StoreError) return `${label} ${sentence(error.message)}\n`;
  return `${label} ${sentence(unexpected(error))}\n`;
}

/** What is said of an error that nothing was written for: once what it is, with the path and the code where there are any. */
function unexpected(error: unknown): string {
  const { message, code, path } = error as NodeJS.ErrnoException;
  if (code === undefined) return message || String(error);
  const reason = reasonOf(error);
  // A rarer reason has no words but those of the system.
  if (path !== undefined && reason !== code) return systemRefused(displayPath(process.cwd(), path), reason, code);
  return message.includes(code) ? message : `${message} (${code})`;
}

/** How many there are of each level: `2 errors, 1 problem`. */
export function levelsText(findings: readonly Diagnostic[]): string {
  const { errors, problems, warnings } = levelCounts(findings);
  return [
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(problems > 0 ? [count(problems, "problem")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ].join(", ");
}

/** The same in one line: `runa.lock:12  message`. */
export function placeText({ file, message, position }: Diagnostic): string {
  const line = position === undefined ? "" : `:${position.line}`;
  return `${visible(displayPath(process.cwd(), file))}${line}  ${sentence(message)}`;
}

/** `manifest.toml:12:3  message [rule]`, with the line and a caret where the place is known. */
export function diagnosticText({ file, rule, message, position }: Diagnostic): string {
  const name = visible(displayPath(process.cwd(), file));
  const said = rule === undefined ? sentence(message) : `${sentence(message)} [${rule}]`;
  if (position === undefined) return `${name}  ${said}`;
  const { line, column, text } = position;
  const number = String(line);
  const room = Math.min(lineWidth(stdout), lineWidth(stderr)) - number.length - "   | ".length;
  const { shown, caret } = excerpt(text, column, Math.max(1, Math.min(WIDEST, room)));
  return [
    `${name}:${line}:${column}  ${said}`,
    `  ${number} | ${shown}`,
    `  ${" ".repeat(number.length)} | ${" ".repeat(caret)}^`,
  ].join("\n");
}

/** No more of a line is shown than this. */
const WIDEST = 100;

/** The part of a line around a column, and where the caret goes below it. */
function excerpt(text: string, column: number, width: number): { shown: string; caret: number } {
  const start = Math.max(0, column - 1 - Math.floor(width / 2));
  const before = visible(text.slice(start, column - 1).replaceAll("\t", " "));
  const after = visible(text.slice(column - 1, start + width).replaceAll("\t", " "));
  // Wide characters, and hidden ones that are spelled out, take more room.
  return { shown: cut(before + after, width), caret: Math.min(textWidth(before), width - 1) };
}
