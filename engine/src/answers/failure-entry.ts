import type { PreconditionFailure, PreconditionReason } from "../evaluate/evaluate.ts";

/** A type that a protocol requires and lacks. */
export interface FailureEntry {
  readonly artifact_type: string;
  readonly reason: PreconditionReason;
}

export function failureEntry({ artifactType, reason }: PreconditionFailure): FailureEntry {
  return { artifact_type: artifactType, reason };
}
