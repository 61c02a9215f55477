import type { InstanceId, InstanceRef } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { isText, objectOf, oneOf, type Shape, stored, storedJson } from "../connection/stored.ts";

const KINDS = ["supersede", "withdraw", "audit", "archive"] as const;

/**
 * What is still to be done for an attempt: moving an instance out of the workspace that it superseded or withdrew, bringing
 * its record up to date, which is an instance of an audit type, or moving that away when it is old.
 */
export interface Operation extends InstanceRef {
  readonly kind: (typeof KINDS)[number];
}

/** One that was committed with what makes it necessary. The row goes in the transaction in which it is done. */
export interface PendingOperation extends Operation {
  readonly attempt: string;
}

interface Columns {
  kind: Operation["kind"];
  attempt: string;
  subject: string;
}

// Of one attempt one thing is to be done to an instance. A record that was to be moved away is first brought up to date; it is
// found to be old again later.
const PUT = `INSERT INTO pending_operation (kind, attempt, subject) VALUES (?, ?, ?)
  ON CONFLICT (attempt, subject) DO UPDATE SET kind = excluded.kind
  WHERE pending_operation.kind = 'archive' AND excluded.kind = 'audit'`;
const ALL = "SELECT kind, attempt, subject FROM pending_operation ORDER BY seq";
const OF_SUBJECT = "SELECT kind, attempt, subject FROM pending_operation WHERE subject = ? ORDER BY seq";
const REMOVE = "DELETE FROM pending_operation WHERE kind = ? AND attempt = ? AND subject = ?";

export const isOperationKind = oneOf(KINDS);
export const isSubject = objectOf<InstanceRef>({ type: isText, id: isText as Shape<InstanceId> });

/** What an operation is done to, as the table has it; the migration that made the table writes the same. */
function subjectOf({ type, id }: InstanceRef): string {
  return JSON.stringify({ type, id });
}

function fromColumns(connection: Connection, { kind, attempt, subject }: Columns): PendingOperation {
  const { type, id } = storedJson(connection, subject, isSubject);
  return { kind: stored(connection, kind, isOperationKind), attempt, type, id };
}

/** Puts an operation down, unless something is to be done already for this attempt to this instance that comes first. */
export function putPending(connection: Connection, operation: PendingOperation): void {
  connection.statement(PUT).run(operation.kind, operation.attempt, subjectOf(operation));
}

/** Has the records of an attempt brought up to date, before anything is evaluated again. */
export function putPendingRecords(connection: Connection, attempt: string, records: readonly InstanceRef[]): void {
  for (const { type, id } of records) putPending(connection, { kind: "audit", attempt, type, id });
}

/** Everything that is still to be done, in the order in which it was put down. */
export function pendingOperations(connection: Connection): PendingOperation[] {
  return (connection.statement(ALL).all() as Columns[]).map((row) => fromColumns(connection, row));
}

/** What is still to be done to one instance. */
export function pendingFor(connection: Connection, instance: InstanceRef): PendingOperation[] {
  return (connection.statement(OF_SUBJECT).all(subjectOf(instance)) as Columns[]).map((row) =>
    fromColumns(connection, row),
  );
}

/**
 * Removes an operation, unless something else is to be done in its place by now.
 * @returns whether it was still to be done
 */
export function removePending(connection: Connection, operation: PendingOperation): boolean {
  return connection.statement(REMOVE).run(operation.kind, operation.attempt, subjectOf(operation)).changes > 0;
}
