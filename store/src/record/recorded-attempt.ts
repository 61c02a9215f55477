import type { WallTime } from "../artifact.ts";
import type { Store } from "../connection/store.ts";
import { isCount, isText, listOf, stored, storedJson, storedJsonOrNull } from "../connection/stored.ts";
import { isOutcome, isUsage, type OutcomeId, type Usage } from "./attempt-table.ts";
import { type DeliveryRow, deliveriesOf } from "./delivery-table.ts";
import { decoded, type EventBodies, type EventKind, type EventRow } from "./events.ts";
import { type AttemptFacts, attemptFacts } from "./instance-history.ts";

/** One event, with what it tells. */
export interface ToldEvent<Kind extends EventKind> {
  readonly at: WallTime;
  readonly hash: string;
  readonly body: EventBodies[Kind];
}

/** Everything that is on record of an attempt: in its row, its deliveries and its events. */
export interface RecordedAttempt extends Omit<AttemptFacts, "delivered" | "successBefore"> {
  readonly argv: readonly string[];
  readonly instructionsHash: string;
  /** How it ended, whatever a person made of it since; null while it has not. */
  readonly outcome: OutcomeId | null;
  readonly usage: Usage | null;
  /** Of several deliveries of one instance the last. */
  readonly deliveries: readonly DeliveryRow[];
  /** Tool calls that delivered, confirmed or withdrew something, and those that were refused. */
  readonly calls: { readonly accepted: number; readonly refused: number };
  /** What the log tells; null where it does not. */
  readonly claimed: ToldEvent<"claimed"> | null;
  readonly ended: ToldEvent<"attempt_ended"> | null;
  readonly accepted: ToldEvent<"accepted"> | null;
  readonly methodology: EventBodies["methodology_changed"] | null;
}

/** The same of one that has ended. */
export interface EndedAttempt extends RecordedAttempt {
  readonly outcome: OutcomeId;
}

const ROW = `SELECT argv, instructions_hash AS instructionsHash, outcome, usage, calls_refused AS callsRefused,
    (SELECT count(*) FROM event WHERE attempt = attempt.id AND (kind = 'withdrawn' OR kind = 'delivery_accepted'
      AND CASE WHEN json_valid(body) THEN json_extract(body, '$.via') END IN ('tool', 'confirmed'))) AS callsAccepted
  FROM attempt WHERE id = ?`;
const CLAIMED = "SELECT * FROM event WHERE attempt = ? AND kind = 'claimed' ORDER BY seq LIMIT 1";
const LAST_OF_KIND = "SELECT * FROM event WHERE attempt = ? AND kind = ? ORDER BY seq DESC LIMIT 1";
const METHODOLOGY_BEFORE = `SELECT * FROM event WHERE kind = 'methodology_changed' AND seq < ? ORDER BY seq DESC LIMIT 1`;

interface Row {
  argv: string;
  instructionsHash: string;
  outcome: OutcomeId | null;
  usage: string | null;
  callsRefused: number;
  callsAccepted: number;
}

/** What is on record of an attempt that has ended; null for any other. */
export function endedAttempt(store: Store, id: string): EndedAttempt | null {
  const attempt = recordedAttempt(store, id);
  return attempt === null || attempt.outcome === null ? null : { ...attempt, outcome: attempt.outcome };
}

/** What is on record of an attempt; null for one that is not known. */
export function recordedAttempt(store: Store, id: string): RecordedAttempt | null {
  const { connection } = store;
  return connection.read(() => {
    const row = connection.statement(ROW).get(id) as Row | undefined;
    const facts = row === undefined ? null : attemptFacts(store, id);
    if (row === undefined || facts === null) return null;
    const { protocol, workUnit, startedAt, inputs } = facts;
    const claimed = eventRow(store, CLAIMED, id);
    return {
      id,
      protocol,
      workUnit,
      startedAt,
      inputs,
      argv: storedJson(connection, row.argv, listOf(isText)),
      instructionsHash: row.instructionsHash,
      outcome: row.outcome === null ? null : stored(connection, row.outcome, isOutcome),
      usage: storedJsonOrNull(connection, row.usage, isUsage),
      deliveries: [...new Map(deliveriesOf(connection, id).map((one) => [`${one.type}/${one.id}`, one])).values()],
      calls: { accepted: row.callsAccepted, refused: stored(connection, row.callsRefused, isCount) },
      claimed: told(claimed, "claimed"),
      ended: told(eventRow(store, LAST_OF_KIND, id, "attempt_ended"), "attempt_ended"),
      accepted: told(eventRow(store, LAST_OF_KIND, id, "accepted"), "accepted"),
      methodology:
        claimed === undefined
          ? null
          : (told(eventRow(store, METHODOLOGY_BEFORE, claimed.seq), "methodology_changed")?.body ?? null),
    };
  });
}

function eventRow({ connection }: Store, statement: string, ...values: readonly unknown[]): EventRow | undefined {
  return connection.statement(statement).get(...values) as EventRow | undefined;
}

/** What a row tells, where it is of a kind and with a body that this runa knows. */
function told<Kind extends EventKind>(row: EventRow | undefined, kind: Kind): ToldEvent<Kind> | null {
  const event = row === undefined ? null : decoded(row);
  if (event === null || !event.known || event.kind !== kind) return null;
  return { at: event.at, hash: event.hash, body: event.body as EventBodies[Kind] };
}
