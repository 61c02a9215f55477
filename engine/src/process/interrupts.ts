/** What can be ended: as it asks, after a grace, or at once. */
interface Stoppable {
  stop(): void;
  kill(): void;
}

/** What a first Ctrl-C does: lets the running attempt end, or ends it. */
export type FirstInterrupt = "boundary" | "stop";

/** What is done with running agents on a signal: they may end by themselves, are ended in order, or are killed. */
export type InterruptReaction = "boundary" | "stop" | "kill";

export type Handled = "SIGINT" | "SIGTERM" | "SIGHUP";
/** The signals that end runa in order. */
export const HANDLED_SIGNALS: readonly Handled[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * What signals to runa mean while it executes work. Under `run` the first Ctrl-C lets the running attempt end and keeps
 * the next from starting, and the second kills it; under `step` the first one stops it. SIGTERM and SIGHUP stop it.
 */
export class Interrupts {
  readonly #first: FirstInterrupt;
  readonly #tell: (reaction: InterruptReaction, signal: Handled, running: number) => void;
  readonly #running = new Set<Stoppable>();
  readonly #listeners = new Set<() => void>();
  #requested: Handled | null = null;
  #stopped: Handled | null = null;
  #killed = false;

  /** @param tell hears of each signal, what is done about it, and with how many running agents */
  constructor(first: FirstInterrupt, tell: (reaction: InterruptReaction, signal: Handled, running: number) => void) {
    this.#first = first;
    this.#tell = tell;
    for (const signal of HANDLED_SIGNALS) process.on(signal, this.#receive);
  }

  /** The first signal that asked runa to end; null when none did. */
  get requested(): Handled | null {
    return this.#requested;
  }

  /** The signal for which running agents were ended; null when none was. */
  get stopped(): Handled | null {
    return this.#stopped;
  }

  /** Whether what is left of agents is to be killed at once, without a grace. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Calls `listener` after each signal, until released. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends this agent when a signal says so, until released. */
  attend(agent: Stoppable): () => void {
    this.#running.add(agent);
    if (this.#killed) agent.kill();
    else if (this.#stopped !== null) agent.stop();
    return () => this.#running.delete(agent);
  }

  dispose(): void {
    for (const signal of HANDLED_SIGNALS) process.off(signal, this.#receive);
  }

  readonly #receive = (signal: Handled): void => {
    const reaction = this.#reactionTo(signal);
    this.#requested ??= signal;
    this.#tell(reaction, signal, this.#running.size);
    if (reaction !== "boundary") this.#end(reaction, signal);
    for (const listener of this.#listeners) listener();
  };

  #end(reaction: "stop" | "kill", signal: Handled): void {
    this.#stopped ??= signal;
    this.#killed ||= reaction === "kill";
    for (const agent of this.#running) {
      if (reaction === "kill") agent.kill();
      else agent.stop();
    }
  }

  #reactionTo(signal: Handled): InterruptReaction {
    if (this.#stopped !== null) return "kill";
    if (signal !== "SIGINT" || this.#first === "stop") return "stop";
    return this.#requested === null ? "boundary" : "kill";
  }
}

/** The exit code of a process that a signal ended. */
export function signalExitCode(signal: Handled): number {
  return { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal];
}
