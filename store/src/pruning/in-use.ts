import type { WallTime } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import { changesIn } from "../record/instance-history.ts";

/** How many events are read at once. */
const TOGETHER = 5_000;

const CURRENT = "SELECT DISTINCT content_hash FROM artifact";
const INSTRUCTIONS = "SELECT DISTINCT instructions_hash FROM attempt WHERE ended IS NULL OR started_at >= ?";
const INPUTS = `SELECT DISTINCT json_extract(input.value, '$.contentHash') FROM attempt
    JOIN given ON given.attempt = attempt.id, json_each(CASE WHEN json_valid(inputs) THEN inputs ELSE '[]' END) AS input
  WHERE ended IS NULL OR started_at >= ?`;
const BODIES = "SELECT body FROM event WHERE seq > ? AND seq <= ?";
const METHODOLOGY = "SELECT body FROM event WHERE kind = 'methodology_changed' AND seq <= ? ORDER BY seq DESC LIMIT 1";
const LAST = "SELECT max(seq) AS seq FROM event";
const LAST_BEFORE = "SELECT max(seq) AS seq FROM event WHERE at < ?";

/** The number of the last event; 0 of an empty log. */
export function lastSeq(connection: Connection): number {
  return (connection.statement(LAST).get() as { seq: number | null }).seq ?? 0;
}

/**
 * Every content that something rests on that is there, or was there at any time since: what lies in the workspace, what
 * attempts are given that are open or began since, what instances were then and after, the methodology of then, and whatever
 * the log names since.
 */
export function contentsInUse(store: Store, since: WallTime): Set<string> {
  const { connection } = store;
  const boundary = (connection.statement(LAST_BEFORE).get(since) as { seq: number | null }).seq ?? 0;
  return new Set([
    ...currentContents(connection),
    ...hashesIn(connection, INSTRUCTIONS, since),
    ...hashesIn(connection, INPUTS, since),
    ...contentsThen(store, boundary),
    ...named(connection.statement(METHODOLOGY).all(boundary) as Body[]),
    ...contentsNamedAfter(connection, boundary),
  ]);
}

/** The contents of what lies in the workspace, as it was scanned last. */
export function currentContents(connection: Connection): string[] {
  return hashesIn(connection, CURRENT);
}

/** Every content that events after this one name. */
export function contentsNamedAfter(connection: Connection, seq: number): Set<string> {
  const found = new Set<string>();
  const last = lastSeq(connection);
  for (let after = seq; after < last; after += TOGETHER)
    for (const hash of named(connection.statement(BODIES).all(after, Math.min(last, after + TOGETHER)) as Body[]))
      found.add(hash);
  return found;
}

/** The contents that instances had right after an event. */
function contentsThen(store: Store, seq: number): Iterable<string> {
  const then = new Map<string, string>();
  for (const { type, id, contentHash, isGone } of changesIn(store, { until: seq })) {
    const key = `${type}/${id}`;
    if (isGone || contentHash === null) then.delete(key);
    else then.set(key, contentHash);
  }
  return then.values();
}

interface Body {
  readonly body: string;
}

const HASH = /sha256:[0-9a-f]{64}/g;

function* named(rows: readonly Body[]): Generator<string> {
  for (const { body } of rows) for (const [hash] of body.matchAll(HASH)) yield hash;
}

function hashesIn(connection: Connection, sql: string, ...values: unknown[]): string[] {
  const rows = connection.statement(sql).all(...values) as Readonly<Record<string, unknown>>[];
  return rows.flatMap((row) => Object.values(row).filter((value) => typeof value === "string"));
}
