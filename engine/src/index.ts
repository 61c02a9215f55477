export type {
  EventBody,
  EventFilter,
  EventKind,
  Instance,
  Json,
  LogEvent,
  LogVerdict,
  Loss,
  OpenAttempt,
  Rebuilt,
  ScanReport,
  StepBack,
  Violation,
  WallTime,
} from "@runa/store";
export {
  EVENT_KINDS,
  isEventKind,
  lossesOf,
  MAX_BYTES,
  momentOf,
  reasonOf,
  rfc3339,
  StoreError,
  WorkspaceError,
} from "@runa/store";
export { type AttemptEntry, AttemptHistory, type AttemptsAnswer, openAttemptHistory } from "./answers/attempts.ts";
export { type DoctorAnswer, doctorAnswer } from "./answers/doctor.ts";
export { EventLog, openEventLog } from "./answers/event-log.ts";
export {
  type GraphAnswer,
  type GraphEdge,
  type GraphProtocol,
  type GraphStatus,
  type GraphType,
  graph,
} from "./answers/graph.ts";
export { type ListAnswer, type ListedProtocol, list } from "./answers/list.ts";
export { loadLint } from "./answers/load-lint.ts";
export { loggedOutcomeText } from "./answers/logged-outcome-text.ts";
export { type ProjectNames, projectNames } from "./answers/names.ts";
export { violationDiagnostics } from "./answers/placed-violation.ts";
export { type PromptAnswer, promptOf } from "./answers/prompt.ts";
export { type ScanAnswer, scanAnswer } from "./answers/scan.ts";
export { scanWarnings } from "./answers/scan-warnings.ts";
export {
  type InstanceAnswer,
  type InstanceEntry,
  type OriginEntry,
  showInstance,
  showType,
  showTypes,
  type TypeAnswer,
  type TypesAnswer,
} from "./answers/show.ts";
export { followTranscript, hasTranscript, type Transcript, transcriptOf } from "./answers/transcript.ts";
export { type ValidationAnswer, validate } from "./answers/validate.ts";
export { distinctBeginnings, SHORTEST_BEGINNING, shortAttemptId } from "./attempt/attempt-id.ts";
export { attemptDeliveries } from "./attempt/deliveries.ts";
export type { Outcome, Silence } from "./attempt/outcome.ts";
export { outcomeText, violationLines } from "./attempt/outcome-text.ts";
export { releaseByHand } from "./attempt/release.ts";
export type { AttemptReport } from "./attempt/report.ts";
export type { ExecutionContext } from "./attempt/supervise.ts";
export { count } from "./count.ts";
export { type Diagnostic, DiagnosticsError, levelCounts, RunaError, type SourcePosition } from "./diagnostic.ts";
export { DURATION_FORM, durationText, parseAge, parseDuration } from "./duration.ts";
export {
  conditionText,
  type EvaluatedCandidate,
  type Evaluation,
  type Input,
  obstaclesOf,
  type PreconditionFailure,
  type PreconditionReason,
  type Relationship,
} from "./evaluate/evaluate.ts";
export { type Debts, debtsOf, type Settlement, type Standing } from "./evaluate/owed.ts";
export { type LogRecord, log } from "./log/log.ts";
export type { Candidate } from "./methodology/candidate.ts";
export { executionOrder } from "./methodology/graph.ts";
export type { LintReport } from "./methodology/lint/lint-methodology.ts";
export type { Choice } from "./methodology/manifest.ts";
export type { Methodology, Protocol } from "./methodology/methodology.ts";
export { triggerText } from "./methodology/trigger.ts";
export { stderr, stdout } from "./output.ts";
export {
  findMcpCommand,
  findProgram,
  type McpCommand,
  type McpConfig,
  mcpConfigFor,
  requireMcpCommand,
} from "./plan/mcp-config.ts";
export { type Context, type ContextInput, instancePath, type PlannedExecution, planExecution } from "./plan/plan.ts";
export { type ProjectedExecution, project } from "./plan/projection.ts";
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
export type { AgentSettings, RunLimits } from "./project/config.ts";
export { type Examination, examine, unhealthyInstances, unhealthyOf } from "./project/examine.ts";
export { type InitResult, initProject } from "./project/init.ts";
export { evaluateEach, evaluateScan, evaluateScope, isNamed, lookAt, workUnitsOf } from "./project/look.ts";
export { refuseInsideAttempt } from "./project/nested.ts";
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
export { executeRun } from "./run/cascade.ts";
export type { RunFailure } from "./run/ledger.ts";
export type { ExecutionEvent, RunLimit, RunOptions, RunOutcome, RunReport } from "./run/report.ts";
export { lossViolation, type ReadArtifact, readArtifact } from "./session/artifact-text.ts";
export { openAttemptSession } from "./session/attempt-session.ts";
export type { DeliveryResult, Duty, OfferedOutput, OutputSession } from "./session/output-session.ts";
export { openOutputSession, type SessionOptions } from "./session/project-session.ts";
export { didYouMean, nearest } from "./suggestion.ts";
export { version } from "./version.ts";
export { visible, visibleLines } from "./visible.ts";
