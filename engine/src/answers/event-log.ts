import { knownWorkUnits, type Store } from "@runa/store";
import {
  type EventFilter,
  type EventQuery,
  eventCount,
  type LogEvent,
  type LogHead,
  type LogVerdict,
  loggedAttempts,
  loggedProtocols,
  logHead,
  readEvents,
  verifyLog,
} from "@runa/store/log";
import type { FoldVerdict } from "@runa/store/replay";
import { NAMED_IDS, onlyId } from "../attempt/attempt-id.ts";
import { unknownLoggedAttempt } from "../messages.ts";
import { openRecord, type ProjectOptions } from "../project/project.ts";

/** A project's event log (attempts.md section 8), open for reading. */
export class EventLog {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether what other processes append is seen: not in the copy that is read where the store cannot be written. */
  get isLive(): boolean {
    return this.#store.persistent;
  }

  read(query: EventQuery): LogEvent[] {
    return readEvents(this.#store, query);
  }

  count(filter: EventFilter): number {
    return eventCount(this.#store, filter);
  }

  /** The protocols that the log tells of. */
  protocols(): string[] {
    return loggedProtocols(this.#store);
  }

  /** The work units that the project knows of. */
  workUnits(): string[] {
    return knownWorkUnits(this.#store);
  }

  head(): LogHead {
    return logHead(this.#store);
  }

  verify(expect?: string): LogVerdict {
    return verifyLog(this.#store, expect);
  }

  /** Folds the whole log, whose chain is sound, and holds what it leads to against the tables. */
  async verifyFold(): Promise<FoldVerdict> {
    const { verifyFold } = await import("@runa/store/replay");
    return verifyFold(this.#store);
  }

  /**
   * The attempt that the log tells of and whose id begins so.
   * @throws RunaError where there is none, or several
   */
  attempt(beginning: string): string {
    const found = loggedAttempts(this.#store, beginning, NAMED_IDS);
    return onlyId(beginning, found, unknownLoggedAttempt(beginning));
  }

  close(): void {
    this.#store.close();
  }
}

/**
 * Opens a project's event log: no methodology has to be there for it, and the workspace is not looked at.
 * @param use `inspect` to verify it
 * @throws RunaError, DiagnosticsError, StoreError
 */
export async function openEventLog(options: ProjectOptions, use: "look" | "inspect" = "look"): Promise<EventLog> {
  return new EventLog((await openRecord(options, use)).store);
}
