import { type Store, write } from "./store.ts";
import { isSchemaChecked, rememberSchemaCheck } from "./tables/schema-check-table.ts";

// Part of the key, so that a runa with another validator looks again.
const VALIDATOR = "ajv-8 hyperjump-1";

/** Whether a schema file with this hash is known to be a valid JSON Schema, so that nothing has to be loaded to say so. */
export function knowsSchemaFile(store: Store, fileHash: string): boolean {
  return isSchemaChecked(store.database, fileHash, VALIDATOR);
}

/** Remembers schema files that were found to be valid JSON Schemas. */
export function rememberSchemaFiles(store: Store, fileHashes: readonly string[]): void {
  write(store, () => {
    for (const hash of fileHashes) rememberSchemaCheck(store.database, hash, VALIDATOR);
  });
}
