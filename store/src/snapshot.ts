import type { Instance, Moment, ScanGap, TypeSummary, WorkUnit } from "./artifact.ts";
import { candidateKey } from "./candidate.ts";
import type { Connection } from "./connection/connection.ts";
import type { Store } from "./connection/store.ts";
import { grouped } from "./grouped.ts";
import { unhealthyArtifacts } from "./index/artifact-table.ts";
import { type PackedArtifacts, packedArtifacts } from "./index/packed-artifacts.ts";
import { lastRemovals } from "./index/removal-table.ts";
import { type Instances, summaryOf, summaryOfBoth } from "./instances.ts";
import { type LoggedDecision, lastDecision, loggedDecisions } from "./record/decision-log.ts";
import { type HeardDelivery, heardDeliveries } from "./record/delivery-table.ts";
import { type LastAttempt, lastAttempts, lastSuccesses, workedUnits } from "./record/last-attempts.ts";
import { type OpenAttempt, openAttempts } from "./record/open-attempts.ts";
import { type RecordLog, recordsIn } from "./record/record-log.ts";
import { reopenings } from "./record/reopening.ts";
import type { ScanReport } from "./scan/scan.ts";

/**
 * What the store knew at one moment about everything that the evaluation of some scopes asks for. It belongs to none of
 * them. Immutable; whoever wants to know "what if" makes another.
 */
export interface Snapshot {
  readonly instances: Instances;
  /** Of each partially scanned type what could not be read. */
  readonly gaps: ReadonlyMap<string, readonly ScanGap[]>;
  /** By `candidateKey`, for the scopes that were asked for. */
  readonly lastAttempts: ReadonlyMap<string, LastAttempt>;
  readonly lastSuccesses: ReadonlyMap<string, LastAttempt>;
  /** By `candidateKey`: which of them a person reopened after their last success. */
  readonly reopened: ReadonlySet<string>;
  /** Attempts that have not ended, of every work unit. */
  readonly openAttempts: readonly OpenAttempt[];
  /** What listeners of a scope heard, by its work unit, null for none; only where there is something. */
  readonly heard: ReadonlyMap<WorkUnit | null, HeardDeliveries>;
  /** What people decided, in the log's order; empty unless it was asked for. */
  readonly logged: readonly LoggedDecision[];
  /** The number of the last event that tells of a decision; left out unless decisions were asked for, and of what was looked back on. */
  readonly lastDecision?: number;
  /** What the log tells of the records that lie there; nothing unless it was asked for. */
  readonly records: RecordLog;
}

/** What a snapshot holds only for who asks. */
export interface AskedFor {
  /** Who of a scope listens to what. */
  readonly listeners?: (scope: WorkUnit | null) => Listeners;
  /** Whether people decide anything in this project. */
  readonly decisions?: boolean;
  /** The types whose instances are records of attempts. */
  readonly records?: readonly string[];
}

/** What a scope's protocols may take as feedback: deliveries of types to which they listen. */
export interface HeardDeliveries {
  /** By type, the earliest first: those after the last success of some listener. */
  readonly deliveries: ReadonlyMap<string, readonly HeardDelivery[]>;
  /** By type, when an instance that the scope sees went last. */
  readonly removals: ReadonlyMap<string, Moment>;
}

/** By type, the protocols to which a delivery of it may be feedback. */
export type Listeners = ReadonlyMap<string, readonly string[]>;

const NOBODY: Listeners = new Map();

/**
 * Reads everything that evaluation needs for these scopes at once.
 * @param scopes the work units whose attempts are read, null for those of none
 * @throws StoreError, also where the store has been deleted or replaced
 */
export function readSnapshot(
  store: Store,
  types: Iterable<string>,
  gaps: ScanReport["gaps"],
  scopes: readonly (WorkUnit | null)[],
  { listeners = () => NOBODY, decisions = false, records = [] }: AskedFor = {},
): Snapshot {
  store.connection.requireInPlace();
  const { connection } = store;
  // One read transaction: a delivery between two of these queries must not show in one and not in the other.
  return connection.read(() => {
    const instances = new PackedInstances([...types], packedArtifacts(connection));
    return {
      instances,
      gaps: grouped(gaps, ({ type }) => type),
      openAttempts: openAttempts(connection),
      logged: decisions ? loggedDecisions(connection) : [],
      ...(decisions && { lastDecision: lastDecision(connection) }),
      records: recordsIn(connection, instances, records),
      ...recordsOf(connection, scopes, listeners),
    };
  });
}

