// The event log.

export { authorNow, type LoggedDecision } from "../record/decision-log.ts";
export {
  clockWentBack,
  type EventQuery,
  eventCount,
  type LogHead,
  type LogVerdict,
  loggedAttempts,
  loggedProtocols,
  logHead,
  noteMethodology,
  readEvents,
  recordEvent,
  type StepBack,
  verifyLog,
} from "../record/event-log.ts";
export type { EventFilter, ToldMethodology } from "../record/event-table.ts";
export {
  type Actor,
  type EndFacts,
  EVENT_KINDS,
  type EventBodies,
  type EventKind,
  endFactsOf,
  isEventKind,
  type LogEvent,
  type Verdict,
} from "../record/events.ts";
export { gatesOfLastRun, gatesOfRuns, type LoggedGates, type RunGates, recordGates } from "../record/gates.ts";
export { type RecordLog, recordedAttemptOf } from "../record/record-log.ts";
export { loggedViolations } from "../record/refusal.ts";
