declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `sha256:<64 hex digits>` of an artifact's canonical JSON, or of its raw bytes where it is malformed. */
export type ContentHash = Branded<"ContentHash">;
/** `sha256:<64 hex digits>` of a schema's canonical JSON. */
export type SchemaHash = Branded<"SchemaHash">;
/** The part of an instance's file name before `.json`. */
export type InstanceId = Branded<"InstanceId">;
/** An id that delegates a slice of work. */
export type WorkUnit = Branded<"WorkUnit">;
/**
 * A number of the store's own count of what it learns. It only goes up, whatever the machine's clock does: it tells what came
 * first, not when. (A store that was made before there was the count goes on from microseconds.)
 */
export type Moment = number & { readonly [brand]: "Moment" };
/** Microseconds since 1970 on the machine's clock, which may be wrong: shown to people, and nothing is decided by it. */
export type WallTime = number & { readonly [brand]: "WallTime" };

/** A parsed JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** A JSON Schema of any supported dialect. */
export type JsonSchema = boolean | { readonly [key: string]: unknown };

/** What a scan found an instance to be (contract.md section 4). */
export type InstanceStatus = "valid" | "invalid" | "malformed" | "stale";

/** One way in which an artifact breaks its schema, in words that a person or a model can act on. */
export interface Violation {
  /** JSON pointer into the artifact; empty for the artifact itself. */
  readonly path: string;
  readonly keyword: string;
  readonly expected: string;
  /** What was there, shortened. */
  readonly got: string;
  readonly message: string;
}

/** One artifact as the store knows it. */
export interface Instance {
  readonly type: string;
  readonly id: InstanceId;
  readonly status: InstanceStatus;
  readonly contentHash: ContentHash;
  readonly workUnit: WorkUnit | null;
  /** When runa learned of this content. */
  readonly lastModified: Moment;
  /** The start of the last successful attempt that delivered it. */
  readonly deliveredAt: Moment | null;
  /** The file's modification time in nanoseconds, as text, when it was last read; null where there is no file. */
  readonly mtime: string | null;
  /** Every violation; for a malformed file the one reason. Empty when valid. */
  readonly violations: readonly Violation[];
}

/** What is known of a set of instances of one type without looking at each. */
export interface TypeSummary {
  readonly total: number;
  readonly valid: number;
  /** Invalid or malformed. */
  readonly broken: number;
  readonly stale: number;
  /** The latest `lastModified`, of all and of the valid ones; null where there is none. */
  readonly newest: Moment | null;
  readonly newestValid: Moment | null;
  /** The latest of `lastModified` and `deliveredAt`. */
  readonly newestVouched: Moment | null;
}

/** Something in the workspace that could not be read, so that what is known of its type may be incomplete. */
export interface ScanGap {
  readonly type: string;
  /** Relative to the workspace. */
  readonly path: string;
  readonly reason: string;
}

/** Names one instance. */
export interface InstanceRef {
  readonly type: string;
  readonly id: InstanceId;
}
