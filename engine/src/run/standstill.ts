import { RunaError } from "../diagnostic.ts";

/** How often the same may come up in a row, with nothing moving in between. */
const LIMIT = 12;
/** The longest pause before the next look, in milliseconds; the first is 1 ms, and each further one doubles. */
const LONGEST = 500;

/**
 * Counts what makes a run look again without getting anywhere: whatever the cause, no loop of it goes on for ever, and
 * each turn leaves time to what else goes on, such as signals and the limits of running attempts.
 */
export class Standstill {
  readonly #times = new Map<string, number>();

  /** Hears that something has moved: an attempt began or ended. */
  moved(): void {
    this.#times.clear();
  }

  /**
   * Hears of one more look that is to be made.
   * @param why the same words for the same cause
   * @param problem what is said where it has come up too often
   * @returns which time in a row it is, and how long to wait before
   * @throws RunaError
   */
  again(why: string, problem: string): { readonly times: number; readonly pause: number } {
    const times = (this.#times.get(why) ?? 0) + 1;
    this.#times.set(why, times);
    if (times > LIMIT) throw new RunaError(problem);
    return { times, pause: Math.min(2 ** (times - 1), LONGEST) };
  }
}
