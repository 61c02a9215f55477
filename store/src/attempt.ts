import { join } from "node:path";
import type { Moment } from "./artifact.ts";
import type { InstanceRef } from "./scan.ts";
import { type Store, write } from "./store.ts";
import { markDelivered } from "./tables/artifact-table.ts";
import {
  type AttemptEnd,
  type AttemptStart,
  endAttemptRow,
  fence,
  type InstanceBefore,
  insertAttempt,
  instancesBeforeAttempt,
  type OpenAttempt,
  openAttempts,
  type ProcessIdentity,
  type ServerNotes,
  serverNotes,
  setAgent,
} from "./tables/attempt-table.ts";
import { nextMoment } from "./tables/clock-table.ts";
import { type DeliveryRow, deliveriesOf, putDelivery, wasDeliveredElsewhere } from "./tables/delivery-table.ts";
import { putSuperseding } from "./tables/superseding-table.ts";
import { holdsUnfinished, removeUnfinished } from "./workspace/durable-write.ts";

/** Commits an attempt's row before its agent is spawned; returns when it started. */
export function beginAttempt(store: Store, start: AttemptStart): Moment {
  return write(store, () => {
    const started = nextMoment(store.database);
    insertAttempt(store.database, start, started);
    return started;
  });
}

/** Notes the agent's process, right after it was spawned. */
export function recordAgent(store: Store, attempt: string, agent: ProcessIdentity): void {
  write(store, () => setAgent(store.database, attempt, agent));
}

/**
 * Closes an attempt for deliveries: a call of its server that comes later is refused. What was delivered until now is
 * all there will be, so a scan after this sees the attempt's whole result.
 */
export function fenceAttempt(store: Store, attempt: string): void {
  write(store, () => fence(store.database, attempt, nextMoment(store.database)));
}

/** Attempts that have not ended; one whose owner is dead is among them. */
export function unendedAttempts(store: Store): OpenAttempt[] {
  return openAttempts(store.database);
}

/** How everything that an open attempt may read or write lay there before it started. */
export function beforeAttempt(store: Store, attempt: string): InstanceBefore[] {
  return instancesBeforeAttempt(store.database, attempt);
}

/** What an attempt's server delivered and noted. */
export function attemptNotes(
  store: Store,
  attempt: string,
): ServerNotes & { readonly deliveries: readonly DeliveryRow[] } {
  return { ...serverNotes(store.database, attempt), deliveries: deliveriesOf(store.database, attempt) };
}

/** Whether this content of an instance was delivered since then by another attempt or by hand. */
export function deliveredElsewhere(
  store: Store,
  instance: Pick<DeliveryRow, "type" | "id" | "contentHash">,
  since: Moment,
  attempt: string,
): boolean {
  return wasDeliveredElsewhere(store.database, instance, since, attempt);
}

/** The end of an attempt, with what it delivered by file and what its success supersedes. */
export interface AttemptResult extends AttemptEnd {
  readonly started: Moment;
  readonly byFile: readonly Pick<DeliveryRow, "type" | "id" | "contentHash">[];
  /** Everything that counts as delivered, by tool or by file. */
  readonly delivered: readonly InstanceRef[];
  readonly superseded: readonly InstanceRef[];
}

/**
 * Ends an attempt in one transaction: outcome, what it delivered by file, what is to be superseded. The files move only
 * after this is committed: a crash before it leaves an attempt that has not ended, a crash after it a list to work off.
 */
export function endAttempt(store: Store, attempt: string, result: AttemptResult): Moment {
  return write(store, () => {
    const at = nextMoment(store.database);
    for (const { type, id, contentHash } of result.byFile)
      putDelivery(store.database, { attempt, type, id, contentHash, at, via: "file" });
    if (result.outcome === "delivered") {
      for (const { type, id } of result.delivered) markDelivered(store.database, type, id, result.started);
      for (const { type, id } of result.superseded) putSuperseding(store.database, { attempt, type, id });
    }
    endAttemptRow(store.database, attempt, result, at);
    return at;
  });
}

/** Ends an attempt of which nothing can be judged. */
export function abandonAttempt(store: Store, attempt: string): void {
  write(store, () => {
    const end: AttemptEnd = { outcome: "abandoned", detail: {}, seen: null, outputsAfter: "", usage: null };
    endAttemptRow(store.database, attempt, end, nextMoment(store.database));
  });
}

/** Removes the half-written files of writers that died; under the writers' lock, so none is at work. */
export function removeLitter(store: Store, workspace: string, types: Iterable<string>): void {
  const littered = [...types].map((type) => join(workspace, type)).filter(holdsUnfinished);
  if (littered.length > 0) write(store, () => littered.forEach(removeUnfinished));
}
