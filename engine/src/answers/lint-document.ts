import { levelCounts } from "../diagnostic.ts";
import type { LintReport } from "../methodology/lint/lint-methodology.ts";
import { displayPath } from "../project/project.ts";
import { type FindingEntry, findingEntry } from "./finding-entry.ts";

/** What `runa lint --format json` prints: `schemas/lint.schema.json`. */
export interface LintDocument {
  readonly version: 1;
  /** The methodology's name; null where it cannot be loaded. */
  readonly methodology: string | null;
  readonly manifest: string;
  readonly errors: number;
  readonly problems: number;
  readonly warnings: number;
  readonly findings: readonly FindingEntry[];
}

/** The findings as a document; paths are relative to a directory where they lie inside it. */
export function lintDocument(report: LintReport, directory: string): LintDocument {
  return {
    version: 1,
    methodology: report.methodology?.name ?? null,
    manifest: displayPath(directory, report.manifest),
    ...levelCounts(report.findings),
    findings: report.findings.map((finding) => findingEntry(finding, directory)),
  };
}
