import type { Instance } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { type DeliveryRow, putDelivery } from "./delivery-table.ts";
import { append } from "./event-table.ts";

/** A delivery, and the work unit of what was delivered. */
export type MadeDelivery = DeliveryRow & Pick<Instance, "workUnit">;

/** Records a delivery and tells the log of it; only inside the write transaction of the fact. */
export function recordDelivery(connection: Connection, { workUnit, ...row }: MadeDelivery): void {
  putDelivery(connection, row);
  append(connection, {
    kind: "delivery_accepted",
    attempt: row.attempt,
    body: {
      artifact_type: row.type,
      instance_id: row.id,
      content_hash: row.contentHash,
      via: row.via,
      ...(workUnit !== null && { work_unit: workUnit }),
    },
  });
}
