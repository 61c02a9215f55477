import type { JsonSchema, Violation } from "@runa/store";

/** Why an output type is offered: owed always, owed as one member of a choice group, or allowed. */
export type Duty =
  | { readonly kind: "produces" }
  | { readonly kind: "choice"; readonly group: string; readonly members: readonly string[] }
  | { readonly kind: "may_produce" };

/** One output type that the session's protocol may write, with the schema its instances are held to. */
export interface OfferedOutput {
  readonly artifactType: string;
  readonly schema: JsonSchema;
  readonly duty: Duty;
}

/** What a delivery, a confirmation or a withdrawal came to. A refusal is something the caller can mend. */
export type DeliveryResult =
  | {
      readonly kind: "delivered" | "confirmed" | "withdrawn";
      readonly artifactType: string;
      readonly instanceId: string;
      /** The artifact's file, relative to the project where it lies inside it. */
      readonly path: string;
      readonly contentHash: string;
      /** What the protocol still owes after this call, in words: `design`, `one of approved, needs-revision`. */
      readonly stillOwed: readonly string[];
    }
  | { readonly kind: "refused"; readonly reason: string; readonly violations: readonly RefusedViolation[] };

/** What of an artifact is wrong; without a keyword where it is its text that is. */
export type RefusedViolation = Pick<Violation, "path" | "expected" | "got"> & Partial<Violation>;

/**
 * One attempt's outputs: what may be delivered, and delivering it (contract.md section 8, attempts.md section 2).
 * Opened by `openOutputSession`; serves one protocol and at most one work unit for as long as it is open.
 */
export interface OutputSession {
  readonly methodology: string;
  readonly protocol: string;
  readonly workUnit: string | null;
  /** `produces`, then choice members, then `may_produce`, in the manifest's order. */
  readonly outputs: readonly OfferedOutput[];
  /** Whether `confirm_unchanged` and `withdraw` are offered: inside an attempt, where valid outputs exist at the start. */
  readonly offersOwnTools: boolean;
  /** Validates against the full schema and writes atomically and durably; never writes anything invalid. */
  deliver(artifactType: string, instanceId: string, artifact: unknown): Promise<DeliveryResult>;
  /** @param reason what a model is asked for, so that it thinks; not blank where it is given */
  confirmUnchanged(artifactType: string, instanceId: string, reason?: string): Promise<DeliveryResult>;
  withdraw(artifactType: string, instanceId: string, reason?: string): Promise<DeliveryResult>;
  /**
   * Notes a call whose arguments were refused before it came to the session, so that the attempt's report can tell of it.
   * @param artifactType the output that was meant, where the call named one
   */
  noteRefusal(reason: string, violations: readonly Pick<Violation, "path" | "expected">[], artifactType?: string): void;
  close(): void;
}
