import type { WorkUnit } from "./artifact.ts";

/** A protocol carried out for one work unit, or for none, where the protocol is only a name. */
export interface CandidateName {
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
}

/** One text for each candidate. The length tells where the protocol's name ends, whatever stands in it. */
export function candidateKey({ protocol, workUnit }: CandidateName): string {
  return workUnit === null ? `${protocol.length}:${protocol}` : `${protocol.length}:${protocol}:${workUnit}`;
}
