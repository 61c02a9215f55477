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
}
