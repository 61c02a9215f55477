import type { Moment, Violation } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { isText, listOf, objectOf, storedJsonOrNull } from "../connection/stored.ts";

/** A call that was refused, as it is kept: where and what was expected, never what was found. */
export interface Refusal {
  readonly reason: string;
  /** Without a keyword where it was the call's arguments, not the artifact, that were wrong. */
  readonly violations: readonly (Pick<Violation, "path" | "expected"> & Partial<Pick<Violation, "keyword">>)[];
}

/** What an attempt's server noted of its session. */
export interface ServerNotes {
  readonly serverStarted: boolean;
  /** Why it could not start, when it was tried and could not. */
  readonly serverFailure: string | null;
  /** Whether it had a call, one that delivered, took away, or was refused. */
  readonly called: boolean;
  readonly callsRefused: number;
  readonly lastRefusal: Refusal | null;
}

const CALLED = "UPDATE attempt SET last_call = ? WHERE id = ?";
const SERVER_STARTED = "UPDATE attempt SET server_started = 1 WHERE id = ?";
const SERVER_FAILED = "UPDATE attempt SET server_failure = ? WHERE id = ?";
const REFUSED = "UPDATE attempt SET calls_refused = calls_refused + 1, last_refusal = ?, last_call = ? WHERE id = ?";
const NOTES = "SELECT server_started, server_failure, last_call, calls_refused, last_refusal FROM attempt WHERE id = ?";

export const isRefusal = objectOf<Refusal>({
  reason: isText,
  violations: listOf(objectOf({ path: isText, expected: isText })),
});

/** Notes that the attempt's server had a call, whatever came of it. */
export function noteCall(connection: Connection, id: string, at: Moment): void {
  connection.statement(CALLED).run(at, id);
}

export function noteServerStarted(connection: Connection, id: string): void {
  connection.statement(SERVER_STARTED).run(id);
}

export function noteServerFailed(connection: Connection, id: string, reason: string): void {
  connection.statement(SERVER_FAILED).run(reason, id);
}

export function noteRefusal(connection: Connection, id: string, refusal: Refusal, at: Moment): void {
  connection.statement(REFUSED).run(JSON.stringify(refusal), at, id);
}

export function serverNotes(connection: Connection, id: string): ServerNotes {
  const row = connection.statement(NOTES).get(id) as
    | {
        server_started: number;
        server_failure: string | null;
        last_call: Moment | null;
        calls_refused: number;
        last_refusal: string | null;
      }
    | undefined;
  // Attempts are never taken out.
  if (row === undefined) throw connection.damaged();
  return {
    serverStarted: row.server_started === 1,
    serverFailure: row.server_failure,
    called: row.last_call !== null,
    callsRefused: row.calls_refused,
    lastRefusal: storedJsonOrNull(connection, row.last_refusal, isRefusal),
  };
}
