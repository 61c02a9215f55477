// From the store: what answers are made of, and what can be wrong.

export {
  type Instance,
  type JsonSchema,
  type Rebuilt,
  type ScanReport,
  StoreError,
  type WallTime,
  wallTimeOf,
} from "@runa/store";
export type { OpenAttempt } from "@runa/store/attempts";
export { reasonOf } from "@runa/store/files";
export type { StepBack } from "@runa/store/log";

// Texts, durations, errors, and where they are told.

export { count } from "./count.ts";
export { type Diagnostic, DiagnosticsError, levelCounts, RunaError } from "./diagnostic.ts";
export { DURATION_FORM, durationText, parseAge, parseDuration } from "./duration.ts";
export { type LogRecord, log } from "./log/log.ts";
export { stderr, stdout } from "./output.ts";
export { didYouMean, nearest } from "./suggestion.ts";
export { version } from "./version.ts";
export { visible, visibleLines } from "./visible.ts";

// What a methodology declares.

export type { Candidate } from "./methodology/candidate.ts";
export type { LintReport } from "./methodology/lint/lint-methodology.ts";
export type { Methodology, Protocol } from "./methodology/methodology.ts";
export { triggerText } from "./methodology/trigger.ts";

// What is ready, blocked and waiting, and why; what is owed.

export { awaitedIn, rejectedIn } from "./evaluate/awaited.ts";
export { conditionText, type EvaluatedCandidate, type Evaluation } from "./evaluate/evaluate.ts";
export { type Debts, debtsOf } from "./evaluate/owed.ts";
export { decidingReasons, lackReason, otherwiseReason, standingReasons } from "./reasons/deciding.ts";

// What an agent is told, and what a run would do.

export { type Aim, aimedAt, debtsFor } from "./plan/aim.ts";
export { type PlannedExecution, planExecution } from "./plan/plan.ts";
export { type ProjectedExecution, type Projection, projectionOf } from "./plan/projection.ts";

// Runs.

export { executeRun } from "./run/cascade.ts";
export type { RunFailure } from "./run/ledger.ts";
export type { ExecutionEvent, RunLimit, RunOptions, RunReport } from "./run/report.ts";
