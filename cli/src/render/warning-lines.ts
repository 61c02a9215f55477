import { out } from "./style.ts";

/** What an answer warns of, a line each. */
export function warningLines(warnings: readonly string[]): string[] {
  return warnings.map((warning) => `${out("yellow", "warning:")} ${warning}`);
}
