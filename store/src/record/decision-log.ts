import type { ContentHash, InstanceId, WallTime, WorkUnit } from "../artifact.ts";
import { CacheSlot, type Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import { isCount, parsed } from "../connection/stored.ts";
import type { InstanceState } from "./attempt-table.ts";
import { type EventRow, isDecisionBody, isEventTime, type Verdict } from "./events.ts";

/** What a person decided, as the log tells it (decisions.md section 2). */
export interface LoggedDecision extends InstanceState {
  /** The number of its event. */
  readonly seq: number;
  readonly at: WallTime;
  readonly verdict: Verdict;
  /** What was decided on, with the content that it had. */
  readonly subject: InstanceState;
  /** The subject's. */
  readonly workUnit: WorkUnit | null;
  readonly by: string;
  /** Who ran the attempt that delivered the subject; null where nobody is known. */
  readonly author: string | null;
  /** The fingerprint of the key that signed it; null where it is not signed. */
  readonly key: string | null;
}

// Of the kinds of `event_of_kind`, an index in which these are all that there is to read.
const AFTER = "SELECT seq, at, body FROM event WHERE kind = 'decision' AND seq > ? ORDER BY seq";
// All in one text, which one call parses: thousands of decisions are read by every command.
const TOGETHER = `SELECT '[' || group_concat('[' || seq || ',' || at || ',' || body || ']', ',') || ']' AS text, max(seq) AS seq
  FROM (SELECT seq, at, body FROM event WHERE kind = 'decision' AND seq > ? ORDER BY seq)`;
const LAST = "SELECT max(seq) AS seq FROM event WHERE kind = 'decision'";
const HASH = "SELECT hash FROM event WHERE seq = ?";
// Who confirms a content, or delivers it again by hand, does not make it.
const AUTHOR = `SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.actor.name') END AS name
  FROM event WHERE attempt =
    (SELECT attempt FROM delivery WHERE artifact_type = ? AND instance_id = ? AND content_hash = ?
       AND attempt IS NOT NULL AND via <> 'confirmed' ORDER BY at DESC LIMIT 1)
  AND kind = 'claimed' ORDER BY seq LIMIT 1`;

/** What was read of the log, up to which event. */
interface Read {
  readonly decisions: readonly LoggedDecision[];
  readonly seq: number;
  readonly hash: string;
}

const LAST_READ = new CacheSlot<Read>();

/**
 * Every decision that the log tells of, in its order. What was read before is not read again: the log is only appended to. An
 * event that this runa does not know in every part decides nothing.
 */
export function loggedDecisions(connection: Connection): readonly LoggedDecision[] {
  return connection.read(() => {
    const before = connection.remembered(LAST_READ);
    const known = before !== undefined && hashOf(connection, before.seq) === before.hash ? before : null;
    const after = known?.seq ?? 0;
    const { text, seq } = connection.statement(TOGETHER).get(after) as { text: string | null; seq: number | null };
    const hash = seq === null ? undefined : hashOf(connection, seq);
    if (text === null || seq === null || hash === undefined) return known?.decisions ?? [];
    const rows = rowsIn(text) ?? singly(connection, after);
    const decisions = [...(known?.decisions ?? []), ...rows.flatMap(decisionIn)];
    connection.remember(LAST_READ, { decisions, seq, hash });
    return decisions;
  });
}

/** The number of the last event that tells of a decision, whether or not this runa knows it in every part; 0 where none does. */
export function lastDecision(connection: Connection): number {
  return (connection.statement(LAST).get() as { seq: number | null }).seq ?? 0;
}

function hashOf(connection: Connection, seq: number): string | undefined {
  return (connection.statement(HASH).get(seq) as { hash: string } | undefined)?.hash;
}

/** An event's number, its time, and its body. */
type Row = readonly [seq: unknown, at: unknown, body: unknown];

const isRow = (row: unknown): row is Row => Array.isArray(row) && row.length === 3;

/** The rows of a text; null where one of them is not JSON. */
function rowsIn(text: string): readonly Row[] | null {
  const rows = parsed(text);
  return Array.isArray(rows) && rows.every(isRow) ? rows : null;
}

/** The rows one by one, of which some are not JSON. */
function singly(connection: Connection, after: number): readonly Row[] {
  const rows = connection.statement(AFTER).all(after) as Pick<EventRow, "seq" | "at" | "body">[];
  return rows.map(({ seq, at, body }) => [seq, at, parsed(body)]);
}

function decisionIn([seq, at, body]: Row): LoggedDecision[] {
  if (!isCount(seq) || !isEventTime(at) || !isDecisionBody(body)) return [];
  return [
    {
      type: body.artifact_type,
      id: body.instance_id as InstanceId,
      contentHash: body.content_hash as ContentHash,
      seq,
      at,
      verdict: body.decision,
      subject: {
        type: body.subject.artifact_type,
        id: body.subject.instance_id as InstanceId,
        contentHash: body.subject.content_hash as ContentHash,
      },
      workUnit: (body.work_unit as WorkUnit | undefined) ?? null,
      by: body.by,
      author: body.author ?? null,
      key: body.key ?? null,
    },
  ];
}

/** The person who ran the attempt that delivered this content last; null where nobody is known. */
export function authorOf(connection: Connection, { type, id, contentHash }: InstanceState): string | null {
  return (connection.statement(AUTHOR).get(type, id, contentHash) as { name: string | null } | undefined)?.name ?? null;
}

/** The same, for whoever asks before anything is written. */
export function authorNow({ connection }: Store, subject: InstanceState): string | null {
  return connection.read(() => authorOf(connection, subject));
}
