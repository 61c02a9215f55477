import type { CandidateName } from "../candidate.ts";
import type { Connection } from "../connection/connection.ts";
import { findArtifact, removeArtifact } from "../index/artifact-table.ts";
import { nextMoment } from "./clock-table.ts";
import { append } from "./event-table.ts";
import { candidateBody } from "./events.ts";
import type { PendingOperation } from "./pending-operation-table.ts";
import type { LoggedRecord } from "./record-log.ts";

/**
 * Takes the record of an attempt, whose file has gone, out of the index, and logs that; in a transaction. Of one that neither the
 * log nor the index knows there is nothing to tell.
 * @param of the candidate that the attempt executed
 * @param told what the log told of it last
 */
export function noteRecordGone(
  connection: Connection,
  { attempt, type, id }: PendingOperation,
  of: CandidateName,
  told: LoggedRecord | null,
): void {
  const known = findArtifact(connection, type, id);
  const moment = known === null ? null : nextMoment(connection);
  if (known !== null && moment !== null) removeArtifact(connection, known, moment);
  const contentHash = told === null || told.isRemoved ? known?.contentHash : told.contentHash;
  if (contentHash === undefined) return;
  append(connection, {
    kind: "audited",
    attempt,
    body: {
      artifact_type: type,
      instance_id: id,
      content_hash: contentHash,
      ...candidateBody(of),
      removed: true,
      ...(moment !== null && { moment }),
    },
  });
}