/** What attempts of these scopes left on record. */
function recordsOf(
  connection: Connection,
  scopes: readonly (WorkUnit | null)[],
  listeners: (scope: WorkUnit | null) => Listeners,
): Pick<Snapshot, "lastAttempts" | "lastSuccesses" | "reopened" | "heard"> {
  const attempts = new Map<string, LastAttempt>();
  const successes = new Map<string, LastAttempt>();
  const heardIn = new Map<WorkUnit | null, HeardDeliveries>();
  // Of many work units most may have no attempt: one query then saves theirs.
  const worked = scopes.length > 1 ? workedUnits(connection) : null;
  for (const workUnit of scopes) {
    if (workUnit !== null && worked?.has(workUnit) === false) continue;
    for (const attempt of lastAttempts(connection, workUnit))
      attempts.set(candidateKey({ protocol: attempt.protocol, workUnit }), attempt);
    for (const attempt of lastSuccesses(connection, workUnit))
      successes.set(candidateKey({ protocol: attempt.protocol, workUnit }), attempt);
    const heard = heardBy(connection, listeners(workUnit), successes, workUnit);
    if (heard !== null) heardIn.set(workUnit, heard);
  }
  const reopened = reopenings(connection)
    .filter((one) => one.at > (successes.get(candidateKey(one))?.ended ?? 0))
    .map(candidateKey);
  return { lastAttempts: attempts, lastSuccesses: successes, reopened: new Set(reopened), heard: heardIn };
}

function heardBy(
  connection: Connection,
  listeners: Listeners,
  successes: Snapshot["lastSuccesses"],
  workUnit: WorkUnit | null,
): HeardDeliveries | null {
  const deliveries = new Map<string, readonly HeardDelivery[]>();
  for (const [type, protocols] of listeners) {
    const successTimes = protocols.map((protocol) => successes.get(candidateKey({ protocol, workUnit }))?.ended ?? 0);
    const heard = heardDeliveries(connection, type, Math.min(...successTimes) as Moment, workUnit);
    if (heard.length > 0) deliveries.set(type, heard);
  }
  return deliveries.size === 0 ? null : { deliveries, removals: lastRemovals(connection, workUnit) };
}

/** Every instance of these types that is not valid, in the order of the types, without reading the others. */
export function readUnhealthy({ connection }: Store, types: Iterable<string>): Instance[] {
  const order = new Map(Array.from(types, (type, index) => [type, index]));
  return unhealthyArtifacts(connection)
    .filter(({ type }) => order.has(type))
    .sort((a, b) => (order.get(a.type) ?? 0) - (order.get(b.type) ?? 0));
}

const NO_SUMMARIES: ReadonlyMap<WorkUnit | null, TypeSummary> = new Map();

/** The lists are unpacked one by one, when they are asked for. */
class PackedInstances implements Instances {
  readonly #types: ReadonlySet<string>;
  readonly #packed: PackedArtifacts;

  constructor(types: readonly string[], packed: PackedArtifacts) {
    this.#types = new Set(types);
    this.#packed = packed;
  }

  get size(): number {
    return this.#types.size;
  }

  has(type: string): boolean {
    return this.#types.has(type);
  }

  summary(type: string): TypeSummary {
    return (this.has(type) ? this.#packed.get(type)?.summary : undefined) ?? summaryOf([]);
  }

  summaryFor(type: string, workUnit: WorkUnit): TypeSummary {
    const summaries = this.summaries(type);
    const [own, shared] = [summaries.get(workUnit), summaries.get(null)];
    return own === undefined || shared === undefined ? (own ?? shared ?? summaryOf([])) : summaryOfBoth(own, shared);
  }

  summaries(type: string): ReadonlyMap<WorkUnit | null, TypeSummary> {
    return (this.has(type) ? this.#packed.get(type)?.summaries : undefined) ?? NO_SUMMARIES;
  }

  forWorkUnit(type: string, workUnit: WorkUnit): readonly Instance[] {
    return (this.has(type) ? this.#packed.get(type)?.rowsFor(workUnit) : undefined) ?? [];
  }

  scopedTypes(): string[] {
    return [...this.#types].filter((type) => this.#packed.get(type)?.scoped === true);
  }

  get(type: string): readonly Instance[] | undefined {
    return this.has(type) ? (this.#packed.get(type)?.rows() ?? []) : undefined;
  }

  keys(): SetIterator<string> {
    return this.#types.keys();
  }

  *values(): MapIterator<readonly Instance[]> {
    for (const [, instances] of this) yield instances;
  }

  *entries(): MapIterator<[string, readonly Instance[]]> {
    for (const type of this.#types) yield [type, this.get(type) ?? []];
  }

  [Symbol.iterator](): MapIterator<[string, readonly Instance[]]> {
    return this.entries();
  }

  forEach(visit: (instances: readonly Instance[], type: string, all: Instances) => void): void {
    for (const [type, instances] of this) visit(instances, type, this);
  }
}
