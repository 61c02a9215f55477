import type { InstanceRef } from "../artifact.ts";
import type { CandidateName } from "../candidate.ts";
import { requirePersistent, type Store } from "../connection/store.ts";
import { markDelivered } from "../index/artifact-table.ts";
import { type Acceptance, acceptAttemptRow, type InstanceState } from "./attempt-table.ts";
import { nextMoment } from "./clock-table.ts";
import { append } from "./event-table.ts";
import { type Actor, candidateBody } from "./events.ts";
import { lastAttemptOf } from "./last-attempts.ts";
import { openAttempts } from "./open-attempts.ts";
import { putPendingRecords } from "./pending-operation-table.ts";
import { putReopenings } from "./reopening.ts";

/** Who decides, where that is known. */
export interface Decided {
  readonly actor?: Actor | undefined;
}

/** Reopens candidates by hand: none of them is current until it succeeds once more. In one transaction, with the log. */
export function recordReopened(store: Store, candidates: readonly CandidateName[], { actor }: Decided): void {
  const { connection } = store;
  requirePersistent(store);
  connection.write(() => {
    const moment = nextMoment(connection);
    putReopenings(connection, candidates, moment);
    for (const candidate of candidates)
      append(connection, {
        kind: "reopened",
        attempt: null,
        body: { ...candidateBody(candidate), moment, ...(actor !== undefined && { actor }) },
      });
  });
}

/** A failed attempt whose candidate's outputs are taken as done. */
export interface AcceptedAttempt extends Acceptance {
  readonly attempt: string;
  readonly candidate: CandidateName;
  readonly outputs: readonly InstanceState[];
  readonly note: string;
  /** See `AttemptResult`. */
  readonly records?: readonly InstanceRef[];
}

/**
 * Takes the outputs of a candidate as done, although its last attempt failed: in one transaction, with the log.
 * @returns whether that was still its last attempt, failed, and none was being executed
 */
export function recordAccepted(store: Store, accepted: AcceptedAttempt, { actor }: Decided): boolean {
  const { connection } = store;
  const { attempt, candidate, outputs, note } = accepted;
  const { protocol, workUnit } = candidate;
  requirePersistent(store);
  return connection.write(() => {
    const isOpen = openAttempts(connection).some((one) => one.protocol === protocol && one.workUnit === workUnit);
    const last = lastAttemptOf(connection, protocol, workUnit);
    if (isOpen || last === null || last.id !== attempt || last.outcome === "delivered") return false;
    const at = nextMoment(connection);
    acceptAttemptRow(connection, attempt, accepted, at);
    putPendingRecords(connection, attempt, accepted.records ?? []);
    for (const { type, id } of outputs) markDelivered(connection, type, id, at);
    append(connection, {
      kind: "accepted",
      attempt,
      body: {
        ...candidateBody(candidate),
        note,
        moment: at,
        seen: accepted.seen,
        outputs_after: accepted.outputsAfter,
        outputs: outputs.map(({ type, id, contentHash }) => ({
          artifact_type: type,
          instance_id: id,
          content_hash: contentHash,
        })),
        ...(actor !== undefined && { actor }),
      },
    });
    return true;
  });
}
