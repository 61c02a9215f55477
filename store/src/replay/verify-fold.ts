import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import { lastEvent } from "../record/event-table.ts";
import type { EventBodies } from "../record/events.ts";
import { nextKept } from "./checkpoint-table.ts";
import { keptState } from "./checkpoints.ts";
import { firstDifference } from "./difference.ts";
import { fold } from "./fold.ts";
import { emptyState, type State } from "./state.ts";
import { eventsBetween } from "./state-at.ts";
import { stateOfTables } from "./tables-state.ts";
import { hashOfState, writeState } from "./written-state.ts";

/** What came of folding all of a log, and holding it against what was kept on the way and against the tables. */
export type FoldVerdict =
  | {
      readonly ok: true;
      readonly events: number;
      /** The event after which the log holds all that decides; 0 where it always did. */
      readonly wholeAfter: number;
      /** How many states that were kept on the way are what the events lead to. */
      readonly checkpoints: number;
    }
  | {
      readonly ok: false;
      /** The event at which it shows; null where the tables are not what the whole log leads to. */
      readonly seq: number | null;
      readonly message: string;
    };

/**
 * Folds a whole log, whose chain is sound, and holds what it leads to against the tables: the first difference is named
 * (decisions 6).
 * @throws StoreError for a row that no runa can have written
 */
export function verifyFold({ connection }: Store): FoldVerdict {
  return connection.read(() => new Verification(connection).verdict());
}

class Verification {
  readonly #connection: Connection;
  readonly #head: number;
  /** Null after an event that tells too little, until a state was kept. */
  #state: State | null = emptyState();
  #wholeAfter = 0;
  #checkpoints = 0;
  #untold = 0;
  /** The hashes of states that were kept, by the event up to which; the event that names one comes later. */
  readonly #hashes = new Map<number, string>();
  #nextKept: number | null;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#head = lastEvent(connection)?.seq ?? 0;
    this.#nextKept = nextKept(connection, 0);
  }

  verdict(): FoldVerdict {
    for (const event of eventsBetween(this.#connection, 0, this.#head)) {
      const { seq } = event;
      if (event.known && event.kind === "checkpoint") {
        const fault = this.#checkpoint(seq, event.body);
        if (fault !== null) return { ok: false, seq, message: fault };
      }
      if (this.#state !== null && !fold(this.#state, event)) {
        this.#state = null;
        this.#untold = seq;
      }
      if (seq === this.#nextKept) {
        if (this.#state !== null) this.#hashes.set(seq, hashOfState(writeState(this.#state)));
        this.#nextKept = nextKept(this.#connection, seq);
      }
    }
    return this.#againstTables();
  }

  /** What is wrong with a state that was kept; null where nothing is, or nothing can be told. */
  #checkpoint(seq: number, { through, state }: EventBodies["checkpoint"]): string | null {
    if (through === seq) {
      this.#state = keptState(this.#connection, seq);
      this.#wholeAfter = seq;
      return this.#state === null ? `the state that event ${seq} names is not kept, or is not that one` : null;
    }
    const hash = this.#hashes.get(through);
    this.#hashes.delete(through);
    if (hash === undefined) return null;
    this.#checkpoints++;
    return hash === state
      ? null
      : `the events up to ${through} lead to the state ${hash}, event ${seq} tells that it was ${state}`;
  }

  #againstTables(): FoldVerdict {
    if (this.#state === null)
      return {
        ok: false,
        seq: this.#untold,
        message: `event ${this.#untold} does not tell enough to fold what comes after it, and no state was kept since`,
      };
    const difference = firstDifference(this.#state, stateOfTables(this.#connection));
    if (difference !== null)
      return { ok: false, seq: null, message: `the tables are not what the log leads to: ${difference}` };
    return { ok: true, events: this.#head, wholeAfter: this.#wholeAfter, checkpoints: this.#checkpoints };
  }
}
