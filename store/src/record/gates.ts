import type { WallTime } from "../artifact.ts";
import { requirePersistent, type Store } from "../connection/store.ts";
import { append, everyGates, lastGates } from "./event-table.ts";
import { decoded, type EventBodies, type EventRow } from "./events.ts";

/** What the last run went by of what people decide. */
export type RunGates = EventBodies["gates_changed"];

/** The same, as the log tells it. */
export interface LoggedGates {
  readonly at: WallTime;
  readonly gates: RunGates;
}

/** The gates that the last run went by; null where no run had any, or another runa wrote what this one cannot read. */
export function gatesOfLastRun({ connection }: Store): RunGates | null {
  const row = lastGates(connection);
  return row === null ? null : (gatesIn(row)?.gates ?? null);
}

/** The gates that runs went by, each with when the log told of it, in its order. */
export function gatesOfRuns({ connection }: Store): LoggedGates[] {
  return everyGates(connection).flatMap((row) => gatesIn(row) ?? []);
}

function gatesIn(row: EventRow): LoggedGates | null {
  const event = decoded(row);
  return event?.known === true && event.kind === "gates_changed" ? { at: event.at, gates: event.body } : null;
}

/**
 * Has the log tell the gates that runs go by from now on.
 * @param before the hash of those that they were compared with; null for none
 * @returns whether no other run has changed them meanwhile
 */
export function recordGates(store: Store, before: string | null, gates: RunGates): boolean {
  const { connection } = store;
  requirePersistent(store);
  return connection.write(() => {
    if ((gatesOfLastRun(store)?.hash ?? null) !== before) return false;
    append(connection, { kind: "gates_changed", attempt: null, body: gates });
    return true;
  });
}
