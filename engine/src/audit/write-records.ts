import { judgeContent } from "@runa/store";
import { dropRecord, endedAttempt, pendingRecords, type RecordFile, writeRecord } from "@runa/store/attempts";
import { logEngine } from "../log/log.ts";
import type { OpenProject } from "../project/project.ts";
import { type AuditType, auditTypesOf, isRecorded, recordId } from "./due.ts";
import { type AuditRecord, auditRecord } from "./record.ts";

/**
 * Brings the records of attempts up to date that have ended since (decisions.md section 5): before anything is evaluated
 * again. What could not be written stays to be done, and is logged.
 */
export async function writeRecords({ store, workspace, methodology }: OpenProject): Promise<void> {
  if (!store.persistent) return;
  const pending = pendingRecords(store);
  if (pending.length === 0) return;
  const types = new Map(auditTypesOf(methodology).map((type) => [type.name, type]));
  for (const operation of pending) {
    const type = types.get(operation.type);
    const attempt = endedAttempt(store, operation.attempt);
    // Declared otherwise since, or of an attempt that a damaged store has lost.
    if (type === undefined || attempt === null || recordId(type.annotation, attempt) !== operation.id) {
      dropRecord(store, operation);
      continue;
    }
    const record = isRecorded(type.annotation, attempt) ? await recordFile(type, auditRecord(attempt)) : null;
    const stuck = writeRecord(store, workspace, operation, attempt, record);
    if (stuck === null) continue;
    const { attempt: id, type: name, id: instance, reason } = stuck;
    logEngine(
      "audit",
      { level: "warn", outcome: "failed", msg: `the record of an attempt could not be written: ${reason}` },
      { attempt: id, artifact: `${name}/${instance}` },
    );
  }
}

/** A record as its file, which may break its schema: that may ask for more than runa writes. */
async function recordFile(type: AuditType, record: AuditRecord): Promise<RecordFile> {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  const judged = await judgeContent(type, Buffer.from(text));
  return { ...judged, text, schemaHash: type.hash };
}
