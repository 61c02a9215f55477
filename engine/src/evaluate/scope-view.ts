import {
  candidateKey,
  type Instance,
  type LastAttempt,
  type Moment,
  type Said,
  type SeenType,
  type Snapshot,
  sha256,
  type TypeSummary,
  type WorkUnit,
} from "@runa/store";

/** Stands in the place of instances: what a set of them is told apart by. */
export type SetMember = Pick<Instance, "id" | "contentHash">;

/** Which of a type's instances a candidate's freshness depends on: the valid ones, or all. */
export interface RelevantInput {
  readonly type: string;
  readonly which: "valid" | "all";
}

/**
 * What one scope sees of a snapshot. For work unit W an instance counts when its `work_unit` is W or absent; unscoped
 * evaluation counts all (contract.md section 5). Each answer is worked out once; lists are made only when one is asked for.
 */
export class ScopeView {
  readonly snapshot: Snapshot;
  readonly workUnit: WorkUnit | null;
  readonly #counted = new Map<string, readonly Instance[]>();
  readonly #valid = new Map<string, readonly Instance[]>();
  readonly #summaries = new Map<string, TypeSummary>();
  readonly #digests = new Map<string, SeenType>();

  constructor(snapshot: Snapshot, workUnit: WorkUnit | null) {
    this.snapshot = snapshot;
    this.workUnit = workUnit;
  }

  /** The last attempt of one of the scope's protocols that has ended. */
  lastAttempt({ name }: { readonly name: string }): LastAttempt | undefined {
    return this.snapshot.lastAttempts.get(candidateKey({ protocol: name, workUnit: this.workUnit }));
  }

  lastSuccess({ name }: { readonly name: string }): LastAttempt | undefined {
    return this.snapshot.lastSuccesses.get(candidateKey({ protocol: name, workUnit: this.workUnit }));
  }

  /** What was said in this scope; undefined where nothing was. */
  get said(): Said | undefined {
    return this.snapshot.said.get(this.workUnit);
  }

  counted(type: string): readonly Instance[] {
    return remembered(this.#counted, type, () => {
      const { instances } = this.snapshot;
      if (this.workUnit === null) return instances.get(type) ?? [];
      const own = instances.forWorkUnit?.(type, this.workUnit);
      if (own !== undefined) return own;
      return (instances.get(type) ?? []).filter(
        (instance) => instance.workUnit === null || instance.workUnit === this.workUnit,
      );
    });
  }

  valid(type: string): readonly Instance[] {
    return remembered(this.#valid, type, () => this.counted(type).filter((instance) => instance.status === "valid"));
  }

  /** The invalid and the malformed ones. */
  broken(type: string): readonly Instance[] {
    return this.counted(type).filter(({ status }) => status === "invalid" || status === "malformed");
  }

  /** What is known of those that count. */
  summary(type: string): TypeSummary {
    let summary = this.#summaries.get(type);
    if (summary === undefined) {
      if (this.workUnit === null) summary = this.snapshot.instances.summary?.(type);
      summary ??= summaryOf(this.counted(type));
      this.#summaries.set(type, summary);
    }
    return summary;
  }

  /** Whether any type is partially scanned. */
  get hasGaps(): boolean {
    return this.snapshot.gaps.size > 0;
  }

  isPartial(type: string): boolean {
    return this.snapshot.gaps.has(type);
  }

  /** What an attempt that looked now would have seen of a type. */
  digest(type: string): SeenType {
    return remembered(this.#digests, type, () => seenOf(this.counted(type)));
  }

  /** A digest of everything that lies there of these types. */
  digestOf(types: readonly string[]): string {
    return sha256(types.map((type) => this.digest(type).all).join("\0"));
  }
}

function remembered<V>(cache: Map<string, V>, key: string, work: () => V): V {
  let value = cache.get(key);
  if (value === undefined) {
    value = work();
    cache.set(key, value);
  }
  return value;
}

function summaryOf(instances: readonly Instance[]): TypeSummary {
  const count = (...statuses: readonly Instance["status"][]) =>
    instances.filter(({ status }) => statuses.includes(status)).length;
  const valid = instances.filter(({ status }) => status === "valid");
  return {
    total: instances.length,
    valid: valid.length,
    broken: count("invalid", "malformed"),
    stale: count("stale"),
    newest: newestOf(instances, ({ lastModified }) => lastModified),
    newestValid: newestOf(valid, ({ lastModified }) => lastModified),
    newestVouched: newestOf(instances, ({ lastModified, deliveredAt }) =>
      deliveredAt !== null && deliveredAt > lastModified ? deliveredAt : lastModified,
    ),
  };
}

function newestOf(instances: readonly Instance[], timeOf: (instance: Instance) => Moment): Moment | null {
  let newest: Moment | null = null;
  for (const instance of instances) {
    const time = timeOf(instance);
    if (newest === null || time > newest) newest = time;
  }
  return newest;
}

/** The digests of a set of instances: of the valid ones, and of all. */
export function seenOf(instances: readonly (SetMember & Pick<Instance, "status">)[]): SeenType {
  const valid = instances.filter((instance) => instance.status === "valid");
  const all = setDigest(instances);
  return { valid: valid.length === instances.length ? all : setDigest(valid), all };
}

/** A digest over ids and content hashes that does not depend on order. */
export function setDigest(members: readonly SetMember[]): string {
  const sorted = members.every(({ id }, index) => index === 0 || (members[index - 1]?.id ?? "") < id)
    ? members
    : [...members].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return sha256(sorted.map(({ id, contentHash }) => `${id}/${contentHash}`).join("\0"));
}
