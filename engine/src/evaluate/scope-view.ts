import {
  candidateKey,
  type HeardDeliveries,
  type Instance,
  type ScanGap,
  type Snapshot,
  type TypeSummary,
  type WorkUnit,
} from "@runa/store";
import type { LastAttempt, SeenType } from "@runa/store/attempts";
import { sha256 } from "@runa/store/json";

/** Stands in the place of instances: what a set of them is told apart by. */
export type SetMember = Pick<Instance, "id" | "contentHash">;

/** Which of a type's instances a candidate's freshness depends on: the valid ones, or all. */
export interface RelevantInput {
  readonly type: string;
  readonly which: "valid" | "all";
}

/** Of lists that were asked for: while the store hands out the same one, it need not be looked through again. */
const DIGESTS = new WeakMap<readonly Instance[], SeenType>();

/** A set of instances of each type, and what is known of it. Each answer is worked out once, when it is asked for. */
class Sight {
  readonly #list: (type: string) => readonly Instance[];
  readonly #sum: (type: string) => TypeSummary;
  readonly #inScope = new Map<string, readonly Instance[]>();
  readonly #valid = new Map<string, readonly Instance[]>();

  constructor(list: Sight["inScope"], sum: Sight["summary"]) {
    this.#list = list;
    this.#sum = sum;
  }

  inScope(type: string): readonly Instance[] {
    return remembered(this.#inScope, type, () => this.#list(type));
  }

  valid(type: string): readonly Instance[] {
    return remembered(this.#valid, type, () => {
      const { total, valid } = this.summary(type);
      const all = this.inScope(type);
      return valid === total ? all : all.filter(({ status }) => status === "valid");
    });
  }

  summary(type: string): TypeSummary {
    return this.#sum(type);
  }

  digest(type: string): SeenType {
    const instances = this.inScope(type);
    let digest = DIGESTS.get(instances);
    if (digest === undefined) {
      digest = seenOf(instances);
      DIGESTS.set(instances, digest);
    }
    return digest;
  }
}

/** What the views of all scopes over one snapshot have in common: what they see of types without scoped instances. */
export class CommonSight {
  readonly snapshot: Snapshot;
  /** All instances, whatever their work units. */
  readonly all: Sight;
  /** Looked up when a work unit asks. */
  #scopedTypes: ReadonlySet<string> | undefined;

  constructor(snapshot: Snapshot) {
    const { instances } = snapshot;
    this.snapshot = snapshot;
    this.all = new Sight(
      (type) => instances.get(type) ?? [],
      (type) => instances.summary(type),
    );
  }

  /** Whether work units may see different instances of a type. */
  isDivided(type: string): boolean {
    this.#scopedTypes ??= new Set(this.snapshot.instances.scopedTypes());
    return this.#scopedTypes.has(type);
  }
}

/**
 * What one scope sees of a snapshot. For work unit W an instance counts when its `work_unit` is W or absent; unscoped
 * evaluation counts all (contract.md section 5). Lists are made only when one is asked for.
 */
export class ScopeView {
  readonly snapshot: Snapshot;
  readonly workUnit: WorkUnit | null;
  readonly #common: CommonSight;
  readonly #own: Sight;
  readonly #summaries = new Map<string, TypeSummary>();

  /** @param common shared with the views of other scopes over the same snapshot */
  constructor(snapshot: Snapshot, workUnit: WorkUnit | null, common = new CommonSight(snapshot)) {
    this.snapshot = snapshot;
    this.workUnit = workUnit;
    this.#common = common;
    const { instances } = snapshot;
    this.#own =
      workUnit === null
        ? common.all
        : new Sight(
            (type) => instances.forWorkUnit(type, workUnit),
            (type) => instances.summaryFor(type, workUnit),
          );
  }

  /** The last attempt of one of the scope's protocols that has ended. */
  lastAttempt({ name }: { readonly name: string }): LastAttempt | undefined {
    return this.#recorded(this.snapshot.lastAttempts, name);
  }

  lastSuccess({ name }: { readonly name: string }): LastAttempt | undefined {
    return this.#recorded(this.snapshot.lastSuccesses, name);
  }

