import type { Database } from "better-sqlite3";
import { sha256 } from "../json/canonical.ts";
import { CURRENT_SCHEMA } from "./current-schema.ts";

/**
 * What the migrations make, version by version: the digest of tables, indexes and triggers as SQLite keeps their statements.
 * Each new migration needs its own here, which a test names; what the newest makes is written down whole.
 */
export const SCHEMA_DIGESTS: readonly string[] = [
  "sha256:7bdbdb6e26ed31524e77c9369a30f86bf1cd4398f97cd6518af6eb6bec7b33e4",
  "sha256:5396ee376bdb9cdb7660d9e19cd62f409f7b0d6838b60b13c503d269856d06b4",
  "sha256:471e0a626321ddd68f15674f8500356e8011ea585ae229600a424ada6d5548a0",
  "sha256:fb82659247c181252347cf14c851b2754d8b347ae2dae7fdbfa7eccf8186d1be",
  "sha256:052c92203a73a0227ecded0abf432f5df013f62d48a35b6998cd60445b3132b7",
  "sha256:083312d56c0cd7d61a41f4964a3a8a3ce0ecaff2233ecbddd5b8b7fb62e2bd6b",
  "sha256:84aa4caf728d311c624d6a21797048304e1a3f89c439a21afaa2b351e63a17a1",
  "sha256:01ea00f356f557bdcc87a2cd61a72f203c3fe5d72af95a78a14b58fff187d545",
  "sha256:96e49d404aa2cb6426107418bf086d9a35deb95dfb5ff5bfdae29b560faebb51",
  "sha256:55883352e31db3425d741def89880024aedd7bf5215c7cd3b5c8959ee3f5d704",
  "sha256:67855f2ca3f4d5af06339861996a54f958b096acb21eb70719e1efe477392493",
  "sha256:18ee687e9409966f41b6e54219f1cf7428d5f96eb0b4d74f73aef751fe43cbb1",
];

/** Whether a database of a version consists of what runa made for it, and of nothing else. */
export function isOwnSchema(database: Database, version: number): boolean {
  if (version === SCHEMA_DIGESTS.length) return schemaText(database) === CURRENT_SCHEMA;
  return schemaDigest(database) === SCHEMA_DIGESTS[version - 1];
}

// SQLite's own tables, such as those of ANALYZE, decide nothing.
const SCHEMA = `SELECT group_concat(type || ' ' || name || ' ' || sql, char(10)) AS text FROM
  (SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' ORDER BY type, name)`;

/** The digest of what a database consists of. */
export function schemaDigest(database: Database): string {
  return sha256(schemaText(database));
}

/** What a database consists of, as in `CURRENT_SCHEMA`. */
export function schemaText(database: Database): string {
  return (database.prepare(SCHEMA).get() as { text: string | null }).text ?? "";
}

/** Whether what has a table's name is one: a view in its place could be without end. */
export function isTable(database: Database, name: string): boolean {
  return database.prepare("SELECT type FROM sqlite_schema WHERE name = ?").pluck().get(name) === "table";
}
