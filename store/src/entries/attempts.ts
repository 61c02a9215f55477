// Attempts: the record that a scan cannot refill.

export {
  type AttemptResult,
  abandonAttempt,
  adoptAttempt,
  attemptedUnits,
  attemptNotes,
  beforeAttempt,
  type Circumstances,
  type Claim,
  claimAttempt,
  deliveredElsewhere,
  earlierDeliveries,
  endAttempt,
  endUnstarted,
  fenceAttempt,
  progressOf,
  recordAgent,
  releaseAttempt,
  removeLitter,
  unendedAttempt,
  unendedAttempts,
} from "../record/attempt.ts";
export {
  type AttemptQuery,
  attemptsWith,
  countAttempts,
  type ListedAttempt,
  listAttempts,
  namesInAttempts,
} from "../record/attempt-list.ts";
export {
  type InstanceBefore,
  type InstanceState,
  isOutcome,
  OUTCOMES,
  type OutcomeId,
  type Owner,
  type Place,
  type ProcessIdentity,
  type SeenType,
  type Usage,
} from "../record/attempt-table.ts";
export { recordAccepted, recordReopened } from "../record/decision.ts";
export type { LastAttempt } from "../record/last-attempts.ts";
export type { OpenAttempt } from "../record/open-attempts.ts";
export type { Refusal, ServerNotes } from "../record/server-notes.ts";

// What is on record of one that has ended, and its record as an artifact.

export {
  archiveRecords,
  askForRecords,
  dropRecord,
  endedAttempts,
  loggedRecord,
  pendingRecords,
  type RecordFile,
  writeRecord,
} from "../record/audit.ts";
export { type EndedAttempt, endedAttempt, type RecordedAttempt, recordedAttempt } from "../record/recorded-attempt.ts";

// What keeps one from running, and what is left to do after one.

export { covers, type Exclusion, obstacleAmong, type Units } from "../record/exclusion.ts";
export { finishPendingOperations, type NotDone } from "../record/pending-operations.ts";
