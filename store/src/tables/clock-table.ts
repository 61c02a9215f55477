import type { Database } from "better-sqlite3";
import type { Moment } from "../artifact.ts";
import { statement } from "./statement.ts";

const LATEST = "SELECT latest FROM clock";
const ADVANCE = "UPDATE clock SET latest = max(latest + 1, ?) RETURNING latest";

/** The latest moment that the store's clock has given. */
export function latestMoment(database: Database): Moment {
  return (statement(database, LATEST).get() as { latest: Moment }).latest;
}

/** A new moment, later than every one before it, whatever the wall clock does; only inside a write transaction. */
export function nextMoment(database: Database): Moment {
  return (statement(database, ADVANCE).get(Date.now() * 1000) as { latest: Moment }).latest;
}
