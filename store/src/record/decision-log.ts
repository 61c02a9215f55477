import type { ContentHash, InstanceId, WallTime, WorkUnit } from "../artifact.ts";
import { CacheSlot, type Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import type { InstanceState } from "./attempt-table.ts";
import { decoded, type EventRow, type Verdict } from "./events.ts";

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

// The kinds of `event_of_kind`, an index in which these are all that there is to read.
const AFTER = "SELECT * FROM event WHERE kind = 'decision' AND seq > ? ORDER BY seq";
const HASH = "SELECT hash FROM event WHERE seq = ?";
const AUTHOR = `SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.actor.name') END AS name
  FROM event WHERE attempt =
    (SELECT attempt FROM delivery WHERE artifact_type = ? AND instance_id = ? AND content_hash = ? ORDER BY at DESC LIMIT 1)
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
    const known = before !== undefined && isStill(connection, before) ? before : null;
    const rows = connection.statement(AFTER).all(known?.seq ?? 0) as EventRow[];
    const last = rows.at(-1);
    if (last === undefined) return known?.decisions ?? [];
    const decisions = [...(known?.decisions ?? []), ...rows.flatMap(decisionIn)];
    connection.remember(LAST_READ, { decisions, seq: last.seq, hash: last.hash });
    return decisions;
  });
}

function isStill(connection: Connection, { seq, hash }: Read): boolean {
  return (connection.statement(HASH).get(seq) as { hash: string } | undefined)?.hash === hash;
}

function decisionIn(row: EventRow): LoggedDecision[] {
  const event = decoded(row);
  if (event === null || !event.known || event.kind !== "decision") return [];
  const { seq, at, body } = event;
  return [
    {
      ...stateOf(body),
      seq,
      at,
      verdict: body.decision,
      subject: stateOf(body.subject),
      workUnit: (body.work_unit as WorkUnit | undefined) ?? null,
      by: body.by,
      author: body.author ?? null,
      key: body.key ?? null,
    },
  ];
}

function stateOf(told: {
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly content_hash: string;
}): InstanceState {
  return {
    type: told.artifact_type,
    id: told.instance_id as InstanceId,
    contentHash: told.content_hash as ContentHash,
  };
}

/** The person who ran the attempt that delivered this content last; null where nobody is known. */
export function authorOf(connection: Connection, { type, id, contentHash }: InstanceState): string | null {
  return (connection.statement(AUTHOR).get(type, id, contentHash) as { name: string | null } | undefined)?.name ?? null;
}

/** The same, for whoever asks before anything is written. */
export function authorNow({ connection }: Store, subject: InstanceState): string | null {
  return connection.read(() => authorOf(connection, subject));
}
