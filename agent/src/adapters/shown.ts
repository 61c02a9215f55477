import { isObject } from "../json.ts";
import { visible } from "../visible.ts";

const WIDTH = 160;

/** What the model said, line by line. */
export function said(text: unknown): string[] {
  return typeof text !== "string" || text.trim() === "" ? [] : text.trimEnd().split("\n").map(visible);
}

/** A call of a tool. */
export function called(tool: string, args: unknown): string[] {
  return [shortened(`> ${tool} ${typeof args === "string" ? args : (JSON.stringify(args) ?? "")}`)];
}

/** A tool's answer: its first line. */
export function answered(answer: unknown, failed: boolean): string[] {
  const [first = ""] = textOf(answer).trim().split("\n");
  return [shortened(`< ${failed ? "error: " : ""}${first || (failed ? "failed" : "done")}`)];
}

/** Something that went wrong outside any tool. */
export function complained(text: unknown): string[] {
  return [`! ${visible(textOf(text).trim()) || "failed"}`];
}

/** A server that a CLI could not use, by the word that it has for it. */
export function serverState(name: unknown, state: unknown): string[] {
  return complained(`MCP server ${textOf(name)}: ${textOf(state)}`);
}

/** The text of what may be a string, content blocks, or something else. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  if (isObject(value) && typeof value.text === "string") return value.text;
  if (isObject(value) && typeof value.message === "string") return value.message;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

function shortened(line: string): string {
  const shown = visible(line.trimEnd());
  return shown.length <= WIDTH ? shown : `${shown.slice(0, WIDTH - 1)}…`;
}
