import type { WorkUnit } from "../artifact.ts";
import type { OpenAttempt } from "./open-attempts.ts";

/** Work units, null for none; or all of them, and none. */
export type Units = "all" | readonly (WorkUnit | null)[];

/**
 * Beside what an attempt must not run (attempts.md section 7): plain data, so that it is asked inside the transaction of a
 * claim, by whoever holds the store.
 */
export interface Exclusion {
  /** Whether it runs beside nothing at all. */
  readonly exclusive: boolean;
  /** Every protocol of its methodology, and the work units of which it does not run beside an attempt. */
  readonly protocols: readonly { readonly protocol: string; readonly units: Units }[];
}

/** The first of these attempts beside which another one must not run; null when there is none. */
export function obstacleAmong(open: readonly OpenAttempt[], { exclusive, protocols }: Exclusion): OpenAttempt | null {
  const obstacle = open.find((attempt) => {
    const known = protocols.find(({ protocol }) => protocol === attempt.protocol);
    // What an older or newer methodology executes may write anything.
    return exclusive || known === undefined || covers(known.units, attempt.workUnit);
  });
  return obstacle ?? null;
}

/** Whether a work unit, or none, is among some. */
export function covers(units: Units, workUnit: WorkUnit | null): boolean {
  return units === "all" || units.includes(workUnit);
}
