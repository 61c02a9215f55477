import type {
  ContentHash,
  Instance,
  InstanceId,
  Moment,
  ScanGap,
  SchemaHash,
  WallTime,
  WorkUnit,
} from "../artifact.ts";
import type { OutcomeId, SeenType } from "../record/attempt-table.ts";
import type { DeliveredVia } from "../record/delivery-table.ts";
import type { Reopening } from "../record/reopening.ts";

/** An artifact as far as the log tells of it: no violations, which quote content, and nothing of its file. */
export interface StateArtifact
  extends Pick<Instance, "type" | "id" | "contentHash" | "workUnit" | "lastModified" | "deliveredAt"> {
  readonly status: "valid" | "invalid" | "malformed";
  readonly schemaHash: SchemaHash;
}

/** An attempt as far as anything is decided by it. */
export interface StateAttempt {
  readonly id: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly started: Moment;
  readonly startedAt: WallTime;
  readonly fingerprint: string;
  readonly ended: Moment | null;
  readonly outcome: OutcomeId | null;
  readonly accepted: Moment | null;
  readonly seen: Readonly<Record<string, SeenType>> | null;
  readonly outputsAfter: string | null;
  readonly retry: boolean;
}

/** A delivery, with the candidate whose attempt made it. */
export interface StateDelivery {
  readonly id: InstanceId;
  readonly contentHash: ContentHash;
  readonly at: Moment;
  readonly via: DeliveredVia;
  /** Null for a person, and for a server that was started by hand. */
  readonly attempt: string | null;
  readonly protocol: string | null;
  readonly workUnit: WorkUnit | null;
}

/** What decides at one moment, as it is folded from events (decisions 6). */
export interface State {
  /** By type, by id. */
  readonly artifacts: Map<string, Map<InstanceId, StateArtifact>>;
  /** Those that have not ended, by id. */
  readonly open: Map<string, StateAttempt>;
  /** By `candidateKey`: the last one that has ended, and the last success. */
  readonly last: Map<string, StateAttempt>;
  readonly successes: Map<string, StateAttempt>;
  /** By `candidateKey`. */
  readonly reopened: Map<string, Reopening>;
  /** By type, by work unit: when an instance went last. */
  readonly removals: Map<string, Map<WorkUnit | null, Moment>>;
  /** By type, the earliest first. */
  readonly deliveries: DeliveriesByType;
  gaps: readonly ScanGap[];
}

/** Deliveries of each type: of a state that was kept they are read when somebody asks for a type's. */
export interface DeliveriesByType {
  types(): string[];
  of(type: string): readonly StateDelivery[];
  add(type: string, delivery: StateDelivery): void;
  /** Takes back what an attempt delivered of one instance. */
  forget(type: string, id: InstanceId, attempt: string): void;
}

export class Deliveries implements DeliveriesByType {
  readonly #kept: ReadonlyMap<string, () => StateDelivery[]>;
  readonly #lists = new Map<string, StateDelivery[]>();

  /** @param kept by type, reads what was kept */
  constructor(kept: ReadonlyMap<string, () => StateDelivery[]> = new Map()) {
    this.#kept = kept;
  }

  types(): string[] {
    return [...new Set([...this.#kept.keys(), ...this.#lists.keys()])].sort();
  }

  of(type: string): StateDelivery[] {
    let list = this.#lists.get(type);
    if (list === undefined) {
      list = this.#kept.get(type)?.() ?? [];
      this.#lists.set(type, list);
    }
    return list;
  }

  add(type: string, delivery: StateDelivery): void {
    this.of(type).push(delivery);
  }

  forget(type: string, id: InstanceId, attempt: string): void {
    const left = this.of(type).filter((one) => one.id !== id || one.attempt !== attempt);
    this.#lists.set(type, left);
  }
}

export function emptyState(): State {
  return {
    artifacts: new Map(),
    open: new Map(),
    last: new Map(),
    successes: new Map(),
    reopened: new Map(),
    removals: new Map(),
    deliveries: new Deliveries(),
    gaps: [],
  };
}
