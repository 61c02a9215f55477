import type { Moment, WallTime, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { isCount, stored, storedJsonOrNull } from "../connection/stored.ts";
import { isOutcome, isSeen, type OutcomeId, type SeenType, SUCCEEDED, SUCCESS_ENDED } from "./attempt-table.ts";

/** The part of an ended attempt that readiness asks for. */
export interface LastAttempt {
  readonly id: string;
  readonly protocol: string;
  readonly outcome: OutcomeId;
  readonly started: Moment;
  /** By the machine's clock, for people; left out of an attempt that is only imagined. */
  readonly startedAt?: WallTime;
  readonly ended: Moment;
  readonly outputsAfter: string;
  readonly fingerprint: string;
  readonly seen: Readonly<Record<string, SeenType>> | null;
  /** Whether its run was to try again after it. */
  readonly retry?: true;
  /** For one that only a lock file tells of: another clone's, whose moments are none of this store's. */
  readonly elsewhere?: Elsewhere;
}

/** What is known of another clone's attempt beside what a record of this store would hold. */
interface Elsewhere {
  /** The candidate's last attempt that this store has a record of. */
  readonly lastHere: string | null;
  /** Of each type that an `on_change` names the instances that are not newer than the outputs: content by id. */
  readonly notNewer: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Why it is to be done again whatever its inputs are; null where they decide. */
  readonly open: "feedback" | "reopened" | "merged" | null;
}

const OUTCOME = "iif(accepted IS NULL, outcome, 'delivered') AS outcome";
// Attempts of one candidate never overlap: of several that ended at one moment, the one that began last is the last.
const LAST_FIRST = "ORDER BY ended DESC, rowid DESC LIMIT 1";
const LAST_OF_CANDIDATE = `SELECT id, ${OUTCOME} FROM attempt WHERE protocol = ? AND work_unit IS ? AND ended IS NOT NULL
  ${LAST_FIRST}`;
const LAST_COLUMNS = `id, protocol, ${OUTCOME}, started, started_at, ${SUCCESS_ENDED} AS ended, outputs_after, fingerprint, seen`;
const LAST_OF_SCOPE = `SELECT ${LAST_COLUMNS}, json_extract(detail, '$.retry') AS retry FROM attempt
  WHERE rowid IN (${lastOfEach("ended IS NOT NULL")})`;
const LAST_SUCCESS_OF_SCOPE = `SELECT ${LAST_COLUMNS}, NULL AS retry FROM attempt
  WHERE rowid IN (${lastOfEach(SUCCEEDED)})`;
const WORKED = "SELECT DISTINCT work_unit FROM attempt WHERE work_unit IS NOT NULL";

/** The rows of the last attempts that fulfil a condition, one for each protocol of a scope. */
function lastOfEach(condition: string): string {
  return `SELECT (SELECT rowid FROM attempt WHERE work_unit IS @scope AND protocol = each.protocol AND ${condition} ${LAST_FIRST})
    FROM (SELECT DISTINCT protocol FROM attempt WHERE work_unit IS @scope) AS each`;
}

interface LastColumns {
  id: string;
  protocol: string;
  outcome: OutcomeId;
  started: Moment;
  started_at: WallTime;
  ended: Moment;
  outputs_after: string;
  fingerprint: string;
  seen: string | null;
  retry: number | null;
}

/** The last attempt of a candidate that has ended; null for none. */
export function lastAttemptOf(
  connection: Connection,
  protocol: string,
  workUnit: WorkUnit | null,
): Pick<LastAttempt, "id" | "outcome"> | null {
  const row = connection.statement(LAST_OF_CANDIDATE).get(protocol, workUnit);
  return (row as Pick<LastAttempt, "id" | "outcome"> | undefined) ?? null;
}

function lastFrom(connection: Connection, row: LastColumns): LastAttempt {
  return {
    id: row.id,
    protocol: row.protocol,
    outcome: stored(connection, row.outcome, isOutcome),
    started: stored(connection, row.started, isCount),
    startedAt: row.started_at,
    ended: stored(connection, row.ended, isCount),
    outputsAfter: row.outputs_after,
    fingerprint: row.fingerprint,
    seen: storedJsonOrNull(connection, row.seen, isSeen),
    ...(row.retry === 1 && { retry: true }),
  };
}

/** The last ended attempt of each protocol for one work unit, or for none. */
export function lastAttempts(connection: Connection, workUnit: WorkUnit | null): LastAttempt[] {
  return (connection.statement(LAST_OF_SCOPE).all({ scope: workUnit }) as LastColumns[]).map((row) =>
    lastFrom(connection, row),
  );
}

/** The last successful attempt of each protocol for one work unit, or for none. */
export function lastSuccesses(connection: Connection, workUnit: WorkUnit | null): LastAttempt[] {
  return (connection.statement(LAST_SUCCESS_OF_SCOPE).all({ scope: workUnit }) as LastColumns[]).map((row) =>
    lastFrom(connection, row),
  );
}

/** The work units for which there was an attempt. */
export function workedUnits(connection: Connection): ReadonlySet<WorkUnit> {
  return new Set((connection.statement(WORKED).all() as { work_unit: WorkUnit }[]).map((row) => row.work_unit));
}
