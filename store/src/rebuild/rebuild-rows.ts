import { isCount, parsed } from "../connection/stored.ts";
import { isContentRow } from "../contents/content-table.ts";
import { ATTEMPT_COLUMNS } from "../record/attempt-table.ts";
import { isVia } from "../record/delivery-table.ts";
import { decoded, type EventRow } from "../record/events.ts";
import { isBefore, isGiven } from "../record/given-table.ts";
import { isGaps } from "../record/known-gaps.ts";
import { isOperationKind, isSubject } from "../record/pending-operation-table.ts";

import { isReopened } from "../record/reopening.ts";

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** Tables that hold what is written nowhere else; every other one is an index over files, which a scan fills. */
export const RECORDS = [
  "clock",
  "attempt",
  "given",
  "lay_before",
  "delivery",
  "pending_operation",
  "withdrawal",
  "content",
  "event",
  "checkpoint",
] as const;

export type RecordTable = (typeof RECORDS)[number];

/**
 * What a rebuilt store keeps of a row: the row itself where runa could have written it; without what is damaged in it, where
 * nothing is decided by that; else null.
 */
export function keptOf(table: RecordTable, row: Row): Row | null {
  switch (table) {
    case "attempt":
      return keptAttempt(row);
    case "given":
      return holds(row.inputs, isGiven) ? row : null;
    case "lay_before":
      return holds(row.instances, isBefore) ? row : null;
    case "event":
      return decoded(row as { readonly [Column in keyof EventRow]: unknown }) === null ? null : row;
    case "delivery":
      return isVia(row.via) && isCount(row.at) ? row : null;
    case "clock":
      return keptClock(row);
    case "pending_operation":
      return isOperationKind(row.kind) && holds(row.subject, isSubject) && row.subject !== null ? row : null;
    // Held against the hash in the log where it is read.
    case "checkpoint":
      return isCount(row.seq) && isCount(row.event) ? row : null;
    case "withdrawal":
      return row;
    case "content":
      return isContentRow({ hash: row.hash, at: row.at, size: row.size, bytes: row.bytes }) ? row : null;
  }
}

function keptClock(row: Row): Row | null {
  if (!isCount(row.latest)) return null;
  // The clock has to go on, whatever else its row has lost.
  const isSound = holds(row.reopened, isReopened) && holds(row.gaps, isGaps);
  return isSound ? row : { ...row, ...(!holds(row.reopened, isReopened) && { reopened: null }), gaps: null };
}

function keptAttempt(row: Row): Row | null {
  const { json, words, counts, instead } = ATTEMPT_COLUMNS;
  if (counts.some((column) => row[column] != null && !isCount(row[column]))) return null;
  if (row.outcome != null && !words.outcome(row.outcome)) return null;
  const damaged = Object.entries(json).filter(([column, shape]) => !holds(row[column], shape));
  if (damaged.length === 0) return row;
  if (damaged.some(([column]) => !Object.hasOwn(instead, column))) return null;
  return {
    ...row,
    ...Object.fromEntries(damaged.map(([column]) => [column, instead[column as keyof typeof instead]])),
  };
}

/** Whether a column is empty, or holds JSON of a shape. */
function holds(text: unknown, shape: (value: unknown) => boolean): boolean {
  return text == null || (typeof text === "string" && shape(parsed(text)));
}
