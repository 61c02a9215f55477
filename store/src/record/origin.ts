import type { ContentHash, Instance, InstanceId, Moment, WallTime, WorkUnit } from "../artifact.ts";
import type { Store } from "../connection/store.ts";
import type { DeliveredVia } from "./delivery-table.ts";

/** Where the content of an instance comes from, as far as it was recorded. */
export type Origin =
  /** An attempt delivered it. */
  | {
      readonly by: "attempt";
      readonly attempt: string;
      readonly protocol: string;
      readonly workUnit: WorkUnit | null;
      readonly via: Exclude<DeliveredVia, "hand">;
      /** Null where the log does not tell. */
      readonly at: WallTime | null;
    }
  /** A server that was started by hand took it. */
  | { readonly by: "server" }
  /** A person delivered it, or no delivery of this content is recorded: then somebody put the file there. */
  | { readonly by: "hand" };

const LAST = `SELECT instance_id, content_hash, max(delivery.at) AS last, via, delivery.attempt, protocol, work_unit,
    (SELECT max(event.at) FROM event WHERE event.attempt = delivery.attempt AND kind = 'delivery_accepted'
      AND json_extract(body, '$.artifact_type') = artifact_type AND json_extract(body, '$.instance_id') = instance_id) AS at
  FROM delivery LEFT JOIN attempt ON attempt.id = delivery.attempt
  WHERE artifact_type = @type AND (@only IS NULL OR instance_id = @only) GROUP BY instance_id`;

interface Columns {
  instance_id: InstanceId;
  content_hash: ContentHash;
  last: Moment;
  at: WallTime | null;
  via: DeliveredVia;
  attempt: string | null;
  protocol: string | null;
  work_unit: WorkUnit | null;
}

/** Where instances of one type come from, in their order. */
export function originsOf(
  { connection }: Store,
  type: string,
  instances: readonly Pick<Instance, "id" | "contentHash">[],
): Origin[] {
  const only = instances.length === 1 ? (instances[0]?.id ?? null) : null;
  const rows = connection.statement(LAST).all({ type, only }) as Columns[];
  const deliveries = new Map(rows.map((row) => [row.instance_id, row]));
  return instances.map(({ id, contentHash }): Origin => {
    const last = deliveries.get(id);
    // What was changed since it was delivered, was changed by hand.
    if (last === undefined || last.content_hash !== contentHash) return { by: "hand" };
    const { attempt, protocol, at, via } = last;
    if (via === "hand") return { by: "hand" };
    if (attempt === null || protocol === null) return { by: "server" };
    return { by: "attempt", attempt, protocol, workUnit: last.work_unit, via, at };
  });
}
