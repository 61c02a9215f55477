import type { Database } from "better-sqlite3";
import { statement } from "./statement.ts";

const FIND = "SELECT 1 FROM schema_check WHERE file_hash = ? AND validator = ?";
const PUT = "INSERT OR REPLACE INTO schema_check VALUES (?, ?)";

/** Whether a schema file with this hash was found to be a valid JSON Schema by this version of the validator. */
export function isSchemaChecked(database: Database, fileHash: string, validator: string): boolean {
  return statement(database, FIND).get(fileHash, validator) !== undefined;
}

export function rememberSchemaCheck(database: Database, fileHash: string, validator: string): void {
  statement(database, PUT).run(fileHash, validator);
}
