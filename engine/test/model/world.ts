import type { Instance, WorkUnit } from "@runa/store";
import type { ProtocolDeclaration } from "../../src/methodology/manifest.ts";

/** What the last successful attempt of a candidate recorded of one type: the instances, with content and validity. */
export type Recorded = ReadonlyMap<string, readonly Instance[]>;

/** What is known of one candidate's past. */
export interface Past {
  /** Whether the last attempt failed; null when there was none. */
  readonly lastFailed: boolean | null;
  /** The instances of `produces` types and choice members that lay there when the last attempt ended. */
  readonly owedAtEnd: readonly Instance[];
  /** The record of the last successful attempt; null when there was none. */
  readonly record: Recorded | null;
  /** When the last successful attempt ended; null when there was none. */
  readonly successEnded: number | null;
  /** Whether declaration, instructions and schemas are still those of the last successful attempt. */
  readonly sameInstructions: boolean;
}

/** Everything that readiness follows from, in the contract's own words; no index, no digest. */
export interface World {
  readonly types: readonly string[];
  readonly protocols: readonly ProtocolDeclaration[];
  readonly instances: readonly Instance[];
  /** Partially scanned types. */
  readonly gaps: readonly string[];
  /** By protocol, for this scope's work unit (or none). */
  readonly past: ReadonlyMap<string, Past>;
  readonly workUnit: WorkUnit | null;
  /** Everything that was ever delivered or confirmed, in any order. */
  readonly sayings: readonly Said[];
  /** By type, when an instance went last. */
  readonly removals: ReadonlyMap<string, number>;
}

/** That an attempt of a protocol of the scope delivered or confirmed an instance with a content. */
export interface Said extends Pick<Instance, "type" | "id" | "contentHash"> {
  readonly protocol: string;
  readonly at: number;
}

/** "*unscoped* (no `--work-unit`: protocols with `scoped = false`) or one work unit (only `scoped = true` protocols)". */
export function scopeOf({ protocols, workUnit }: World): ProtocolDeclaration[] {
  return protocols.filter((protocol) => protocol.scoped === (workUnit !== null));
}

/** "For work unit W an instance counts when its `work_unit` is W or absent; unscoped evaluation counts all instances." */
export function instancesOf({ instances, workUnit }: World, type: string): Instance[] {
  return instances.filter(
    (instance) =>
      instance.type === type && (workUnit === null || instance.workUnit === null || instance.workUnit === workUnit),
  );
}
