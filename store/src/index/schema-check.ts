import type { SchemaHash } from "../artifact.ts";
import type { Store } from "../connection/store.ts";
import { findSchemaCheck, rememberSchemaCheck } from "./schema-check-table.ts";

// Part of the key, so that a runa with another validator looks again.
const VALIDATOR = "ajv-8 hyperjump-1";

/**
 * The schema hash of a file that is known to be a valid JSON Schema, so that nothing has to be loaded to say so; null
 * for one that is not known.
 */
export function knownSchemaHash(store: Store, fileHash: string): SchemaHash | null {
  return findSchemaCheck(store.connection, fileHash, VALIDATOR);
}

/**
 * Remembers schema files that were found to be valid JSON Schemas, by the hashes of their bytes. It neither waits nor fails for
 * want of room: the next command finds it again.
 */
export function rememberSchemaFiles(store: Store, found: ReadonlyMap<string, SchemaHash>): void {
  store.connection.writeUnsyncedIfFree(() => {
    for (const [fileHash, hash] of found) rememberSchemaCheck(store.connection, fileHash, VALIDATOR, hash);
  });
}
