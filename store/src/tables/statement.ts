import type { Database, Statement } from "better-sqlite3";

const prepared = new WeakMap<Database, Map<string, Statement>>();

/** The prepared statement for this SQL, prepared once for each database. */
export function statement(database: Database, sql: string): Statement {
  let ofDatabase = prepared.get(database);
  if (ofDatabase === undefined) {
    ofDatabase = new Map();
    prepared.set(database, ofDatabase);
  }
  let found = ofDatabase.get(sql);
  if (found === undefined) {
    found = database.prepare(sql);
    ofDatabase.set(sql, found);
  }
  return found;
}
