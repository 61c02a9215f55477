import type { Connection } from "../connection/connection.ts";

const FIND = "SELECT identities, content FROM methodology WHERE file = ? AND version = ?";
const PUT = "INSERT OR REPLACE INTO methodology VALUES (?, ?, ?, ?)";

/** A loaded methodology, and the stat identities under which its files were read. */
export interface MethodologyRow {
  readonly identities: string;
  readonly content: string;
}

/** What is kept of the methodology with this manifest by this version of whoever loaded it. */
export function findMethodology(connection: Connection, file: string, version: string): MethodologyRow | null {
  return (connection.statement(FIND).get(file, version) as MethodologyRow | undefined) ?? null;
}

export function putMethodology(
  connection: Connection,
  file: string,
  version: string,
  { identities, content }: MethodologyRow,
): void {
  connection.statement(PUT).run(file, version, identities, content);
}
