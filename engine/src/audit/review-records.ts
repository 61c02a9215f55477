import type { InstanceRef, Store, WallTime } from "@runa/store";
import { archiveRecords, askForRecords, endedAttempt, endedAttempts, loggedRecord } from "@runa/store/attempts";
import { readEvents } from "@runa/store/log";
import { daysAgo } from "../project/config/keep.ts";
import type { OpenProject } from "../project/project.ts";
import { type AuditType, auditTypesOf, isRecorded, recordId } from "./due.ts";

/**
 * Puts down what is to be done to records although no attempt has just ended (decisions.md section 5): those that there is one of
 * for each attempt are moved to the archive when they are older than what is kept; and where the methodology is another than at
 * the last claim, so that audit types may be declared otherwise, those of earlier attempts are made or taken away.
 */
export function reviewRecords({ store, methodology, config }: OpenProject): void {
  const types = auditTypesOf(methodology);
  if (types.length === 0) return;
  const kept = oldestKept(config.keep);
  if (kept !== null)
    for (const { name, annotation } of types) if (annotation.per === "attempt") archiveRecords(store, name, kept);
  if (isChangedSinceClaim(store)) askForRecords(store, missing(store, types, kept));
}

/** Since when records are kept where they lie; null for ever. There are no contents in them, so `none` says nothing of them. */
function oldestKept(keep: OpenProject["config"]["keep"]): WallTime | null {
  return typeof keep === "string" ? null : daysAgo(keep.days);
}

function isChangedSinceClaim(store: Store): boolean {
  const [changed] = readEvents(store, { kind: "methodology_changed", limit: 1, last: true });
  const [claimed] = readEvents(store, { kind: "claimed", limit: 1, last: true });
  return changed !== undefined && claimed !== undefined && changed.seq > claimed.seq;
}

/** The records that are not as the types say now: not there, of an older attempt, or there without being asked for. */
function missing(
  store: Store,
  types: readonly AuditType[],
  kept: WallTime | null,
): (InstanceRef & { attempt: string })[] {
  const hasEach = types.some(({ annotation }) => annotation.per === "attempt");
  return endedAttempts(store).flatMap(({ id, isNewest }) => {
    const attempt = isNewest || hasEach ? endedAttempt(store, id) : null;
    if (attempt === null) return [];
    return types.flatMap(({ name, annotation }) => {
      if (annotation.per === "attempt" ? kept !== null && attempt.startedAt < kept : !isNewest) return [];
      const instance = { type: name, id: recordId(annotation, attempt) };
      const told = loggedRecord(store, instance);
      const isThere = told !== null && !told.isRemoved;
      const isRight = isRecorded(annotation, attempt) ? isThere && told.attempt === id : !isThere;
      return isRight ? [] : [{ ...instance, attempt: id }];
    });
  });
}
