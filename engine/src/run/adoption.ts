import { type OpenAttempt, unendedAttempts } from "@runa/store/attempts";
import { abandonUnknown } from "../attempt/abandon.ts";
import { shortAttemptId } from "../attempt/attempt-id.ts";
import type { Carrier } from "../attempt/carrier.ts";
import { adopt } from "../attempt/claim.ts";
import type { Supervision } from "../attempt/context.ts";
import type { Mandate } from "../attempt/mandate.ts";
import type { Watcher } from "../attempt/supervise.ts";
import { attemptNotTakenOver } from "../messages.ts";
import type { Protocol } from "../methodology/methodology.ts";
import { isOrphan } from "../process/owner.ts";
import type { ActiveAttempts } from "./active-attempts.ts";
import type { ExecutionEvent } from "./report.ts";
import type { Standstill } from "./standstill.ts";

/** Who takes attempts over, and who hears of it. */
export interface Adopter {
  readonly context: Supervision & Mandate;
  readonly carrier: Carrier;
  readonly active: ActiveAttempts;
  readonly standstill: Standstill;
  readonly listen: (event: ExecutionEvent) => void;
  readonly watcherOf: (protocol: Protocol) => Watcher;
}

/**
 * Takes over the attempts whose runa is gone: they are judged, or waited for, before anything else is done.
 * @throws RunaError for one that nobody can take over
 */
export async function adoptOrphans({
  context,
  carrier,
  active,
  standstill,
  listen,
  watcherOf,
}: Adopter): Promise<void> {
  const { project, interrupts } = context;
  // Whoever was told to end takes on nothing more.
  if (interrupts.requested !== null) return;
  for (const attempt of unendedAttempts(project.store)) {
    if (active.has(attempt.id) || !isOrphan(attempt)) continue;
    const protocol = project.methodology.protocols.find(({ name }) => name === attempt.protocol);
    if (protocol === undefined) {
      if (await abandonUnknown(context, carrier, attempt)) listen({ kind: "attempt_abandoned", attempt });
      else notTakenOver(standstill, attempt);
      continue;
    }
    const adopted = adopt(context, carrier, attempt, protocol, watcherOf(protocol));
    if (adopted === null) {
      notTakenOver(standstill, attempt);
      continue;
    }
    const { candidate, worker } = adopted.attempt;
    if (worker !== null) listen({ kind: "attempt_adopted", attempt, candidate, pid: worker.pid });
    active.add(adopted);
  }
}

/** Mostly another runa was faster, and then it is no orphan any more. */
function notTakenOver(standstill: Standstill, { id }: OpenAttempt): void {
  standstill.again(`adopt ${id}`, attemptNotTakenOver(id, shortAttemptId(id)));
}
