import type { JudgedContent, Violation } from "@runa/store";
import type { Diagnostic } from "../diagnostic.ts";
import { openJsonMap } from "../json-map.ts";
import { SourceLines } from "../source-lines.ts";

/** A violation with its place in the file; without one where that cannot be told. */
export interface PlacedViolation extends Violation {
  /** From 1, as the column. */
  readonly line?: number;
  readonly column?: number;
}

/** Finds for each violation of a text the line and the column of the value that it is about. */
export async function placed(
  violations: readonly Violation[],
  text: string,
  malformedAt: JudgedContent["malformedAt"],
): Promise<PlacedViolation[]> {
  if (violations.length === 0) return [];
  if (malformedAt !== null) return violations.map((violation) => ({ ...violation, ...malformedAt }));
  const map = await openJsonMap(text);
  return violations.map((violation) => {
    const position = map.positionOf(violation.path);
    return position === null ? violation : { ...violation, line: position.line, column: position.column };
  });
}

/** Violations as a person is shown them: with the line and a caret below it, where the place is known. */
export function violationDiagnostics(file: string, text: string, violations: readonly PlacedViolation[]): Diagnostic[] {
  const lines = new SourceLines(text);
  return violations.map(({ message, line, column }) => ({
    severity: "problem",
    file,
    message,
    ...(line !== undefined && column !== undefined && { position: { line, column, text: lines.line(line) } }),
  }));
}
