import type { ContentHash, InstanceId } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { isText, isTextOrNull, listOf, objectOf, oneOf, type Shape, storedJson } from "../connection/stored.ts";
import type { AttemptStart, InstanceBefore, InstanceState } from "./attempt-table.ts";

// In tables of their own, because of ten thousand instances this is some megabytes: what else is known of an attempt changes
// several times while it runs, and SQLite would write the whole row again each time.
const GIVE = "INSERT INTO given VALUES (?, ?)";
const LAY = "INSERT INTO lay_before VALUES (?, ?)";
const GIVEN = "SELECT inputs FROM given WHERE attempt = ?";
const BEFORE = "SELECT instances FROM lay_before WHERE attempt = ?";
const FORGET = "DELETE FROM lay_before WHERE attempt = ?";

const STATE = { type: isText, id: isText as Shape<InstanceId>, contentHash: isText as Shape<ContentHash> };
export const isGiven = listOf(objectOf<InstanceState>(STATE));
export const isBefore = listOf(
  objectOf<InstanceBefore>({
    ...STATE,
    status: oneOf(["valid", "invalid", "malformed", "stale"]),
    mtime: isTextOrNull,
  }),
);

/** Records what an attempt is given, and how everything that it may read or write lies there; written once, at its claim. */
export function recordGiven(connection: Connection, { id, inputs, before }: AttemptStart): void {
  connection.statement(GIVE).run(id, JSON.stringify(inputs));
  connection.statement(LAY).run(id, JSON.stringify(before));
}

/** What an attempt's agent was given; nothing where that was lost. */
export function inputsOfAttempt(connection: Connection, attempt: string): readonly InstanceState[] {
  const row = connection.statement(GIVEN).get(attempt) as { inputs: string } | undefined;
  return row === undefined ? [] : storedJson(connection, row.inputs, isGiven);
}

/**
 * How everything that an open attempt may read or write lay there before it.
 * @throws StoreError for one that has ended, and where that was lost: nothing could be judged
 */
export function instancesBeforeAttempt(connection: Connection, attempt: string): InstanceBefore[] {
  const row = connection.statement(BEFORE).get(attempt) as { instances: string } | undefined;
  if (row === undefined) throw connection.damaged();
  return [...storedJson(connection, row.instances, isBefore)];
}

/** Forgets how things lay before an attempt, once it has been judged. */
export function forgetBefore(connection: Connection, attempt: string): void {
  connection.statement(FORGET).run(attempt);
}
