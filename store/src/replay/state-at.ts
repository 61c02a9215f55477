import type { Connection } from "../connection/connection.ts";
import { events } from "../record/event-table.ts";
import { decoded, type LogEvent } from "../record/events.ts";
import { lastKept, nextKept } from "./checkpoint-table.ts";
import { keptState, type StateUpTo } from "./checkpoints.ts";
import { fold } from "./fold.ts";
import { emptyState, type State } from "./state.ts";

/** Rows read at once: a long log does not have to fit into memory. */
const BATCH = 1000;

/** What was at an event; or which event tells too little to say it, and from which one on the log is whole again. */
export type StateAt =
  | { readonly kind: "known"; readonly state: State }
  | { readonly kind: "untold"; readonly seq: number; readonly wholeFrom: number | null };

/**
 * The state up to an event, folded from events alone, beginning with the last one that was kept before it (decisions 6).
 * @throws StoreError for a row that no runa can have written
 */
export function stateAt(connection: Connection, seq: number): StateAt {
  return connection.read(() => {
    const start = startFor(connection, seq);
    const untold = foldOn(connection, start, seq);
    if (untold === null) return { kind: "known", state: start.state };
    return { kind: "untold", seq: untold, wholeFrom: nextKept(connection, seq) };
  });
}

/** The last state that was kept up to an event and is sound; else the one before the first event. */
export function startFor(connection: Connection, seq: number): StateUpTo {
  for (let kept = lastKept(connection, seq); kept !== null; kept = lastKept(connection, kept - 1)) {
    const state = keptState(connection, kept);
    if (state !== null) return { seq: kept, state };
  }
  return { seq: 0, state: emptyState() };
}

/**
 * Folds the events after a state up to one of them into it.
 * @returns the first event that tells too little; null where all tell enough
 */
export function foldOn(connection: Connection, { seq: from, state }: StateUpTo, seq: number): number | null {
  for (const event of eventsBetween(connection, from, seq)) if (!fold(state, event)) return event.seq;
  return null;
}

/** The events after one up to another. */
export function* eventsBetween(connection: Connection, from: number, to: number): Generator<LogEvent> {
  for (let after = from; after < to; ) {
    const rows = events(connection, { after }, Math.min(BATCH, to - after), false);
    for (const row of rows) {
      const event = decoded(row);
      if (event === null) throw connection.damaged();
      if (event.seq > to) return;
      yield event;
      after = event.seq;
    }
    if (rows.length === 0) return;
  }
}
