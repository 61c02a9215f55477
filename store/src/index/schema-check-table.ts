import type { SchemaHash } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";

const FIND = "SELECT schema_hash FROM schema_check WHERE file_hash = ? AND validator = ?";
const PUT = "INSERT OR REPLACE INTO schema_check VALUES (?, ?, ?)";

/** The schema hash of a file that this version of the validator found to be a valid JSON Schema; null for any other. */
export function findSchemaCheck(connection: Connection, fileHash: string, validator: string): SchemaHash | null {
  const row = connection.statement(FIND).get(fileHash, validator) as { schema_hash: SchemaHash } | undefined;
  return row?.schema_hash ?? null;
}

export function rememberSchemaCheck(
  connection: Connection,
  fileHash: string,
  validator: string,
  hash: SchemaHash,
): void {
  connection.statement(PUT).run(fileHash, validator, hash);
}
