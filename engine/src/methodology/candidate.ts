import { type CandidateName, candidateKey as keyOfName, type WorkUnit } from "@runa/store";
import type { Protocol } from "./methodology.ts";

/** A protocol carried out for one work unit, or for none (contract.md section 1), whatever its readiness. */
export interface Candidate {
  readonly protocol: Protocol;
  readonly workUnit: WorkUnit | null;
}

/** One text for each candidate, also where a protocol is known by its name only. */
export function candidateKey({ protocol, workUnit }: Candidate | CandidateName): string {
  return keyOfName({ protocol: typeof protocol === "string" ? protocol : protocol.name, workUnit });
}
