import type { Store } from "../src/connection/store.ts";
import { readEvents } from "../src/record/event-log.ts";
import type { EventBodies } from "../src/record/events.ts";

/** What the log tells and the tables hold of attempts, deliveries and artifacts, in the same words. */
export interface Account {
  /** By id: candidate, owner's pid, agent's pid, outcome; null what is not yet. */
  readonly attempts: Readonly<Record<string, readonly (string | number | null)[]>>;
  readonly deliveries: readonly string[];
  /** Content hashes by `type/instance_id`. */
  readonly artifacts: Readonly<Record<string, string>>;
}

const line = (...parts: readonly unknown[]) => parts.map((part) => part ?? "-").join(" ");

type Delivery = readonly [attempt: string | null, type: string, id: string, hash: string, via: string];

function deliveryOf(attempt: string | null, told: EventBodies["delivery_accepted"]): Delivery {
  return [attempt, told.artifact_type, told.instance_id, told.content_hash, told.via];
}

function instanceOf(told: Pick<EventBodies["superseded"], "artifact_type" | "instance_id">): string {
  return `${told.artifact_type}/${told.instance_id}`;
}

/** The account that follows from the event log alone. Scans that changed over 200 instances are not listed whole in it. */
export function told(store: Store): Account {
  const attempts = new Map<string, (string | number | null)[]>();
  let deliveries: Delivery[] = [];
  const artifacts = new Map<string, string>();
  for (const event of readEvents(store, {})) {
    if (!event.known) throw new Error(`event ${event.seq} is not understood`);
    const { attempt } = event;
    const row = attempts.get(attempt ?? "") ?? [];
    switch (event.kind) {
      case "claimed": {
        const { protocol, work_unit, owner, adopted } = event.body;
        if (adopted) row[2] = owner.pid;
        else attempts.set(attempt ?? "", [protocol, work_unit ?? null, owner.pid, null, null]);
        break;
      }
      case "attempt_started":
        row[3] = event.body.pid;
        break;
      case "released":
        row[4] = "abandoned";
        break;
      case "attempt_ended": {
        const { outcome, delivered } = event.body;
        row[4] = outcome;
        if (delivered === undefined) break;
        deliveries = [
          ...deliveries.filter(([by]) => by !== attempt),
          ...delivered.map((one) => deliveryOf(attempt, one)),
        ];
        break;
      }
      case "delivery_accepted":
        deliveries.push(deliveryOf(attempt, event.body));
        artifacts.set(instanceOf(event.body), event.body.content_hash);
        break;
      case "withdrawn": {
        const instance = instanceOf(event.body);
        deliveries = deliveries.filter(([by, type, id]) => by !== attempt || `${type}/${id}` !== instance);
        artifacts.delete(instance);
        break;
      }
      case "superseded":
        artifacts.delete(instanceOf(event.body));
        break;
      case "decision":
        artifacts.set(instanceOf(event.body), event.body.content_hash);
        break;
      case "audited":
        if (event.body.removed) artifacts.delete(instanceOf(event.body));
        else artifacts.set(instanceOf(event.body), event.body.content_hash);
        break;
      case "scanned":
        for (const [change, type, id, hash] of event.body.changes) {
          if (change === "removed") artifacts.delete(`${type}/${id}`);
          else artifacts.set(`${type}/${id}`, hash);
        }
        break;
    }
  }
  return {
    attempts: Object.fromEntries([...attempts].sort()),
    deliveries: deliveries.map((delivery) => line(...delivery)).sort(),
    artifacts: Object.fromEntries([...artifacts].sort()),
  };
}

/** The account that the tables give. */
export function held({ connection: { database } }: Store): Account {
  const all = <Row>(sql: string) => database.prepare(sql).all() as Row[];
  const attempts = all<{
    id: string;
    protocol: string;
    work_unit: string;
    owner: number;
    agent: number;
    outcome: string;
  }>(
    `SELECT id, protocol, work_unit, owner ->> '$.pid' AS owner, agent ->> '$.pid' AS agent, outcome FROM attempt ORDER BY id`,
  );
  const deliveries =
    all<Record<"attempt" | "artifact_type" | "instance_id" | "content_hash" | "via", string>>("SELECT * FROM delivery");
  const artifacts = all<{ name: string; content_hash: string }>(
    "SELECT artifact_type || '/' || instance_id AS name, content_hash FROM artifact",
  );
  return {
    attempts: Object.fromEntries(
      attempts.map((row) => [row.id, [row.protocol, row.work_unit, row.owner, row.agent, row.outcome]]),
    ),
    deliveries: deliveries
      .map((row) => line(row.attempt, row.artifact_type, row.instance_id, row.content_hash, row.via))
      .sort(),
    artifacts: Object.fromEntries(
      artifacts.map(({ name, content_hash }): [string, string] => [name, content_hash]).sort(),
    ),
  };
}
