import type { Moment } from "@runa/store";
import { LONGEST_TIMER } from "../duration.ts";
import type { AgentSettings } from "../project/config.ts";
import type { Ending } from "./attempt.ts";
import type { Work } from "./carrier.ts";
import type { Limit } from "./outcome.ts";

/** What can be seen of a running attempt from outside. */
export interface Visible {
  /** Milliseconds since the attempt began; more than zero for one that was adopted. */
  readonly age: number;
  /** Null where it is not captured: then only the wall clock counts. */
  readonly output: Work["output"];
  /** When its server last had a call, as the store counts; only its changes are looked at. */
  readonly lastCall: () => Moment | null;
  /** Whether everything that the attempt owes has been delivered by now. */
  readonly obligationsMet: () => Promise<boolean>;
}

/** How often, in milliseconds, output and calls are looked at; a short limit is looked at more often. */
const LOOK_EVERY = 1000;

type Limits = Pick<AgentSettings, "timeout" | "idleTimeout" | "settle" | "outputLimit">;

/** Watches one attempt's limits (attempts.md section 3) and says once when, and why, it is to be ended. */
export class LimitWatch {
  readonly #limits: Limits;
  readonly #seen: Visible;
  readonly #end: (why: Ending) => void;
  readonly #began: number;
  #ticker: NodeJS.Timeout | undefined;
  #wall: NodeJS.Timeout | undefined;
  #lastCall: Moment | null;
  #active = performance.now();
  /** When it may next be asked whether something is still owed. */
  #askAfter = 0;
  #over = false;

  constructor(limits: Limits, seen: Visible, end: (why: Ending) => void) {
    this.#limits = limits;
    this.#seen = seen;
    this.#end = end;
    this.#began = performance.now() - seen.age;
    this.#lastCall = seen.lastCall();
    this.#armWall();
    const { idleTimeout, settle, outputLimit } = limits;
    const { output } = seen;
    // Whether it is silent shows only where its output does. An agent that was adopted may write to where its runa did.
    if (output === null) return;
    const shortest = Math.min(idleTimeout ?? Infinity, settle ?? Infinity, outputLimit < 1e7 ? 100 : Infinity);
    // What cannot be seen now ends nothing; a store that stays unreadable is told of at the attempt's end.
    this.#ticker = setInterval(
      () => void this.#look(output).catch(() => {}),
      Math.max(10, Math.min(LOOK_EVERY, shortest / 4)),
    );
  }

  /** Nothing is ended any more. */
  close(): void {
    this.#over = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#wall);
  }

  #armWall(): void {
    const { timeout } = this.#limits;
    if (timeout === null) return;
    const left = this.#began + timeout - performance.now();
    if (left <= 0) {
      // Not at once: whoever made this watch has yet to receive it.
      setImmediate(() => this.#reached({ kind: "wall", amount: timeout }));
      return;
    }
    this.#wall = setTimeout(() => this.#armWall(), Math.min(left, LONGEST_TIMER));
  }

  async #look(output: NonNullable<Work["output"]>): Promise<void> {
    const { idleTimeout, settle, outputLimit } = this.#limits;
    if (output.bytes > outputLimit) {
      this.#reached({ kind: "output", amount: outputLimit });
      return;
    }
    const silent = performance.now() - this.#lastActivity(output);
    if (settle !== null && silent >= settle && performance.now() >= this.#askAfter) {
      if (await this.#isSettled(settle)) {
        this.#say({ kind: "settled" });
        return;
      }
    }
    if (idleTimeout !== null && silent >= idleTimeout) this.#reached({ kind: "idle", amount: idleTimeout });
  }

  /** Asked again after each further `settle` of silence: a file can be written without a sound. */
  async #isSettled(settle: number): Promise<boolean> {
    this.#askAfter = Number.POSITIVE_INFINITY;
    // A workspace that cannot be looked at now settles nothing, and `idleTimeout` counts on.
    const met = await this.#seen.obligationsMet().catch(() => false);
    this.#askAfter = performance.now() + settle;
    return met;
  }

  #lastActivity({ lastGrowth }: NonNullable<Work["output"]>): number {
    const call = this.#seen.lastCall();
    if (call !== this.#lastCall) {
      this.#lastCall = call;
      this.#active = performance.now();
    }
    return Math.max(this.#active, lastGrowth);
  }

  #reached(limit: Limit): void {
    this.#say({ kind: "limit", limit });
  }

  #say(why: Ending): void {
    if (this.#over) return;
    this.close();
    this.#end(why);
  }
}
