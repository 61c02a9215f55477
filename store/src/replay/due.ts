import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import { lastEvent } from "../record/event-table.ts";
import { lastKept } from "./checkpoint-table.ts";
import { keepState, type StateUpTo } from "./checkpoints.ts";
import { emptyState } from "./state.ts";
import { foldOn, startFor } from "./state-at.ts";
import { stateOfTables } from "./tables-state.ts";
import { EVERY } from "./whole.ts";
import { hashOfState, writeState } from "./written-state.ts";

const SET_WHOLE = "UPDATE clock SET whole = ? WHERE whole IS NULL";
/** Has a log be made whole anew, where what a scan refills is taken out of the tables without being told. */
export const BREAK_OFF = "UPDATE clock SET whole = NULL, gaps = NULL";

/**
 * Has the log of a store be one from which everything after now can be folded: where what it tells so far does not lead to what
 * the tables hold, as in a store that an older runa made, the state that they hold is kept, and the log is whole from there.
 * Does nothing where another is at work or nothing can be saved; the next command does it.
 */
export function makeWhole(
  { connection, persistent }: Pick<Store, "connection" | "persistent">,
  reason: "upgrade" | "rebuild" = "upgrade",
): void {
  if (!persistent) return;
  connection.writeUnsyncedIfFree(() => {
    const head = lastEvent(connection)?.seq ?? 0;
    const written = writeState(stateOfTables(connection));
    if (leadsTo(connection, head, hashOfState(written))) connection.statement(SET_WHOLE).run(1);
    else {
      keepState(connection, written, reason, null);
      connection.statement(SET_WHOLE).run(head + 1);
    }
  });
}

/** Whether a log that is not long leads to a state by itself. */
function leadsTo(connection: Connection, head: number, hash: string): boolean {
  if (head > EVERY) return false;
  const start = { seq: 0, state: emptyState() };
  return foldOn(connection, start, head) === null && hashOfState(writeState(start.state)) === hash;
}

/** Keeps the state after every so many events, as far as that is due. It is folded before the lock is taken. */
export function keepCheckpoints(store: Store): void {
  const { connection } = store;
  if (!store.persistent) return;
  const head = lastEvent(connection)?.seq ?? 0;
  let from: StateUpTo = startFor(connection, head);
  while (head - from.seq >= EVERY) {
    const upTo: StateUpTo = { seq: from.seq + EVERY, state: from.state };
    // Of what an older runa told too little of, none can be kept.
    if (foldOn(connection, from, upTo.seq) !== null) return;
    const written = writeState(upTo.state);
    connection.writeUnsyncedIfFree(() => {
      if (lastKept(connection, upTo.seq) !== upTo.seq) keepState(connection, written, "count", upTo.seq);
    });
    from = upTo;
  }
}
