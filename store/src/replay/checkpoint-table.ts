import type { Connection } from "../connection/connection.ts";

const PUT = "INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?)";
const LAST = "SELECT max(seq) AS seq FROM checkpoint WHERE seq <= ?";
const NEXT = "SELECT min(seq) AS seq FROM checkpoint WHERE seq > ?";
const SECTION = "SELECT event, state FROM checkpoint WHERE seq = ? AND section = ?";

/** A section of a state that was kept, and the event that holds the state's hash. */
export interface KeptSection {
  readonly event: number;
  readonly state: Buffer;
}

/** Keeps a section of the state that the log tells of up to an event; only inside a write transaction. */
export function putSection(
  connection: Connection,
  seq: number,
  section: string,
  { event, state }: { readonly event: number; readonly state: Uint8Array },
): void {
  connection.statement(PUT).run(seq, section, event, state);
}

/** The last state that was kept up to an event: the number of the event that it goes up to. */
export function lastKept(connection: Connection, upTo: number): number | null {
  return (connection.statement(LAST).get(upTo) as { seq: number | null }).seq;
}

/** The first state that was kept after an event. */
export function nextKept(connection: Connection, after: number): number | null {
  return (connection.statement(NEXT).get(after) as { seq: number | null }).seq;
}

export function keptSection(connection: Connection, seq: number, section: string): KeptSection | null {
  return (connection.statement(SECTION).get(seq, section) as KeptSection | undefined) ?? null;
}
