// From the store: the log, times, and what can be wrong.
export type {
  Dialect,
  EventBodies,
  EventFilter,
  EventKind,
  Instance,
  JsonSchema,
  Keyword,
  LogEvent,
  Loss,
  OpenAttempt,
  Rebuilt,
  ScanReport,
  SchemaObject,
  StepBack,
  WallTime,
} from "@runa/store";
export {
  EVENT_KINDS,
  escapedStep,
  identifierKeyword,
  isEventKind,
  isSchema,
  isSchemaObject,
  KEYWORDS,
  knownDialect,
  knows,
  lossesOf,
  MAX_BYTES,
  MAX_DEPTH,
  pointedAt,
  reasonOf,
  refsStandAlone,
  StoreError,
  WorkspaceError,
  wallTimeOf,
} from "@runa/store";

// The documents that cross a border, and what they are made from.
export { type AttemptEntry, AttemptHistory, type AttemptsAnswer, openAttemptHistory } from "./answers/attempts.ts";
export { byStatus } from "./answers/by-status.ts";
export { attemptDelivery, attemptVerdict, type DeliveryAnswer, handDelivery } from "./answers/delivery.ts";
export { doctorAnswer } from "./answers/doctor.ts";
export { runEnvelope, stateEnvelope, stepEnvelope } from "./answers/envelope.ts";
export { eventDocument } from "./answers/event-document.ts";
export { EventLog, openEventLog } from "./answers/event-log.ts";
export type { ExplainedAttempt, ExplainedProtocol, ExplanationAnswer } from "./answers/explain.ts";
export {
  type GraphAnswer,
  type GraphEdge,
  type GraphProtocol,
  type GraphStatus,
  type GraphType,
  graph,
} from "./answers/graph.ts";
export { type ListAnswer, type ListedProtocol, list } from "./answers/list.ts";
export { loadExplain } from "./answers/load-explain.ts";
export { loadLint } from "./answers/load-lint.ts";
export { loggedOutcomeText } from "./answers/logged-outcome-text.ts";
export { aimNamed, protocolInScope } from "./answers/named.ts";
export { type ProjectNames, projectNames } from "./answers/names.ts";
export { violationDiagnostics } from "./answers/placed-violation.ts";
export { promptOf } from "./answers/prompt.ts";
export { runSummary } from "./answers/run-summary.ts";
export { scanAnswer } from "./answers/scan.ts";
export { scanWarnings } from "./answers/scan-warnings.ts";
export {
  type InstanceAnswer,
  showInstance,
  showType,
  showTypes,
  type TypeAnswer,
  type TypesAnswer,
} from "./answers/show.ts";
export { followTranscript, hasTranscript, type Transcript, transcriptOf } from "./answers/transcript.ts";
export { type ValidationAnswer, validate } from "./answers/validate.ts";
export { type ScopeCounts, scopeCounts, workUnitCounts } from "./answers/work-units.ts";

// Attempts: how they are told apart, how they end, and what is said of it.
export type { EndedAttempt } from "./attempt/attempt.ts";
export { SHORTEST_BEGINNING, shortAttemptId } from "./attempt/attempt-id.ts";
export type { ExecutionContext } from "./attempt/context.ts";
export { attemptDeliveries } from "./attempt/deliveries.ts";
export type { Outcome } from "./attempt/outcome.ts";
export { outcomeText, violationLines } from "./attempt/outcome-text.ts";
export { releaseByHand } from "./attempt/release.ts";

// Texts, sizes, durations and errors.
export { count } from "./count.ts";
export { type Diagnostic, DiagnosticsError, levelCounts, RunaError } from "./diagnostic.ts";
export { DURATION_FORM, durationText, parseAge, parseDuration } from "./duration.ts";
// What is ready, blocked and waiting, and why; what is owed.
export type {
  EvaluatedCandidate,
  Evaluation,
} from "./evaluate/evaluate.ts";
export { type Debts, debtsOf } from "./evaluate/owed.ts";
// Diagnostics.
export { type LogRecord, log } from "./log/log.ts";
// What a methodology declares.
export type { Candidate } from "./methodology/candidate.ts";
export type { LintReport } from "./methodology/lint/lint-methodology.ts";
export type { Methodology, Protocol } from "./methodology/methodology.ts";
export { triggerText } from "./methodology/trigger.ts";
export { stderr, stdout } from "./output.ts";
export { type Aim, aimedAt, debtsFor } from "./plan/aim.ts";
// What an agent is told, and what a run would do.
export {
  findMcpCommand,
  findProgram,
  type McpCommand,
  type McpConfig,
  mcpConfigFor,
  requireMcpCommand,
} from "./plan/mcp-config.ts";
export { type PlannedExecution, planExecution } from "./plan/plan.ts";
export { type ProjectedExecution, project } from "./plan/projection.ts";
// Processes and their signals.
export {
  HANDLED_SIGNALS,
  type Handled,
  type InterruptReaction,
  Interrupts,
  signalExitCode,
} from "./process/interrupts.ts";
export { type Whereabouts, whereaboutsOf } from "./process/owner.ts";
export { isExecutableFile, placesOf, startProblem } from "./process/start-problem.ts";
export { LinePrefixer } from "./process/transcript.ts";
// Finding, opening and looking at a project.
export type { RunLimits } from "./project/config.ts";
export { type Examination, examine, unhealthyInstances, unhealthyOf } from "./project/examine.ts";
export { initProject } from "./project/init.ts";
export { evaluateScan, evaluateScope, isNamed, lookAt, workUnitsOf } from "./project/look.ts";
export { attemptIn, refuseInsideAttempt } from "./project/nested.ts";
export {
  displayPath,
  findProject,
  findRoot,
  methodologyFile,
  type OpenProject,
  openProject,
  type ProjectOptions,
  rebuildProject,
  scanProject,
} from "./project/project.ts";
// Why things stand as they do.
export { decidingReasons, lackReason, otherwiseReason, standingReasons } from "./reasons/deciding.ts";
export type { OriginEntry } from "./reasons/origin-entry.ts";
export type { ChangedBy, NamedInstance, Reason, ReasonNode } from "./reasons/reason.ts";
export { reopeningReasons } from "./reasons/reopening.ts";
// Runs.
export { executeRun } from "./run/cascade.ts";
export type { RunFailure } from "./run/ledger.ts";
export type { ExecutionEvent, RunLimit, RunOptions, RunReport } from "./run/report.ts";
// What a server delivers through.
export { lossViolation } from "./session/artifact-text.ts";
export { openAttemptSession } from "./session/attempt-session.ts";
export type { DeliveryResult, Duty, OfferedOutput, OutputSession } from "./session/output-session.ts";
export { openOutputSession, type SessionOptions } from "./session/project-session.ts";
export { didYouMean, nearest } from "./suggestion.ts";
export { version } from "./version.ts";
export { visible, visibleLines } from "./visible.ts";
