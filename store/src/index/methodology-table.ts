import type { Database } from "better-sqlite3";
import { statement } from "../connection/statement.ts";

const FIND = "SELECT identities, content FROM methodology WHERE file = ? AND version = ?";
const PUT = "INSERT OR REPLACE INTO methodology VALUES (?, ?, ?, ?)";

/** A loaded methodology, and the stat identities under which its files were read. */
export interface MethodologyRow {
  readonly identities: string;
  readonly content: string;
}

/** What is kept of the methodology with this manifest by this version of whoever loaded it. */
export function findMethodology(database: Database, file: string, version: string): MethodologyRow | null {
  return (statement(database, FIND).get(file, version) as MethodologyRow | undefined) ?? null;
}

export function putMethodology(
  database: Database,
  file: string,
  version: string,
  { identities, content }: MethodologyRow,
): void {
  statement(database, PUT).run(file, version, identities, content);
}
