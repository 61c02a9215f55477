import type { Store } from "../src/connection/store.ts";
import { readEvents } from "../src/record/event-log.ts";

/** What the log tells and the tables hold of attempts, deliveries and artifacts, in the same words. */
export interface Account {
  /** By id: candidate, owner's pid, agent's pid, outcome; null what is not yet. */
  readonly attempts: Readonly<Record<string, readonly (string | number | null)[]>>;
  readonly deliveries: readonly string[];
  /** Content hashes by `type/instance_id`. */
  readonly artifacts: Readonly<Record<string, string>>;
}

const line = (...parts: readonly unknown[]) => parts.map((part) => part ?? "-").join(" ");

/** The account that follows from the event log alone. Scans that changed over 200 instances are not listed whole in it. */
export function told(store: Store): Account {
  const attempts = new Map<string, (string | number | null)[]>();
  let deliveries: [attempt: string | null, type: string, id: string, hash: string, via: string][] = [];
  const artifacts = new Map<string, string>();
  for (const { kind, attempt, body } of readEvents(store, {})) {
    const text = (name: string) => body[name] as string;
    const instance = `${text("artifact_type")}/${text("instance_id")}`;
    const row = attempts.get(attempt ?? "") ?? [];
    switch (kind) {
      case "claimed": {
        const { pid } = body.owner as { pid: number };
        if (body.adopted === true) row[2] = pid;
        else attempts.set(attempt ?? "", [text("protocol"), text("work_unit") ?? null, pid, null, null]);
        break;
      }
      case "attempt_started":
        row[3] = body.pid as number;
        break;
      case "released":
        row[4] = "abandoned";
        break;
      case "attempt_ended": {
        row[4] = text("outcome");
        const listed = body.delivered as readonly Record<string, string>[] | undefined;
        if (listed === undefined) break;
        deliveries = [
          ...deliveries.filter(([by]) => by !== attempt),
          ...listed.map((one): (typeof deliveries)[number] => [
            attempt,
            one.artifact_type ?? "",
            one.instance_id ?? "",
            one.content_hash ?? "",
            one.via ?? "",
          ]),
        ];
        break;
      }
      case "delivery_accepted":
        deliveries.push([attempt, text("artifact_type"), text("instance_id"), text("content_hash"), text("via")]);
        artifacts.set(instance, text("content_hash"));
        break;
      case "withdrawn":
        deliveries = deliveries.filter(([by, type, id]) => by !== attempt || `${type}/${id}` !== instance);
        artifacts.delete(instance);
        break;
      case "superseded":
        artifacts.delete(instance);
        break;
      case "scanned":
        for (const [change, type, id, hash] of body.changes as [string, string, string, string][]) {
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
