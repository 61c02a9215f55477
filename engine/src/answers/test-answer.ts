import type { DeviationFacts } from "../cases/deviation.ts";
import type { PlacedDeviation, PlacedResult } from "../cases/run-cases.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { displayPath } from "../project/project.ts";
import type { Reason } from "../reasons/reason.ts";
import { workUnitEntry } from "./work-unit-entry.ts";

/** What came of a methodology's cases (`runa test`). */
export interface TestAnswer {
  readonly version: 1;
  readonly kind: "test";
  readonly methodology: string;
  readonly manifest: string;
  readonly passed: number;
  readonly failed: number;
  /** In the order in which they were played. */
  readonly cases: readonly TestedCase[];
}

export interface TestedCase {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  readonly duration_ms: number;
  /** Of one that failed: where it stands. */
  readonly line?: number;
  /** Why it could not be played to its end. */
  readonly problem?: string;
  readonly deviations?: readonly DeviationEntry[];
}

/** Something that did not come as it was expected, at the place of that expectation. */
export type DeviationEntry = { readonly line?: number; readonly column?: number } & (
  | {
      readonly expectation: "status";
      readonly protocol: string;
      readonly work_unit?: string;
      readonly expected: string;
      readonly actual: string;
      readonly reasons: readonly Reason[];
    }
  | {
      readonly expectation: "reason";
      readonly protocol: string;
      readonly work_unit?: string;
      readonly expected: Readonly<Record<string, unknown>>;
      readonly reasons: readonly Reason[];
    }
  | {
      readonly expectation: "artifact";
      readonly artifact_type: string;
      readonly instance_id: string;
      readonly expected: string;
      readonly actual: string;
      readonly violations: readonly string[];
    }
  | {
      readonly expectation: "order" | "projection" | "ran" | "owes" | "awaiting";
      readonly expected: readonly string[];
      readonly actual: readonly string[];
    }
  | {
      readonly expectation: "end";
      readonly expected: string;
      readonly actual: string;
      readonly failures: readonly { readonly protocol: string; readonly says: readonly string[] }[];
      readonly owed: readonly string[];
    }
);

/** The results as a document; paths are relative to a directory where they lie inside it. */
export function testAnswer(methodology: Methodology, results: readonly PlacedResult[], directory: string): TestAnswer {
  const cases = results.map((result) => testedCase(result, directory));
  const passed = cases.filter((one) => one.passed).length;
  return {
    version: 1,
    kind: "test",
    methodology: methodology.name,
    manifest: displayPath(directory, methodology.file),
    passed,
    failed: cases.length - passed,
    cases,
  };
}

function testedCase({ file, name, duration, problem, deviations, position }: PlacedResult, from: string): TestedCase {
  return {
    file: displayPath(from, file),
    name,
    passed: deviations.length === 0 && problem === null,
    duration_ms: Math.round(duration),
    ...(position !== null && { line: position.line }),
    ...(problem !== null && { problem }),
    ...(deviations.length > 0 && { deviations: deviations.map(deviationEntry) }),
  };
}

function deviationEntry({ deviation, position }: PlacedDeviation): DeviationEntry {
  return { ...(position !== null && { line: position.line, column: position.column }), ...factsOf(deviation) };
}

function factsOf(deviation: DeviationFacts): DeviationEntry {
  switch (deviation.kind) {
    case "status": {
      const { protocol, expected, actual, reasons } = deviation;
      return { expectation: "status", protocol, ...workUnitEntry(deviation), expected, actual, reasons };
    }
    case "reason": {
      const { protocol, expected, reasons } = deviation;
      return { expectation: "reason", protocol, ...workUnitEntry(deviation), expected, reasons };
    }
    case "artifact": {
      const { type, id, expected, actual, violations } = deviation;
      return { expectation: "artifact", artifact_type: type, instance_id: id, expected, actual, violations };
    }
    case "end": {
      const { expected, actual, failures, owed } = deviation;
      return { expectation: "end", expected, actual, failures, owed };
    }
    default:
      return { expectation: deviation.kind, expected: deviation.expected, actual: deviation.actual };
  }
}
