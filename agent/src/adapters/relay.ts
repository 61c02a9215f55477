import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";

/** What is given to the output of a child that has ended to arrive, in milliseconds: a child of its own may hold it open. */
export const LAST_WORDS = 1000;

/** The signals that ask a program to end, which are passed on. */
const PASSED_ON = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Passes signals to this process on to a child, from before there is one until disposed of. */
export class SignalRelay {
  #child: ChildProcess | undefined;
  #passed: NodeJS.Signals | undefined;

  constructor() {
    for (const signal of PASSED_ON) process.on(signal, this.#pass);
  }

  /**
   * Waits for the end of a child that was just started: answers with its exit code, or 128 and the signal's number
   * where a signal ended it, also where it ended with 0 because of a signal that was passed on.
   * @throws NodeJS.ErrnoException when it could not be started
   */
  async ended(child: ChildProcess): Promise<number> {
    this.#child = child;
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", (error) => {
        if (child.pid === undefined) reject(error);
      });
      child.once("exit", (...end) => resolve(end));
    });
    const by = signal ?? (code === 0 ? this.#passed : undefined);
    return by === undefined ? (code ?? 0) : 128 + constants.signals[by];
  }

  /** From now on signals end this process again. */
  dispose(): void {
    for (const signal of PASSED_ON) process.off(signal, this.#pass);
  }

  readonly #pass = (signal: NodeJS.Signals): void => {
    this.#passed ??= signal;
    this.#child?.kill(signal);
  };
}
