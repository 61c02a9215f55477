import type { Store } from "../connection/store.ts";
import { lastEvent } from "../record/event-table.ts";
import { lastKept } from "./checkpoint-table.ts";

/** After so many events the state is kept, so that no more than these are folded to say what was. */
export const EVERY = 5000;

const WHOLE = "SELECT whole FROM clock";

/** Whether the log holds all that decides from some event on; else `makeWhole` has it do so. */
export function isWhole({ connection }: Store): boolean {
  return (connection.statement(WHOLE).get() as { whole: number | null }).whole !== null;
}

/** Whether the state has to be kept once more, with `keepCheckpoints`. */
export function isCheckpointDue({ connection }: Store): boolean {
  const head = lastEvent(connection)?.seq ?? 0;
  return head >= EVERY && head - (lastKept(connection, head) ?? 0) >= EVERY;
}
