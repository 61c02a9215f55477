// What everyone shares: instances, their types and hashes, moments and times.

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
export { type Instances, ListedInstances, summaryOf } from "./instances.ts";
export { rfc3339, wallTime, wallTimeOf } from "./wall-time.ts";

// Opening a store; mending a damaged one.

export type { StoreUse } from "./connection/connection.ts";
export { StoreError, storeExists } from "./connection/database.ts";
export { copyStoreFiles } from "./connection/private-copy.ts";
export { openStore, requirePersistent, requireSound, type Store, whileAlone } from "./connection/store.ts";
export { type Rebuilt, rebuildStore } from "./rebuild/rebuild.ts";

// What a scan refills, and the scan.

export { keepMethodology, keptMethodology } from "./index/kept-methodology.ts";
export { knownSchemaHash, rememberSchemaFiles } from "./index/schema-check.ts";
export { knownWorkUnits } from "./index/work-units.ts";
export { type JudgedContent, judgeContent } from "./scan/judge-content.ts";
export { type ScanOptions, type ScanReport, scan } from "./scan/scan.ts";
export type { ScannedType } from "./scan/scan-files.ts";

// Everything that one evaluation asks for.

export { type HeardDeliveries, type Listeners, readSnapshot, readUnhealthy, type Snapshot } from "./snapshot.ts";

// Names that were meant.

export { alike, alikes, didYouMean, meantText, nearest } from "./suggestion.ts";
