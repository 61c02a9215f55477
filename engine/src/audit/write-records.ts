import { judgeContent } from "@runa/store";
import { dropRecord, endedAttempt, pendingRecords, type RecordFile, writeRecord } from "@runa/store/attempts";
import { logEngine } from "../log/log.ts";
import type { OpenProject } from "../project/project.ts";
import { type AuditType, auditTypesOf, isRecorded, recordId } from "./due.ts";
import { type AuditRecord, auditRecord } from "./record.ts";

/**
 * Brings the records of attempts up to date that have ended since (decisions.md section 5): before anything is evaluated
 * again. What could not be written stays to be done, and is logged. What a later attempt left to be done to the same record
 * stays as well: done now, it would be replaced by what is older.
 */
export async function writeRecords({ store, workspace, methodology }: OpenProject): Promise<void> {
  if (!store.persistent) return;
  const pending = pendingRecords(store);
  if (pending.length === 0) return;
  const types = new Map(auditTypesOf(methodology).map((type) => [type.name, type]));
  const stuck = new Set<string>();
  for (const operation of pending) {
    const name = `${operation.type}/${operation.id}`;
    if (stuck.has(name)) continue;
    const type = types.get(operation.type);
    const attempt = endedAttempt(store, operation.attempt);
    // Declared otherwise since, or of an attempt that a damaged store has lost.
    if (type === undefined || attempt === null || recordId(type.annotation, attempt) !== operation.id) {
      dropRecord(store, operation);
      continue;
    }
    const record = isRecorded(type.annotation, attempt) ? await recordFile(type, auditRecord(attempt)) : null;
    const notDone = writeRecord(store, workspace, operation, attempt, record);
    if (notDone === null) continue;
    stuck.add(name);
    logEngine(
      "audit",
      { level: "warn", outcome: "failed", msg: `the record of an attempt could not be written: ${notDone.reason}` },
      { attempt: operation.attempt, artifact: name },
    );
  }
}

/** A record as its file, which may break its schema: that may ask for more than runa writes. */
async function recordFile(type: AuditType, record: AuditRecord): Promise<RecordFile> {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  const judged = await judgeContent(type, Buffer.from(text));
  return { ...judged, text, schemaHash: type.hash };
}
