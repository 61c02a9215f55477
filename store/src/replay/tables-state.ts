import type { InstanceId, Moment, WorkUnit } from "../artifact.ts";
import { candidateKey } from "../candidate.ts";
import type { Connection } from "../connection/connection.ts";
import { storedJsonOrNull } from "../connection/stored.ts";
import { isSeen, SUCCEEDED } from "../record/attempt-table.ts";
import { knownGaps } from "../record/known-gaps.ts";
import { reopenings } from "../record/reopening.ts";
import { emptyState, type State, type StateArtifact, type StateAttempt, type StateDelivery } from "./state.ts";

const ARTIFACTS = `SELECT artifact_type AS type, instance_id AS id, status, content_hash AS contentHash,
    schema_hash AS schemaHash, work_unit AS workUnit, last_modified AS lastModified, delivered_at AS deliveredAt
  FROM artifact`;
const ATTEMPTS = `SELECT id, protocol, work_unit AS workUnit, started, started_at AS startedAt, fingerprint, ended, outcome,
    accepted, seen, outputs_after AS outputsAfter, json_extract(detail, '$.retry') AS retry
  FROM attempt`;
// Attempts of one candidate never overlap: the last of several rows is what a later one puts in the place of the others.
const OPEN = `${ATTEMPTS} WHERE ended IS NULL`;
const ENDED = `${ATTEMPTS} WHERE ended IS NOT NULL ORDER BY ended, rowid`;
const SUCCESSES = `${ATTEMPTS} WHERE ended IS NOT NULL AND ${SUCCEEDED} ORDER BY ended, rowid`;
const REMOVALS = "SELECT artifact_type AS type, work_unit AS workUnit, at FROM removal";
const DELIVERIES = `SELECT artifact_type AS type, instance_id AS id, content_hash AS contentHash, at, via, attempt, protocol,
    work_unit AS workUnit
  FROM delivery LEFT JOIN attempt ON attempt.id = delivery.attempt ORDER BY at, delivery.rowid`;

/** What decides now, as the tables have it. */
export function stateOfTables(connection: Connection): State {
  return connection.read(() => {
    const state = emptyState();
    for (const artifact of all<StateArtifact>(connection, ARTIFACTS)) {
      const ofType = state.artifacts.get(artifact.type) ?? new Map<InstanceId, StateArtifact>();
      state.artifacts.set(artifact.type, ofType.set(artifact.id, artifact));
    }
    for (const attempt of attempts(connection, OPEN)) state.open.set(attempt.id, attempt);
    for (const attempt of attempts(connection, ENDED)) state.last.set(candidateKey(attempt), attempt);
    for (const attempt of attempts(connection, SUCCESSES)) state.successes.set(candidateKey(attempt), attempt);
    for (const one of reopenings(connection)) state.reopened.set(candidateKey(one), one);
    for (const { type, workUnit, at } of all<{ type: string; workUnit: WorkUnit | null; at: Moment }>(
      connection,
      REMOVALS,
    ))
      state.removals.set(type, (state.removals.get(type) ?? new Map()).set(workUnit, at));
    for (const { type, ...delivery } of all<StateDelivery & { type: string }>(connection, DELIVERIES))
      state.deliveries.add(type, delivery);
    state.gaps = knownGaps(connection);
    return state;
  });
}

function all<Row>(connection: Connection, sql: string): Row[] {
  return connection.statement(sql).all() as Row[];
}

interface AttemptColumns extends Omit<StateAttempt, "seen" | "retry"> {
  readonly seen: string | null;
  readonly retry: number | null;
}

function attempts(connection: Connection, sql: string): StateAttempt[] {
  return all<AttemptColumns>(connection, sql).map((row) => ({
    ...row,
    seen: storedJsonOrNull(connection, row.seen, isSeen),
    retry: row.retry === 1,
  }));
}
