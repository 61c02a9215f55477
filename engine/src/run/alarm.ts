import { LONGEST_TIMER } from "../duration.ts";

/** Lets one waiter sleep until a time, or until somebody wakes it. */
export class Alarm {
  #wake = () => {};

  /** Ends the pause, if there is one. */
  ring(): void {
    this.#wake();
  }

  /**
   * Resolves at this time of `performance.now()`, or when it rings before.
   * @returns whether it rang
   */
  until(at: number): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const left = Math.max(0, Math.min(at - performance.now(), LONGEST_TIMER));
      const timer = at === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => resolve(false), left);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve(true);
      };
    });
  }
}
