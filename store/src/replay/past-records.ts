import type { Moment } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";

const MOMENT = `SELECT json_extract(body, '$.moment') AS moment FROM event
  WHERE seq <= ? AND CASE WHEN json_valid(body) THEN json_type(body, '$.moment') = 'integer' END ORDER BY seq DESC LIMIT 1`;

/** The moment of the last event up to one that has one; 0 before the first. */
export function momentAt(connection: Connection, seq: number): Moment {
  return ((connection.statement(MOMENT).get(seq) as { moment: Moment } | undefined)?.moment ?? 0) as Moment;
}

/**
 * Has a connection see no event after one, no attempt that had not begun and no delivery that had not been made by then, and
 * nothing of how an attempt ended later: what is asked for from now on is asked of then. They are views of this connection
 * alone, through which nothing can be written.
 */
export function seeOnlyUntil(connection: Connection, seq: number, moment: Moment): void {
  const until = `${Number(moment)}`;
  const ended = (column: string) => `iif(ended <= ${until}, ${column}, NULL) AS ${column}`;
  connection.database.exec(`
    CREATE TEMP VIEW event AS SELECT * FROM main.event WHERE seq <= ${Number(seq)};
    CREATE TEMP VIEW delivery AS SELECT rowid, * FROM main.delivery WHERE at <= ${until};
    CREATE TEMP VIEW attempt AS SELECT rowid, id, protocol, work_unit, argv, owner, agent, started, started_at, place,
        fingerprint, instructions_hash, server_started, server_failure, last_call, calls_refused, last_refusal,
        iif(fenced <= ${until}, fenced, NULL) AS fenced, iif(accepted <= ${until}, accepted, NULL) AS accepted,
        ${["ended", "outcome", "detail", "seen", "outputs_after", "usage"].map(ended).join(", ")}
      FROM main.attempt WHERE started <= ${until};`);
}
