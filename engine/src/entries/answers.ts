// The documents that cross a border, and what they are made from.

export { type AttemptEntry, AttemptHistory, type AttemptsAnswer, openAttemptHistory } from "../answers/attempts.ts";
export { byStatus } from "../answers/by-status.ts";
export { attemptDelivery, attemptVerdict, type DeliveryAnswer, handDelivery } from "../answers/delivery.ts";
export { doctorAnswer } from "../answers/doctor.ts";
export { runEnvelope, stateEnvelope, stepEnvelope } from "../answers/envelope.ts";
export type { ExplainedAttempt, ExplainedProtocol, ExplanationAnswer } from "../answers/explain.ts";
export {
  type GraphAnswer,
  type GraphEdge,
  type GraphProtocol,
  type GraphStatus,
  type GraphType,
  graph,
} from "../answers/graph.ts";
export { type ListAnswer, type ListedProtocol, list } from "../answers/list.ts";
export { loadExplain } from "../answers/load-explain.ts";
export { loadLint } from "../answers/load-lint.ts";
export { aimNamed, protocolInScope } from "../answers/named.ts";
export { type ProjectNames, projectNames } from "../answers/names.ts";
export { type PastPoint, pastPoint } from "../answers/past-point.ts";
export { violationDiagnostics } from "../answers/placed-violation.ts";
export { promptOf } from "../answers/prompt.ts";
export { runSummary } from "../answers/run-summary.ts";
export { scanAnswer } from "../answers/scan.ts";
export { scanWarnings } from "../answers/scan-warnings.ts";
export {
  type InstanceAnswer,
  showInstance,
  showType,
  showTypes,
  type TypeAnswer,
  type TypesAnswer,
} from "../answers/show.ts";
export { shownContent } from "../answers/shown-content.ts";
export type { ShownOrigin } from "../answers/shown-origin.ts";
export { followTranscript, hasTranscript, type Transcript, transcriptOf } from "../answers/transcript.ts";
export { type ValidationAnswer, validate } from "../answers/validate.ts";
export { type ScopeCounts, scopeCounts, workUnitCounts } from "../answers/work-units.ts";

// Why things stand as they do.

export type { ChangedBy, NamedInstance, Reason, ReasonNode } from "../reasons/reason.ts";
