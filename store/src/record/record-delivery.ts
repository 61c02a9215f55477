import type { Instance, SchemaHash } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { type DeliveryRow, putDelivery } from "./delivery-table.ts";
import { append } from "./event-table.ts";

/** A delivery, and what is told of it beside its row. */
export interface MadeDelivery extends DeliveryRow, Pick<Instance, "workUnit"> {
  /** The schema that what was written was judged by; left out of what lay there. */
  readonly schemaHash?: SchemaHash;
}

/** Records a delivery and tells the log of it; only inside the write transaction of the fact. */
export function recordDelivery(connection: Connection, { workUnit, schemaHash, ...row }: MadeDelivery): void {
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
      moment: row.at,
      ...(schemaHash !== undefined && { schema_hash: schemaHash }),
    },
  });
}
