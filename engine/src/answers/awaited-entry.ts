import { decidersOf } from "../decisions/decision.ts";
import { type AwaitedDecision, awaitedIn } from "../evaluate/awaited.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";

/** A decision that people have still to make, as documents have it. */
export interface AwaitedEntry {
  readonly artifact_type: string;
  /** Left out of what is only projected, as the content hash is. */
  readonly instance_id?: string;
  readonly content_hash?: string;
  /** The approval types that it lacks. */
  readonly approval_types: readonly string[];
  /** How many people's approvals each of them lacks; 0 where only a rejection outweighs them. */
  readonly missing: Readonly<Record<string, number>>;
  readonly rejection_type?: string;
  /** Whose rejections stand, though they were answered. Left out where there is none. */
  readonly rejected_by?: readonly string[];
  /** The protocols of the scope that need one of the approvals. Left out where none does. */
  readonly waiters?: readonly string[];
}

/** The decisions that a scope waits for; left out where there is none. */
export function awaitedEntries(evaluation: Evaluation): { awaiting_decision?: readonly AwaitedEntry[] } {
  const awaited = awaitedIn(evaluation);
  return awaited.length === 0 ? {} : { awaiting_decision: awaited.map(awaitedEntry) };
}

function awaitedEntry(awaited: AwaitedDecision): AwaitedEntry {
  const { type, id, contentHash } = awaited.subject;
  return { artifact_type: type, instance_id: id, content_hash: contentHash, ...lackEntry(awaited) };
}

/** The same of what is projected: what will be decided on has no name yet. */
export function projectedAwaitedEntry(awaited: AwaitedDecision): AwaitedEntry {
  return { artifact_type: awaited.subject.type, ...lackEntry(awaited) };
}

function lackEntry({ approvals, rejectionType, outweighedBy, waiters }: AwaitedDecision) {
  const missing = approvals.map(({ type, approvals: made }): [string, number] => [
    type.name,
    Math.max(0, type.annotation.min - made.length),
  ]);
  const rejectedBy = decidersOf(outweighedBy);
  return {
    approval_types: approvals.map(({ type }) => type.name),
    missing: Object.fromEntries(missing),
    ...(rejectionType !== null && { rejection_type: rejectionType }),
    ...(rejectedBy.length > 0 && { rejected_by: rejectedBy }),
    ...(waiters.length > 0 && { waiters }),
  };
}
