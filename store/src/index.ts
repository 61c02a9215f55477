// What the rooms share, and what one evaluation asks for.
export type {
  ContentHash,
  Instance,
  InstanceId,
  InstanceRef,
  InstanceStatus,
  JsonSchema,
  Moment,
  ScanGap,
  SchemaHash,
  TypeSummary,
  Violation,
  WallTime,
  WorkUnit,
} from "./artifact.ts";
export { type CandidateName, candidateKey } from "./candidate.ts";
export type { StoreUse } from "./connection/connection.ts";
// Opening a store.
export { StoreError, storeExists } from "./connection/database.ts";
export { openStore, requirePersistent, requireSound, type Store } from "./connection/store.ts";
// What a scan can refill.
export { keepMethodology, keptMethodology } from "./index/kept-methodology.ts";
export { knownSchemaHash, rememberSchemaFiles } from "./index/schema-check.ts";
export { knownWorkUnits } from "./index/work-units.ts";
export { ListedInstances, summaryOf } from "./instances.ts";
// JSON: reading it strictly, its canonical form, its pointers.
export { contentHash, sha256 } from "./json/canonical.ts";
export { ExactNumber } from "./json/exact-number.ts";
export { type Loss, lossesOf } from "./json/losses.ts";
export {
  JsonError,
  MAX_BYTES,
  MAX_DEPTH,
  parseJson,
  parseJsonBytes,
} from "./json/parse.ts";
export { escapedStep, unescapedStep } from "./json/pointer.ts";
// Mending a damaged store.
export { type Rebuilt, rebuildStore } from "./rebuild/rebuild.ts";
// What a scan cannot refill: attempts, deliveries, events, what is superseded.
export {
  type AttemptResult,
  abandonAttempt,
  adoptAttempt,
  attemptNotes,
  beforeAttempt,
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
} from "./record/attempt.ts";
export {
  type AttemptQuery,
  attemptsWith,
  countAttempts,
  type ListedAttempt,
  listAttempts,
  namesInAttempts,
} from "./record/attempt-list.ts";
export type {
  InstanceBefore,
  InstanceState,
  OutcomeId,
  Owner,
  Place,
  ProcessIdentity,
  SeenType,
  Usage,
} from "./record/attempt-table.ts";
export { recordAccepted, recordReopened } from "./record/decision.ts";
export {
  confirmArtifact,
  type Deliverer,
  deliverArtifact,
  RefusedError,
  recordRefusal,
  recordServerFailure,
  recordServerStart,
  type ValidArtifact,
  withdrawArtifact,
} from "./record/delivery.ts";
export type { HeardDelivery } from "./record/delivery-table.ts";
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
} from "./record/event-log.ts";
export type { EventFilter } from "./record/event-table.ts";
export type { Actor } from "./record/events.ts";
export {
  type EndFacts,
  EVENT_KINDS,
  type EventBodies,
  type EventKind,
  isEventKind,
  type LogEvent,
} from "./record/events.ts";
export { covers, type Exclusion, obstacleAmong, type Units } from "./record/exclusion.ts";
export type { LastAttempt } from "./record/last-attempts.ts";
export type { OpenAttempt } from "./record/open-attempts.ts";
export { type Origin, originsOf } from "./record/origin.ts";
export { finishPendingOperations, type NotDone } from "./record/pending-operations.ts";
export { loggedViolations } from "./record/refusal.ts";
export type { Refusal, ServerNotes } from "./record/server-notes.ts";
// Bringing the index up to date with the files.
export { type JudgedContent, judgeContent } from "./scan/judge-content.ts";
export { type ScanOptions, type ScanReport, scan } from "./scan/scan.ts";
export type { ScannedType } from "./scan/scan-files.ts";
// Schemas and judging by them.
export {
  type Dialect,
  dialectOf,
  identifierKeyword,
  knownDialect,
  refsStandAlone,
  SchemaError,
} from "./schema/dialect.ts";
export { pointedAt } from "./schema/exactness.ts";
export {
  innerSchemas,
  isSchema,
  isSchemaObject,
  KEYWORDS,
  type Keyword,
  knows,
  type SchemaObject,
} from "./schema/keywords.ts";
export { parseKnownSchema, parseSchema, type SchemaSource } from "./schema/source.ts";
export { loadSchemaCompiler, type SchemaCompiler, type Validator } from "./schema/validator.ts";
export {
  type HeardDeliveries,
  type Listeners,
  readSnapshot,
  readUnhealthy,
  type Snapshot,
} from "./snapshot.ts";
export { alike, alikes, didYouMean, meantText, nearest } from "./suggestion.ts";
export { rfc3339, wallTime, wallTimeOf } from "./wall-time.ts";

// Files: reading, writing and naming them.
export { contentOf, workUnitOf } from "./workspace/content.ts";
export { writeDurably } from "./workspace/durable-write.ts";
export { fileNameOf, instanceIdOf, instanceIdProblem } from "./workspace/file-name.ts";
export { readRegularFile } from "./workspace/read-file.ts";
export { readSourceFile } from "./workspace/source-file.ts";
export { identitiesNow, SourceReading } from "./workspace/source-identities.ts";
export { reasonOf, WorkspaceError } from "./workspace/walk.ts";
