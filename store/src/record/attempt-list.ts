import type { Json, WallTime, WorkUnit } from "../artifact.ts";
import type { Store } from "../connection/store.ts";
import type { OutcomeId, Owner, ProcessIdentity } from "./attempt-table.ts";

/** One attempt as it is listed, whether it has ended or not. */
export interface ListedAttempt {
  readonly id: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly owner: Owner;
  readonly agent: ProcessIdentity | null;
  readonly startedAt: WallTime;
  /** Null while it has not ended. */
  readonly outcome: OutcomeId | null;
  /** Whether a person took what it left as done all the same. */
  readonly accepted: boolean;
  /** Null while it has not ended, and where the log does not tell. */
  readonly endedAt: WallTime | null;
  /** Which try of its candidate it was, from 1: a run that tries again after a failure counts on. */
  readonly tries: number;
  readonly usage: Readonly<Record<string, Json>> | null;
}

/** Which attempts are asked for; what is left out asks for all. */
export interface AttemptQuery {
  readonly protocol?: string | undefined;
  readonly workUnit?: string | undefined;
  /** At most so many. */
  readonly limit?: number | undefined;
}

// A try goes on with the one before it where that was to be tried again, by the same runa.
const LIST = `
  WITH told AS (
    SELECT id, protocol, work_unit, owner, agent, started, started_at, ended, outcome, accepted, usage,
      CASE WHEN lag(json_extract(detail, '$.retry')) OVER candidate = 1 AND lag(owner) OVER candidate = owner
        THEN 0 ELSE 1 END AS first
    FROM attempt WINDOW candidate AS (PARTITION BY protocol, work_unit ORDER BY started)
  ), episodes AS (
    SELECT *, sum(first) OVER (PARTITION BY protocol, work_unit ORDER BY started) AS episode FROM told
  ), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY protocol, work_unit, episode ORDER BY started) AS tries FROM episodes
  )
  SELECT *, (SELECT max(at) FROM event WHERE attempt = numbered.id AND kind = 'attempt_ended') AS ended_at
  FROM numbered WHERE (@protocol IS NULL OR protocol = @protocol) AND (@workUnit IS NULL OR work_unit = @workUnit)
  ORDER BY ended IS NULL DESC, started DESC LIMIT @limit`;
const COUNT = `SELECT count(*) AS count FROM attempt
  WHERE (@protocol IS NULL OR protocol = @protocol) AND (@workUnit IS NULL OR work_unit = @workUnit)`;
const BEGINNING =
  "SELECT id FROM attempt WHERE id >= @beginning AND id < @beginning || char(0x10ffff) ORDER BY id LIMIT @limit";
const PROTOCOLS = "SELECT DISTINCT protocol FROM attempt ORDER BY protocol";
const WORK_UNITS = "SELECT DISTINCT work_unit FROM attempt WHERE work_unit IS NOT NULL ORDER BY work_unit";

interface Columns {
  id: string;
  protocol: string;
  work_unit: WorkUnit | null;
  owner: string;
  agent: string | null;
  started_at: WallTime;
  ended_at: WallTime | null;
  outcome: OutcomeId | null;
  accepted: number | null;
  tries: number;
  usage: string | null;
}

/** The attempts chosen: those that have not ended first, then the latest first. */
export function listAttempts({ connection }: Store, query: AttemptQuery): ListedAttempt[] {
  const rows = connection.statement(LIST).all({ ...chosen(query), limit: query.limit ?? -1 }) as Columns[];
  return rows.map((row) => ({
    id: row.id,
    protocol: row.protocol,
    workUnit: row.work_unit,
    owner: JSON.parse(row.owner),
    agent: row.agent === null ? null : JSON.parse(row.agent),
    startedAt: row.started_at,
    outcome: row.outcome,
    accepted: row.accepted !== null,
    endedAt: row.ended_at,
    tries: row.tries,
    usage: row.usage === null ? null : JSON.parse(row.usage),
  }));
}

/** How many attempts a query chooses, whatever its limit. */
export function countAttempts({ connection }: Store, query: AttemptQuery): number {
  return (connection.statement(COUNT).get(chosen(query)) as { count: number }).count;
}

function chosen({ protocol, workUnit }: AttemptQuery): { protocol: string | null; workUnit: string | null } {
  return { protocol: protocol ?? null, workUnit: workUnit ?? null };
}

/** The ids of attempts that begin so, in order, at most `limit`. */
export function attemptsWith({ connection }: Store, beginning: string, limit: number): string[] {
  const rows = connection.statement(BEGINNING).all({ beginning, limit }) as { id: string }[];
  return rows.map(({ id }) => id);
}

/** The protocols, and the work units, that there are attempts of. */
export function namesInAttempts({ connection }: Store): { protocols: string[]; workUnits: string[] } {
  const protocols = connection.statement(PROTOCOLS).all() as { protocol: string }[];
  const workUnits = connection.statement(WORK_UNITS).all() as { work_unit: string }[];
  return {
    protocols: protocols.map(({ protocol }) => protocol),
    workUnits: workUnits.map(({ work_unit }) => work_unit),
  };
}
