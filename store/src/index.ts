export type {
  ContentHash,
  Instance,
  InstanceId,
  InstanceStatus,
  Json,
  JsonSchema,
  Moment,
  ScanGap,
  SchemaHash,
  TypeSummary,
  Violation,
  WallTime,
  WorkUnit,
} from "./artifact.ts";
export {
  type AttemptResult,
  abandonAttempt,
  adoptAttempt,
  attemptNotes,
  beforeAttempt,
  type Claim,
  type ClaimResult,
  claimAttempt,
  deliveredElsewhere,
  earlierDeliveries,
  endAttempt,
  endUnstarted,
  fenceAttempt,
  type OpenedAttempt,
  progressOf,
  recordAgent,
  releaseAttempt,
  removeLitter,
  unendedAttempt,
  unendedAttempts,
} from "./attempt.ts";
export {
  type AttemptQuery,
  attemptsWith,
  countAttempts,
  type ListedAttempt,
  listAttempts,
  namesInAttempts,
} from "./attempt-list.ts";
export { StoreError, storeExists } from "./database.ts";
export {
  confirmArtifact,
  type Deliverer,
  deliverArtifact,
  hasValidInstance,
  RefusedError,
  recordRefusal,
  recordServerFailure,
  recordServerStart,
  withdrawArtifact,
} from "./delivery.ts";
export {
  clockWentBack,
  type EventQuery,
  eventCount,
  type LogEvent,
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
} from "./event-log.ts";
export { canonicalJson, contentHash, sha256 } from "./json/canonical.ts";
export { ExactNumber } from "./json/exact-number.ts";
export { type Loss, lossesOf } from "./json/losses.ts";
export {
  JsonError,
  MAX_BYTES,
  MAX_DEPTH,
  type ParsedJson,
  parseJson,
  parseJsonBytes,
} from "./json/parse.ts";
export { escapedStep, unescapedStep } from "./json/pointer.ts";
export { type JudgedContent, judgeContent } from "./judge-content.ts";
export { keepMethodology, keptMethodology, type MethodologyRow } from "./kept-methodology.ts";
export { momentOf, rfc3339, wallTime } from "./moment.ts";
export { type Origin, originsOf } from "./origin.ts";
export { type Rebuilt, rebuildStore } from "./rebuild.ts";
export { loggedViolations, type RefusalReason } from "./refusal.ts";
export { type InstanceRef, type ScanOptions, type ScanReport, scan } from "./scan.ts";
export { contentOf, type ScannedType, workUnitOf } from "./scan-files.ts";
export { type Dialect, dialectOf, SchemaError } from "./schema/dialect.ts";
export { pointedAt } from "./schema/exactness.ts";
export { parseKnownSchema, parseSchema, type SchemaSource } from "./schema/source.ts";
export { loadSchemaCompiler, type SchemaCompiler, type Validator } from "./schema/validator.ts";
export { knownSchemaHash, rememberSchemaFiles } from "./schema-check.ts";
export {
  type InstancesByType,
  type Listeners,
  readSnapshot,
  readSnapshots,
  readUnhealthy,
  type Said,
  type Snapshot,
} from "./snapshot.ts";
export { identitiesNow, SourceReading } from "./source-identities.ts";
export { openStore, requireKept, requireSound, type Store, type StoreUse } from "./store.ts";
export { alike, alikes, didYouMean, meantText, nearest } from "./suggestion.ts";
export { finishSuperseding, type NotMoved } from "./superseding.ts";
export type {
  InstanceBefore,
  InstanceState,
  LastAttempt,
  OpenAttempt,
  OutcomeId,
  Owner,
  ProcessIdentity,
  Refusal,
  SeenType,
  ServerNotes,
} from "./tables/attempt-table.ts";
export type { Saying } from "./tables/delivery-table.ts";
export { EVENT_KINDS, type EventBody, type EventFilter, type EventKind, isEventKind } from "./tables/event-table.ts";
export { knownWorkUnits } from "./work-units.ts";
export { writeDurably } from "./workspace/durable-write.ts";
export { fileNameOf, instanceIdOf, instanceIdProblem } from "./workspace/file-name.ts";
export { readRegularFile } from "./workspace/read-file.ts";
export { readSourceFile } from "./workspace/source-file.ts";
export { mtimeOf } from "./workspace/stat-identity.ts";
export { reasonOf, WorkspaceError } from "./workspace/walk.ts";
