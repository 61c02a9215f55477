import type { Moment } from "@runa/store";
import type { AgentSettings } from "../project/config.ts";
import type { Limit } from "./outcome.ts";

/** Why an agent was told to end before it did so itself. */
export type Ending = { readonly kind: "limit"; readonly limit: Limit } | { readonly kind: "settled" };

/** What can be seen of a running attempt from outside. */
export interface Visible {
  /** Milliseconds since the attempt began; more than zero for one that was adopted. */
  readonly age: number;
  /** The agent's output, where it is captured. */
  readonly output: { readonly bytes: number; readonly lastGrowth: number } | null;
  /** When its server last had a call, in the store's clock; only its changes are looked at. */
  readonly lastCall: () => Moment | null;
  /** Whether everything that the attempt owes has been delivered by now. */
  readonly obligationsMet: () => Promise<boolean>;
}

/** How often, in milliseconds, output and calls are looked at; a short limit is looked at more often. */
const LOOK_EVERY = 1000;
/** Node's timers hold 32 bits; a longer one would end at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

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
  /** The activity after which it was found that something is still owed. */
  #owedAfter: number | null = null;
  #over = false;

  constructor(limits: Limits, seen: Visible, end: (why: Ending) => void) {
    this.#limits = limits;
    this.#seen = seen;
    this.#end = end;
    this.#began = performance.now() - seen.age;
    this.#lastCall = seen.lastCall();
    this.#armWall();
    const { idleTimeout, settle, outputLimit } = limits;
    if (idleTimeout === null && settle === null && seen.output === null) return;
    const shortest = Math.min(idleTimeout ?? Infinity, settle ?? Infinity, outputLimit < 1e7 ? 100 : Infinity);
    // What cannot be seen now ends nothing; a store that stays unreadable is told of at the attempt's end.
    this.#ticker = setInterval(
      () => void this.#look().catch(() => {}),
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

  async #look(): Promise<void> {
    const { idleTimeout, settle, outputLimit } = this.#limits;
    const { output } = this.#seen;
    if (output !== null && output.bytes > outputLimit) {
      this.#reached({ kind: "output", amount: outputLimit });
      return;
    }
    const silent = performance.now() - this.#lastActivity();
    if (settle !== null && silent >= settle && this.#owedAfter !== this.#lastActivity()) {
      // Asked once for each silence: the answer does not change while nothing happens.
      this.#owedAfter = this.#lastActivity();
      // The same holds for the workspace, and then `idleTimeout` counts on.
      if (await this.#seen.obligationsMet().catch(() => false)) {
        this.#say({ kind: "settled" });
        return;
      }
    }
    if (idleTimeout !== null && silent >= idleTimeout) this.#reached({ kind: "idle", amount: idleTimeout });
  }

  #lastActivity(): number {
    const call = this.#seen.lastCall();
    if (call !== this.#lastCall) {
      this.#lastCall = call;
      this.#active = performance.now();
    }
    return Math.max(this.#active, this.#seen.output?.lastGrowth ?? 0);
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
