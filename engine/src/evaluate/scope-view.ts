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
import type { EvaluatedSnapshot } from "../decisions/decided.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { countingList, type ListName } from "../decisions/gates.ts";

/** Stands in the place of instances: what a set of them is told apart by. */
export type SetMember = Pick<Instance, "id" | "contentHash">;

/** Which of a type's instances a candidate's freshness depends on: the valid ones, or all. */
export interface RelevantInput {
  readonly type: string;
  readonly which: "valid" | "all";
}

/** A type of which nothing is approved, and the approval types by which something would have to be. */
export interface Unapproved {
  readonly subject: string;
  readonly approvals: readonly string[];
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
  readonly snapshot: EvaluatedSnapshot;
  /** All instances, whatever their work units. */
  readonly all: Sight;
  /** Looked up when a work unit asks. */
  #scopedTypes: ReadonlySet<string> | undefined;

  constructor(snapshot: EvaluatedSnapshot) {
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
  readonly snapshot: EvaluatedSnapshot;
  readonly workUnit: WorkUnit | null;
  readonly #common: CommonSight;
  readonly #own: Sight;
  readonly #summaries = new Map<string, TypeSummary>();

  /** @param common shared with the views of other scopes over the same snapshot */
  constructor(snapshot: EvaluatedSnapshot, workUnit: WorkUnit | null, common = new CommonSight(snapshot)) {
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
    return new ProtocolView(this, protocol, this.snapshot.decisions ?? null);
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
 * What one protocol sees of each type in a scope. Whatever is decided for a protocol asks this. Where people decide, that is of
 * an approval type what is approved, of a rejection type the rejections that stand, and of a type of which the protocol names
 * an approval only what is approved (decisions.md section 2); all else is the same for every protocol of a scope.
 */
export class ProtocolView {
  readonly #scope: ScopeView;
  readonly #protocol: { readonly name: string };
  /** Null where nobody decides, and in the view of what the protocol writes. */
  readonly #decisions: Decisions | null;

  constructor(scope: ScopeView, protocol: { readonly name: string }, decisions: Decisions | null) {
    this.#scope = scope;
    this.#protocol = protocol;
    this.#decisions = decisions;
  }

  /** What it sees of what it writes: there everything counts, approved or not. */
  get outputs(): ProtocolView {
    return this.#decisions === null ? this : new ProtocolView(this.#scope, this.#protocol, null);
  }

  inScope(type: string): readonly Instance[] {
    return this.#scope.inScope(this.#listOf(type));
  }

  valid(type: string): readonly Instance[] {
    return this.#scope.valid(this.#listOf(type));
  }

  /** The valid ones as the protocol is given them: of an approval type the approvals, where it sees what they approve. */
  given(type: string): readonly Instance[] {
    const isDecisionType = this.#decisions?.types.subjectOf(type) !== undefined;
    return isDecisionType ? this.#scope.inScope(countingList(type)) : this.valid(type);
  }

  /** Whether the protocol sees an instance with this content of what it may write too: it need not be approved, or is. */
  admits({ type, id, contentHash, status }: SetMember & Pick<Instance, "type" | "status">): boolean {
    const named = this.#decisions?.gateOf(this.#protocol.name)?.approvals.get(type);
    if (named === undefined || status !== "valid") return true;
    return this.valid(type).some((one) => one.id === id && one.contentHash === contentHash);
  }

  /** Everything that lies there of a type, whatever was decided on it. */
  get undecided(): ScopeView {
    return this.#scope;
  }

  /** What has to be approved for a type to count, and by which of the approval types that the protocol names. */
  approvalsFor(type: string): Unapproved {
    const approved = this.#decisions?.types.subjectOf(type);
    const subject = approved ?? type;
    const named = this.#decisions?.gateOf(this.#protocol.name)?.approvals.get(subject) ?? [];
    return { subject, approvals: approved === undefined ? named : named.filter((name) => name === type) };
  }

  /** The same where valid instances lie there and none counts, because none is approved; null elsewhere. */
  unapproved(type: string): Unapproved | null {
    if (this.#decisions === null) return null;
    const found = this.approvalsFor(type);
    const isThere = found.approvals.length > 0 && this.#scope.summary(found.subject).valid > 0;
    return isThere && this.summary(type).valid === 0 ? found : null;
  }

  /** The instances of a type that lie there and do not count here, as they belong to other work units. */
  elsewhere(type: string): readonly Instance[] {
    return this.#scope.elsewhere(type);
  }

  broken(type: string): readonly Instance[] {
    return this.#scope.broken(this.#listOf(type));
  }

  summary(type: string): TypeSummary {
    return this.#scope.summary(this.#listOf(type));
  }

  digest(type: string): SeenType {
    return this.#scope.digest(this.#listOf(type));
  }

  digestOf(types: readonly string[]): string {
    return this.#scope.digestOf(types.map((type) => this.#listOf(type)));
  }

  get hasGaps(): boolean {
    return this.#scope.hasGaps;
  }

  /** Whether a type is partially scanned, or another one by which it is known what counts of it. */
  isPartial(type: string): boolean {
    return this.hasGaps && this.#known(type).some((one) => this.#scope.isPartial(one));
  }

  /** What could not be read of a type, or of another one by which it is known what counts of it. */
  gaps(type: string): readonly ScanGap[] {
    return this.#known(type).flatMap((one) => this.#scope.snapshot.gaps.get(one) ?? []);
  }

  #listOf(type: string): ListName {
    return this.#decisions === null ? type : this.#decisions.listFor(this.#protocol.name, type);
  }

  #known(type: string): readonly string[] {
    if (this.#decisions === null || this.#listOf(type) === type) return [type];
    return [type, ...this.#decisions.types.relatedTo(type)];
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
