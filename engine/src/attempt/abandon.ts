import { abandonAttempt, adoptAttempt, type OpenAttempt } from "@runa/store/attempts";
import { recordsDue } from "../audit/due.ts";
import { thisOwner } from "../process/owner.ts";
import { thisPerson } from "../process/person.ts";
import type { Carrier } from "./carrier.ts";
import type { Supervision } from "./context.ts";

/**
 * Ends an attempt whose runa is gone and whose protocol is no longer declared: nothing can be judged by its obligations,
 * and nobody waits for its work, which is stopped.
 * @returns whether it was ours to end
 */
export async function abandonUnknown(
  { project, interrupts }: Supervision,
  carrier: Carrier,
  attempt: OpenAttempt,
): Promise<boolean> {
  if (!adoptAttempt(project.store, attempt, thisOwner(), { actor: thisPerson() })) return false;
  const work = carrier.adopt(attempt, null);
  const release = interrupts.attend(work);
  try {
    work.stop();
    await work.ended;
    await work.sweep(() => interrupts.killed);
  } finally {
    release();
  }
  abandonAttempt(project.store, attempt, recordsDue(project.methodology, attempt));
  return true;
}
