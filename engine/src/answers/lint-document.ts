import { levelCounts } from "../diagnostic.ts";
import type { LintReport } from "../methodology/lint/lint-methodology.ts";
import { displayPath } from "../project/project.ts";

/** What `runa lint --format json` prints: `schemas/lint.schema.json`. */
export interface LintDocument {
  readonly version: 1;
  /** The methodology's name; null where it cannot be loaded. */
  readonly methodology: string | null;
  readonly manifest: string;
  readonly errors: number;
  readonly problems: number;
  readonly warnings: number;
  readonly findings: readonly LintDocumentFinding[];
}

export interface LintDocumentFinding {
  readonly rule: string;
  readonly level: "error" | "problem" | "warning";
  readonly file: string;
  /** Both count from 1; left out where the file as a whole is meant. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** The findings as a document; paths are relative to a directory where they lie inside it. */
export function lintDocument(report: LintReport, directory: string): LintDocument {
  return {
    version: 1,
    methodology: report.methodology?.name ?? null,
    manifest: displayPath(directory, report.manifest),
    ...levelCounts(report.findings),
    findings: report.findings.map(({ rule = "unloadable", severity, file, position, message }) => ({
      rule,
      level: severity,
      file: displayPath(directory, file),
      ...(position !== undefined && { line: position.line, column: position.column }),
      message,
    })),
  };
}
