import type { Instance, ScanGap, WorkUnit } from "./artifact.ts";
import type { ScanReport } from "./scan.ts";
import type { Store } from "./store.ts";
import { allArtifacts } from "./tables/artifact-table.ts";
import {
  type LastAttempt,
  lastAttempts,
  lastSuccesses,
  type OpenAttempt,
  openAttempts,
} from "./tables/attempt-table.ts";

/**
 * What the store knew at one moment about everything that one scope's evaluation asks for. Immutable; whoever wants to
 * know "what if" makes another.
 */
export interface Snapshot {
  /** The instances of each declared type, by instance id; a type without any has an empty list. */
  readonly instances: ReadonlyMap<string, readonly Instance[]>;
  /** Of each partially scanned type what could not be read. */
  readonly gaps: ReadonlyMap<string, readonly ScanGap[]>;
  /** By protocol, for the snapshot's work unit (or none). */
  readonly lastAttempts: ReadonlyMap<string, LastAttempt>;
  readonly lastSuccesses: ReadonlyMap<string, LastAttempt>;
  /** Attempts that have not ended, of every work unit. */
  readonly openAttempts: readonly OpenAttempt[];
}

/** Reads everything that evaluation needs for one work unit (or none) at once. */
export function readSnapshot(
  store: Store,
  types: Iterable<string>,
  gaps: ScanReport["gaps"],
  workUnit: WorkUnit | null,
): Snapshot {
  const { database } = store;
  // One read transaction: a delivery between two of these queries must not show in one and not in the other.
  return database.transaction((): Snapshot => {
    const instances = new Map<string, Instance[]>([...types].map((type) => [type, []]));
    for (const row of allArtifacts(database)) instances.get(row.type)?.push(row);
    return {
      instances,
      gaps: byType(gaps),
      lastAttempts: byProtocol(lastAttempts(database, workUnit)),
      lastSuccesses: byProtocol(lastSuccesses(database, workUnit)),
      openAttempts: openAttempts(database),
    };
  })();
}

function byProtocol(attempts: readonly LastAttempt[]): ReadonlyMap<string, LastAttempt> {
  return new Map(attempts.map((attempt) => [attempt.protocol, attempt]));
}

function byType(gaps: readonly ScanGap[]): ReadonlyMap<string, readonly ScanGap[]> {
  const grouped = new Map<string, ScanGap[]>();
  for (const gap of gaps) {
    const ofType = grouped.get(gap.type);
    if (ofType === undefined) grouped.set(gap.type, [gap]);
    else ofType.push(gap);
  }
  return grouped;
}
