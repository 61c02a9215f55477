import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { signalAll, treeOf } from "./process-tree.ts";

/** How long what a child has started may keep its output open after the child has ended, in milliseconds. */
const LAST_WORDS = 1000;

/** The same after a signal was passed on, on which all of it is about to end. */
const FAREWELL = 5000;

/** The signals that ask a program to end, which are passed on. */
const PASSED_ON = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Passes signals to this process on to a child and what it has started, from before there is one until disposed of. */
export class SignalRelay {
  #child: ChildProcess | undefined;
  #passed: NodeJS.Signals | undefined;

  constructor() {
    for (const signal of PASSED_ON) process.on(signal, this.#pass);
  }

  /**
   * Waits for the end of a child that was just started, and for what it has started to let go of its output: answers
   * with its exit code, or 128 and the signal's number where a signal ended it, also where it ended with 0 because of
   * a signal that was passed on.
   * @param closed resolves when its output has ended
   * @throws NodeJS.ErrnoException when it could not be started
   */
  async ended(child: ChildProcess, closed: Promise<unknown>): Promise<number> {
    this.#child = child;
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", (error) => {
        if (child.pid === undefined) reject(error);
      });
      child.once("exit", (...end) => resolve(end));
    });
    await Promise.race([closed, sleep(this.#passed === undefined ? LAST_WORDS : FAREWELL, undefined, { ref: false })]);
    const by = signal ?? (code === 0 ? this.#passed : undefined);
    return by === undefined ? (code ?? 0) : 128 + constants.signals[by];
  }

  /** Asks the child and what it has started to end, and sees to it after a while, in milliseconds. */
  end(child: ChildProcess, grace: number): void {
    const tree = treeOf(child);
    this.#passed ??= "SIGTERM";
    signalAll(tree, "SIGTERM");
    setTimeout(() => signalAll(tree, "SIGKILL"), grace).unref();
  }

  /** From now on signals end this process again. */
  dispose(): void {
    for (const signal of PASSED_ON) process.off(signal, this.#pass);
  }

  readonly #pass = (signal: NodeJS.Signals): void => {
    this.#passed ??= signal;
    if (this.#child !== undefined) signalAll(treeOf(this.#child), signal);
  };
}
