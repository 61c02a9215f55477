import type { Store } from "@runa/store";
import { type OpenAttempt, unendedAttempts } from "@runa/store/attempts";
import { waitsForEnded } from "../messages.ts";
import { isOrphan } from "../process/owner.ts";
import type { ActiveAttempts } from "./active-attempts.ts";
import type { Alarm } from "./alarm.ts";
import type { ExecutionEvent } from "./report.ts";
import type { Standstill } from "./standstill.ts";

/** How often, in milliseconds, attempts of other runas are looked at while nothing else can be done. */
const LOOK_EVERY = 200;

/** Waits for what lets a run go on, and tells for whom it waits. */
export class Waiting {
  readonly #store: Store;
  readonly #active: ActiveAttempts;
  readonly #alarm: Alarm;
  readonly #standstill: Standstill;
  /** The attempts of which it was last told that they are waited for. */
  #told = "";

  constructor(store: Store, active: ActiveAttempts, alarm: Alarm, standstill: Standstill) {
    this.#store = store;
    this.#active = active;
    this.#alarm = alarm;
    this.#standstill = standstill;
  }

  /**
   * Resolves at the end of an attempt, at a signal, or when something is due that nobody tells of: a time, or the end of an
   * attempt of another runa.
   * @param due in milliseconds of `performance.now()`
   * @param others the attempts of other runas that are waited for
   * @throws RunaError when what is waited for is over, again and again, and nothing moves by that
   */
  async until(due: number, others: readonly OpenAttempt[]): Promise<void> {
    for (;;) {
      const next = others.length === 0 ? due : Math.min(due, performance.now() + LOOK_EVERY);
      const woken = this.#active.haveNews || (await this.#alarm.until(next));
      if (woken || performance.now() >= due) return;
      if (!this.#isOneGone(others)) continue;
      const ids = idsOf(others);
      this.#standstill.again(`wait ${ids}`, waitsForEnded(ids));
      return;
    }
  }

  /** Tells for which attempts it waits, unless that is told already. */
  tell(others: readonly OpenAttempt[], listen: (event: ExecutionEvent) => void): void {
    const ids = idsOf(others);
    if (ids === "" || ids === this.#told) return;
    this.#told = ids;
    listen({ kind: "waiting", attempts: others });
  }

  #isOneGone(others: readonly OpenAttempt[]): boolean {
    const open = new Map(unendedAttempts(this.#store).map((attempt) => [attempt.id, attempt]));
    return others.some(({ id }) => {
      const attempt = open.get(id);
      return attempt === undefined || isOrphan(attempt);
    });
  }
}

function idsOf(attempts: readonly OpenAttempt[]): string {
  return attempts.map(({ id }) => id).join(" ");
}
