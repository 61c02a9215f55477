import type { InstanceRef, WorkUnit } from "@runa/store";
import type { TomlPath } from "../diagnostic.ts";
import type { Reason } from "../reasons/reason.ts";
import type { RunOutcome } from "../run/report.ts";
import type { ListName, Presence, ReasonPattern, Standing } from "./case.ts";

/** Something that did not come as it was expected, and the place of that expectation. */
export type Deviation = { readonly path: TomlPath } & DeviationFacts;

export type DeviationFacts =
  | {
      readonly kind: "status";
      readonly protocol: string;
      readonly workUnit: WorkUnit | null;
      readonly expected: Standing;
      readonly actual: Standing;
      /** Why it stands where it does. */
      readonly reasons: readonly Reason[];
    }
  | {
      readonly kind: "reason";
      readonly protocol: string;
      readonly workUnit: WorkUnit | null;
      readonly expected: ReasonPattern;
      readonly reasons: readonly Reason[];
    }
  | ({
      readonly kind: "artifact";
      readonly expected: Presence;
      readonly actual: Presence;
      /** What is wrong with one that is not valid. */
      readonly violations: readonly string[];
    } & InstanceRef)
  | { readonly kind: ListName | "awaiting"; readonly expected: readonly string[]; readonly actual: readonly string[] }
  | {
      readonly kind: "end";
      readonly expected: RunOutcome;
      readonly actual: RunOutcome;
      readonly failures: readonly FailedCandidate[];
      /** The protocols that still owe something. */
      readonly owed: readonly string[];
    };

/** What failed in a run, and why. */
export interface FailedCandidate {
  readonly protocol: string;
  readonly says: readonly string[];
}

/** What came of a case. */
export interface CaseResult {
  readonly name: string;
  readonly path: TomlPath;
  /** Of the first step in which there were any; the later ones rest on it and are not looked at. */
  readonly deviations: readonly Deviation[];
  /** Why it could not be played to its end; null where it could. */
  readonly problem: string | null;
  /** Milliseconds. */
  readonly duration: number;
}
