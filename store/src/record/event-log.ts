import type { WallTime } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import { StoreError } from "../connection/store-error.ts";
import type { Content } from "../contents/content.ts";
import { keepContents, prepareContents } from "../contents/keep.ts";
import { eventDamaged } from "../messages.ts";
import { lastStepBack } from "./clock-table.ts";
import {
  append,
  appendMethodology,
  attemptsBeginning,
  countEvents,
  type EventFilter,
  eventHash,
  events,
  FIRST_PREV,
  findEvent,
  lastEvent,
  lastEventUntil,
  lastMethodology,
  protocolsIn,
  SET_RIGHT,
} from "./event-table.ts";
import { decoded, type EventBodies, type EventRow, type LogEvent, type NewEvent } from "./events.ts";

/** Where the log ends. For an empty log: number 0 and the hash that the first row has for the one before it. */
export interface LogHead {
  readonly seq: number;
  readonly hash: string;
}

export interface EventQuery extends EventFilter {
  /** At most so many; without it all of them. */
  readonly limit?: number | undefined;
  /** Where there are more than `limit`: the last ones instead of the first. */
  readonly last?: boolean | undefined;
}

/** What a walk along the chain found: the whole log, or the first row that is not as it was written. */
export type LogVerdict =
  | { readonly ok: true; readonly events: number; readonly head: string }
  | {
      readonly ok: false;
      /** The first broken row; null where every row is sound, and something else is wrong. */
      readonly seq: number | null;
      readonly reason: "missing" | "prev" | "hash" | "tables" | "head";
      readonly message: string;
    };

/** Rows read at once: a long log does not have to fit into memory. */
const BATCH = 1000;

/** Appends one event in a transaction of its own; a fact that has one appends it there, with `append`. */
export function recordEvent(store: Store, event: NewEvent): void {
  store.connection.write(() => append(store.connection, event));
}

/** What the log tells of a methodology, and the contents of its files. */
export interface NotedMethodology {
  readonly body: Omit<EventBodies["methodology_changed"], "fingerprint">;
  readonly contents: readonly Content[];
}

/**
 * Notes in the log that the methodology is not the one that it told of last, and keeps its contents. It costs an unchanged
 * project one small query, and never waits: where another is writing, or nothing is kept, the next command notes it.
 * @param noted made only when it is needed
 */
export function noteMethodology(store: Store, fingerprint: string, noted: () => NotedMethodology): void {
  const { connection } = store;
  if (!store.persistent || lastMethodology(connection) === fingerprint) return;
  const { body, contents } = noted();
  prepareContents(store, contents);
  connection.writeIfFree(() => {
    if (lastMethodology(connection) === fingerprint) return;
    keepContents(store, contents);
    appendMethodology(connection, { fingerprint, body: () => body });
  });
}

/**
 * Events in the order in which they were written.
 * @throws StoreError for a row that no runa can have written, and where the store has been deleted or replaced
 */
export function readEvents(store: Store, query: EventQuery): LogEvent[] {
  store.connection.requireInPlace();
  return events(store.connection, query, query.limit ?? -1, query.last ?? false).map(readable);
}

/** Where the clock of the machine went back: an event that is dated before the one before it. */
export interface StepBack {
  readonly seq: number;
  readonly at: WallTime;
  /** How the event before it is dated. */
  readonly before: WallTime;
}

/** The last time that the clock went back between two events; null where it never did. */
export function clockWentBack({ connection }: Store): StepBack | null {
  const seq = lastStepBack(connection);
  const [event, before] = seq === null ? [] : [findEvent(connection, seq), findEvent(connection, seq - 1)];
  return event == null || before == null ? null : { seq: event.seq, at: event.at, before: before.at };
}

/** An event's number and time; null where there is none of this number. */
export function eventTime({ connection }: Store, seq: number): Pick<EventRow, "seq" | "at"> | null {
  const event = findEvent(connection, seq);
  return event === null ? null : { seq: event.seq, at: event.at };
}

/** The last event that is dated then or before; null where there is none. Where the clock went back, the last one of all counts. */
export function eventAt({ connection }: Store, at: WallTime): Pick<EventRow, "seq" | "at"> | null {
  return lastEventUntil(connection, at, lastStepBack(connection) === null ? firstAfter(connection, at) : undefined);
}

/** An event after which all are dated later than a time, of a clock that was never put back by more than a second. */
function firstAfter(connection: Connection, at: WallTime): number {
  let [low, high] = [0, lastEvent(connection)?.seq ?? 0];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((findEvent(connection, middle)?.at ?? 0) <= at + SET_RIGHT) low = middle;
    else high = middle - 1;
  }
  return high;
}

/** How many events a filter chooses. */
export function eventCount(store: Store, filter: EventFilter): number {
  return countEvents(store.connection, filter);
}

/** Attempts that the log tells of and whose id begins so, at most `limit`. */
export function loggedAttempts(store: Store, prefix: string, limit: number): string[] {
  return attemptsBeginning(store.connection, prefix, limit);
}

/** The protocols that the log tells of. */
export function loggedProtocols(store: Store): string[] {
  return protocolsIn(store.connection);
}

export function logHead(store: Store): LogHead {
  return lastEvent(store.connection) ?? { seq: 0, hash: FIRST_PREV };
}

/**
 * Walks the chain from its first row to its last. That the end was cut off shows only against a head that was kept
 * elsewhere: the rows that are left are sound.
 * @param expect a head printed before, which must still be contained
 */
export function verifyLog(store: Store, expect: string = FIRST_PREV): LogVerdict {
  let head: LogHead = { seq: 0, hash: FIRST_PREV };
  let contained = expect === FIRST_PREV;
  // The first query has no lower limit, so that rows which somebody put before number 1 are found too.
  for (let after: number | undefined; ; after = head.seq) {
    const rows = events(store.connection, { after }, BATCH, false);
    for (const row of rows) {
      const broken = faultOf(row, head);
      if (broken !== null) return broken;
      head = row;
      contained ||= row.hash === expect;
    }
    if (rows.length < BATCH) break;
  }
  if (!contained)
    return {
      ok: false,
      seq: null,
      reason: "head",
      message: `the expected head ${expect} is not in the log: its end was cut off, or the whole of it was written anew`,
    };
  if (!store.connection.hasOwnSchema)
    return {
      ok: false,
      seq: null,
      reason: "tables",
      message:
        "every event is as it was written, but the store's tables, indexes and triggers are not those that runa makes: `runa scan --rebuild` makes them anew",
    };
  return { ok: true, events: head.seq, head: head.hash };
}

function faultOf(row: EventRow, before: LogHead): Extract<LogVerdict, { ok: false }> | null {
  const seq = before.seq + 1;
  if (row.seq !== seq)
    return {
      ok: false,
      seq,
      reason: "missing",
      message: `event ${seq} is missing: event ${row.seq} stands in its place`,
    };
  if (row.prev !== before.hash)
    return {
      ok: false,
      seq,
      reason: "prev",
      message: `event ${seq} does not follow the one before it: its prev is not that hash`,
    };
  if (row.hash !== expectedHash(row))
    return {
      ok: false,
      seq,
      reason: "hash",
      message: `event ${seq} is not as it was written: its hash does not match`,
    };
  return null;
}

/** Null for a row of which no hash can be made, such as one whose time is none. */
function expectedHash(row: EventRow): string | null {
  try {
    return eventHash(row);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readable(row: EventRow): LogEvent {
  const event = decoded(row);
  if (event === null) throw new StoreError(eventDamaged(row.seq));
  return event;
}
