import type { Moment } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";

const LATEST = "SELECT latest FROM clock";
const ADVANCE = "UPDATE clock SET latest = latest + 1 RETURNING latest";
const WENT_BACK = "UPDATE clock SET went_back = ?";
const LAST_STEP_BACK = "SELECT went_back FROM clock";

/** The latest moment that the store has given. */
export function latestMoment(connection: Connection): Moment {
  return (connection.statement(LATEST).get() as { latest: Moment }).latest;
}

/** A new moment, later than every one before it; only inside a write transaction. */
export function nextMoment(connection: Connection): Moment {
  return (connection.statement(ADVANCE).get() as { latest: Moment }).latest;
}

/** Notes that an event was dated before the one before it: the machine's clock was put back, or had been wrong. */
export function noteStepBack(connection: Connection, seq: number): void {
  connection.statement(WENT_BACK).run(seq);
}

/** The last event that was dated before the one before it; null where the clock has only gone forward. */
export function lastStepBack(connection: Connection): number | null {
  return (connection.statement(LAST_STEP_BACK).get() as { went_back: number | null }).went_back;
}
