import type { Candidate } from "../methodology/candidate.ts";

/** A work unit as documents have it: left out where there is none. */
export function workUnitEntry({ workUnit }: Pick<Candidate, "workUnit">): { work_unit?: string } {
  return workUnit === null ? {} : { work_unit: workUnit };
}