  /** Whether a person reopened one of the scope's protocols after its last success. */
  isReopened({ name }: { readonly name: string }): boolean {
    const { reopened } = this.snapshot;
    return reopened.size > 0 && reopened.has(candidateKey({ protocol: name, workUnit: this.workUnit }));
  }

  /** What was heard in this scope; undefined where nothing was. */
  get heard(): HeardDeliveries | undefined {
    return this.snapshot.heard.get(this.workUnit);
  }

  /** What one of the methodology's protocols sees here. */
  as(protocol: { readonly name: string }): ProtocolView {
    return new ProtocolView(this, protocol);
  }

  inScope(type: string): readonly Instance[] {
    return this.#of(type).inScope(type);
  }

  valid(type: string): readonly Instance[] {
    return this.#of(type).valid(type);
  }

  /** Those that do not count, as they belong to other work units. */
  elsewhere(type: string): readonly Instance[] {
    if (this.workUnit === null) return [];
    const inScope = new Set(this.inScope(type).map(({ id }) => id));
    return (this.snapshot.instances.get(type) ?? []).filter(({ id }) => !inScope.has(id));
  }

  /** The invalid and the malformed ones. */
  broken(type: string): readonly Instance[] {
    return this.inScope(type).filter(({ status }) => status === "invalid" || status === "malformed");
  }

  /** What is known of those in scope. Asked for more often than anything else. */
  summary(type: string): TypeSummary {
    let summary = this.#summaries.get(type);
    if (summary === undefined) {
      summary = this.#of(type).summary(type);
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
    return this.#of(type).digest(type);
  }

  /** A digest of everything that lies there of these types. */
  digestOf(types: readonly string[]): string {
    return sha256(types.map((type) => this.digest(type).all).join("\0"));
  }

  #recorded(attempts: Snapshot["lastAttempts"], protocol: string): LastAttempt | undefined {
    // Making the keys of a thousand candidates takes as long as evaluating them.
    return attempts.size === 0 ? undefined : attempts.get(candidateKey({ protocol, workUnit: this.workUnit }));
  }

  #of(type: string): Sight {
    return this.workUnit === null || this.#common.isDivided(type) ? this.#own : this.#common.all;
  }
}

/**
 * What one protocol sees of each type in a scope. Whatever is decided for a protocol asks this: all protocols of a scope
 * see the same now, and share what was worked out.
 */
export class ProtocolView {
  readonly #scope: ScopeView;
  readonly #protocol: { readonly name: string };

  constructor(scope: ScopeView, protocol: { readonly name: string }) {
    this.#scope = scope;
    this.#protocol = protocol;
  }

  inScope(type: string): readonly Instance[] {
    return this.#scope.inScope(type);
  }

  valid(type: string): readonly Instance[] {
    return this.#scope.valid(type);
  }

  /** The instances of a type that lie there and do not count here, as they belong to other work units. */
  elsewhere(type: string): readonly Instance[] {
    return this.#scope.elsewhere(type);
  }

  broken(type: string): readonly Instance[] {
    return this.#scope.broken(type);
  }

  summary(type: string): TypeSummary {
    return this.#scope.summary(type);
  }

  digest(type: string): SeenType {
    return this.#scope.digest(type);
  }

  digestOf(types: readonly string[]): string {
    return this.#scope.digestOf(types);
  }

  get hasGaps(): boolean {
    return this.#scope.hasGaps;
  }

  isPartial(type: string): boolean {
    return this.#scope.isPartial(type);
  }

  /** What could not be read of a type. */
  gaps(type: string): readonly ScanGap[] {
    return this.#scope.snapshot.gaps.get(type) ?? [];
  }

  /** The protocol's last attempt in this scope that has ended. */
  get lastAttempt(): LastAttempt | undefined {
    return this.#scope.lastAttempt(this.#protocol);
  }

  get lastSuccess(): LastAttempt | undefined {
    return this.#scope.lastSuccess(this.#protocol);
  }

  /** Whether a person reopened it after that. */
  get isReopened(): boolean {
    return this.#scope.isReopened(this.#protocol);
  }

  /** What was heard in this scope; undefined where nothing was. */
  get heard(): HeardDeliveries | undefined {
    return this.#scope.heard;
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
