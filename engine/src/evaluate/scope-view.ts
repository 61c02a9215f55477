import { type Instance, type SeenType, type Snapshot, sha256, type WorkUnit } from "@runa/store";

/** Stands in the place of instances: what a set of them is told apart by. */
export type SetMember = Pick<Instance, "id" | "contentHash">;

/**
 * What one scope sees of a snapshot. For work unit W an instance counts when its `work_unit` is W or absent; unscoped
 * evaluation counts all (contract.md section 5). Each answer is worked out once.
 */
export class ScopeView {
  readonly snapshot: Snapshot;
  readonly workUnit: WorkUnit | null;
  readonly #counted = new Map<string, readonly Instance[]>();
  readonly #valid = new Map<string, readonly Instance[]>();
  readonly #digests = new Map<string, SeenType>();

  constructor(snapshot: Snapshot, workUnit: WorkUnit | null) {
    this.snapshot = snapshot;
    this.workUnit = workUnit;
  }

  counted(type: string): readonly Instance[] {
    return remembered(this.#counted, type, () => {
      const all = this.snapshot.instances.get(type) ?? [];
      if (this.workUnit === null) return all;
      return all.filter((instance) => instance.workUnit === null || instance.workUnit === this.workUnit);
    });
  }

  valid(type: string): readonly Instance[] {
    return remembered(this.#valid, type, () => this.counted(type).filter((instance) => instance.status === "valid"));
  }

  isPartial(type: string): boolean {
    return this.snapshot.gaps.has(type);
  }

  /** What an attempt that looked now would have seen of a type. */
  digest(type: string): SeenType {
    return remembered(this.#digests, type, () => seenOf(this.counted(type)));
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
  return { valid: setDigest(instances.filter((instance) => instance.status === "valid")), all: setDigest(instances) };
}

/** A digest over ids and content hashes that does not depend on order. */
export function setDigest(members: readonly SetMember[]): string {
  const lines = members.map(({ id, contentHash }) => `${contentHash} ${id}`);
  return sha256(lines.sort().join("\0"));
}
