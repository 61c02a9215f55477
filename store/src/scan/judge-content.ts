import type { ContentHash, InstanceStatus, Violation, WorkUnit } from "../artifact.ts";
import { contentOf, workUnitOf } from "../workspace/content.ts";
import { notJson, type ScannedType } from "./scan-files.ts";

/** What a scan would make of a file with some content. */
export interface JudgedContent {
  readonly status: Exclude<InstanceStatus, "stale">;
  readonly contentHash: ContentHash;
  readonly workUnit: WorkUnit | null;
  readonly violations: readonly Violation[];
  /** Where the text ceases to be JSON; null for one that is. Line and column count from 1. */
  readonly malformedAt: { readonly line: number; readonly column: number } | null;
}

/** Judges the content of a file as a scan does (contract.md section 4). */
export async function judgeContent(schema: ScannedType, bytes: Buffer): Promise<JudgedContent> {
  const { hash: contentHash, content } = contentOf(bytes);
  if ("malformed" in content) {
    const { line, column } = content.malformed;
    const violations = [notJson(content.malformed)];
    return { status: "malformed", contentHash, workUnit: null, violations, malformedAt: { line, column } };
  }
  const violations = await (await schema.validator())(content.value);
  return {
    status: violations.length === 0 ? "valid" : "invalid",
    contentHash,
    workUnit: workUnitOf(content.value),
    violations,
    malformedAt: null,
  };
}
