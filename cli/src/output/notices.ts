import { stripVTControlCharacters } from "node:util";
import { type LogRecord, log } from "@runa/engine";
import { fitted } from "./fit.ts";
import { stderr } from "./output.ts";

/** What a record says besides its text. */
export type NoticeRecord = Omit<LogRecord, "target" | "msg">;

/**
 * Tells people something on stderr, beside what the command answers: its lines as they are, or with `format = "json"` one
 * record of them (contract.md section 9).
 */
export function tell(lines: readonly string[], record: NoticeRecord): void {
  if (lines.length === 0) return;
  if (log.isJson) log.write({ target: "runa_cli", ...record, msg: plain(lines) });
  else write(lines);
}

/** Warns of something that does not stop the command. */
export function warn(operation: string, message: string): void {
  if (log.isJson) log.write({ target: "runa_cli", level: "warn", operation, outcome: "partial", msg: message });
  else write([`warning: ${message}`]);
}

/** Says why the command failed; never filtered out, because nothing else would say so. */
export function fail(operation: string, text: string): void {
  if (!log.isJson) {
    write(text.replace(/\n$/, "").split("\n"));
    return;
  }
  const msg = plain([text.replace(/^\S*error:\S* /, "")]);
  log.write({ target: "runa_cli", level: "error", operation, outcome: "failed", msg }, { always: true });
}

function write(lines: readonly string[]): void {
  stderr.write(
    fitted(lines, stderr)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** Lines as one text without colours. */
function plain(lines: readonly string[]): string {
  return stripVTControlCharacters(lines.join("\n")).trim();
}
