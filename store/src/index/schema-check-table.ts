import type { Database } from "better-sqlite3";
import type { SchemaHash } from "../artifact.ts";
import { statement } from "../connection/statement.ts";

const FIND = "SELECT schema_hash FROM schema_check WHERE file_hash = ? AND validator = ?";
const PUT = "INSERT OR REPLACE INTO schema_check VALUES (?, ?, ?)";

/** The schema hash of a file that this version of the validator found to be a valid JSON Schema; null for any other. */
export function findSchemaCheck(database: Database, fileHash: string, validator: string): SchemaHash | null {
  const row = statement(database, FIND).get(fileHash, validator) as { schema_hash: SchemaHash } | undefined;
  return row?.schema_hash ?? null;
}

export function rememberSchemaCheck(database: Database, fileHash: string, validator: string, hash: SchemaHash): void {
  statement(database, PUT).run(fileHash, validator, hash);
}
