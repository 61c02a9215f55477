import {
  type EventFilter,
  type EventQuery,
  eventCount,
  knownWorkUnits,
  type LogEvent,
  type LogHead,
  type LogVerdict,
  loggedAttempts,
  loggedProtocols,
  logHead,
  readEvents,
  type Store,
  verifyLog,
} from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import { distinctBeginnings } from "../execute/attempt-id.ts";
import { log } from "../log/log.ts";
import { findProject, openProjectStore, type ProjectOptions } from "./project.ts";

/** How many attempts are named where a beginning fits several. */
const NAMED = 5;

/** A project's event log (attempts.md section 8), open for reading. */
export class EventLog {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether what other processes append is seen: not in the copy that is read where the store cannot be written. */
  get isLive(): boolean {
    return this.#store.kept;
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

  /**
   * The attempt that the log tells of and whose id begins so.
   * @throws RunaError where there is none, or several
   */
  attempt(beginning: string): string {
    const [only, ...more] = loggedAttempts(this.#store, beginning, NAMED);
    if (only === undefined) throw new RunaError(`the log tells of no attempt whose id begins with '${beginning}'`);
    if (more.length > 0)
      throw new RunaError(
        `'${beginning}' is how several attempts begin: give more of the id, such as ${distinctBeginnings([only, ...more]).join(", ")}`,
      );
    return only;
  }

  close(): void {
    this.#store.close();
  }
}

/**
 * Opens a project's event log: no methodology has to be there for it, and the workspace is not looked at.
 * @throws RunaError, DiagnosticsError, StoreError
 */
export async function openEventLog(options: ProjectOptions): Promise<EventLog> {
  const project = await findProject(options);
  log.configure({ ...project.config.logging, environment: options.environment });
  return new EventLog(openProjectStore(project));
}
