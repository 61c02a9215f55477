import type { Store } from "@runa/store";
import { type OpenAttempt, unendedAttempts } from "@runa/store/attempts";
import { isOrphan } from "../process/owner.ts";
import type { ActiveAttempts } from "./active-attempts.ts";
import type { Alarm } from "./alarm.ts";
import type { Standstill } from "./standstill.ts";

/** How often, in milliseconds, attempts of other runas are looked at while nothing else can be done. */
const LOOK_EVERY = 200;

/** What a run waits with, and for whom. */
export interface WaitingRoom {
  readonly store: Store;
  readonly active: ActiveAttempts;
  readonly alarm: Alarm;
  readonly standstill: Standstill;
}

/**
 * Resolves at the end of an attempt, at a signal, or when something is due that nobody tells of: a time, or the end of an
 * attempt of another runa.
 * @param due in milliseconds of `performance.now()`
 * @param others the attempts of other runas that are waited for
 * @throws RunaError when what is waited for is over, again and again, and nothing moves by that
 */
export async function somethingHappens(
  { store, active, alarm, standstill }: WaitingRoom,
  due: number,
  others: readonly OpenAttempt[],
): Promise<void> {
  for (;;) {
    const next = others.length === 0 ? due : Math.min(due, performance.now() + LOOK_EVERY);
    const woken = active.haveNews || (await alarm.until(next));
    if (woken || performance.now() >= due) return;
    if (!isOneGone(store, others)) continue;
    const ids = idsOf(others);
    standstill.again(
      `wait ${ids}`,
      `attempt ${ids} is over and still counts as what has to be waited for: \`runa doctor\` looks at the store`,
    );
    return;
  }
}

function isOneGone(store: Store, others: readonly OpenAttempt[]): boolean {
  const open = new Map(unendedAttempts(store).map((attempt) => [attempt.id, attempt]));
  return others.some(({ id }) => {
    const attempt = open.get(id);
    return attempt === undefined || isOrphan(attempt);
  });
}

/** The ids of attempts as one text. */
export function idsOf(attempts: readonly OpenAttempt[]): string {
  return attempts.map(({ id }) => id).join(" ");
}
