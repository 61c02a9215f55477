import type { Moment, WallTime, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { isCount, stored, storedJson, storedJsonOrNull } from "../connection/stored.ts";
import { isOwner, isPlace, isProcess, type Owner, type Place, type ProcessIdentity } from "./attempt-table.ts";

/** An attempt that has not ended. */
export interface OpenAttempt {
  readonly id: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly started: Moment;
  readonly startedAt: WallTime;
  readonly owner: Owner;
  readonly agent: ProcessIdentity | null;
  /** Null where an older runa recorded none. */
  readonly place: Place | null;
  readonly fenced: boolean;
}

/** How far an open attempt has come, for whoever watches it. */
export interface AttemptProgress {
  /** When its server last had a call that delivered, took away, or was refused; null before the first. */
  readonly lastCall: Moment | null;
  readonly ended: boolean;
}

const OPEN_COLUMNS = "SELECT id, protocol, work_unit, started, started_at, owner, agent, place, fenced FROM attempt";
const OPEN = `${OPEN_COLUMNS} WHERE ended IS NULL ORDER BY started, rowid`;
const ONE_OPEN = `${OPEN_COLUMNS} WHERE id = ? AND ended IS NULL`;
const PROGRESS = "SELECT last_call, ended FROM attempt WHERE id = ?";

interface OpenColumns {
  id: string;
  protocol: string;
  work_unit: WorkUnit | null;
  started: Moment;
  started_at: WallTime;
  owner: string;
  agent: string | null;
  place: string | null;
  fenced: Moment | null;
}

function openFrom(connection: Connection, row: OpenColumns): OpenAttempt {
  return {
    id: row.id,
    protocol: row.protocol,
    workUnit: row.work_unit,
    started: stored(connection, row.started, isCount),
    startedAt: row.started_at,
    owner: storedJson(connection, row.owner, isOwner),
    agent: storedJsonOrNull(connection, row.agent, isProcess),
    place: storedJsonOrNull(connection, row.place, isPlace),
    fenced: row.fenced !== null,
  };
}

export function openAttempts(connection: Connection): OpenAttempt[] {
  return (connection.statement(OPEN).all() as OpenColumns[]).map((row) => openFrom(connection, row));
}

export function findOpenAttempt(connection: Connection, id: string): OpenAttempt | null {
  const row = connection.statement(ONE_OPEN).get(id) as OpenColumns | undefined;
  return row === undefined ? null : openFrom(connection, row);
}

export function attemptProgress(connection: Connection, id: string): AttemptProgress | null {
  const row = connection.statement(PROGRESS).get(id) as { last_call: Moment | null; ended: Moment | null } | undefined;
  return row === undefined ? null : { lastCall: row.last_call, ended: row.ended !== null };
}
