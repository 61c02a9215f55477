import type { Diagnostic } from "../diagnostic.ts";
import { displayPath } from "../project/project.ts";

/** Something that was found in a methodology's files. */
export interface FindingEntry {
  /** The id of its rule, as docs/lint.md lists them. */
  readonly rule: string;
  readonly level: "error" | "problem" | "warning";
  readonly file: string;
  /** Both count from 1; left out where the file as a whole is meant. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** A finding as documents tell of it; its path is relative to a directory where it lies inside it. */
export function findingEntry(
  { rule = "unloadable", severity, file, position, message }: Diagnostic,
  directory: string,
): FindingEntry {
  return {
    rule,
    level: severity,
    file: displayPath(directory, file),
    ...(position !== undefined && { line: position.line, column: position.column }),
    message,
  };
}
