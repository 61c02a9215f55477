import type { Database, Statement } from "better-sqlite3";
import { databaseError, patiently } from "./database.ts";

/** A prepared statement. What it throws is a StoreError where the store is damaged. */
export type Prepared = Pick<Statement, "all" | "get" | "run">;

const prepared = new WeakMap<Database, Map<string, Prepared>>();

/** The prepared statement for this SQL, prepared once for each database. */
export function statement(database: Database, sql: string): Prepared {
  let ofDatabase = prepared.get(database);
  if (ofDatabase === undefined) {
    ofDatabase = new Map();
    prepared.set(database, ofDatabase);
  }
  let found = ofDatabase.get(sql);
  if (found === undefined) {
    found = guarded(database, sql);
    ofDatabase.set(sql, found);
  }
  return found;
}

function guarded(database: Database, sql: string): Prepared {
  const guard =
    <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
    (...given: Given): Result => {
      try {
        // Also a reader has to wait where somebody who died has left the log in disorder, and another is tidying up.
        return patiently(() => work(...given));
      } catch (error) {
        throw databaseError(database, error);
      }
    };
  const raw = guard(() => database.prepare(sql))();
  return {
    all: guard((...values: unknown[]) => raw.all(...values)),
    get: guard((...values: unknown[]) => raw.get(...values)),
    run: guard((...values: unknown[]) => raw.run(...values)),
  };
}
