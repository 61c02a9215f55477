import type { Store } from "../connection/store.ts";
import type { InstanceState } from "./attempt-table.ts";
import type { DeliveredVia } from "./delivery-table.ts";

/** A delivery that made a content of an instance. */
export interface Making {
  /** Null for a person, and for a server that was started by hand. */
  readonly attempt: string | null;
  readonly via: DeliveredVia;
}

// Who confirms a content does not make it.
const LAST = `SELECT attempt, via FROM delivery
  WHERE artifact_type = @type AND instance_id = @id AND content_hash = @contentHash AND via <> 'confirmed'
    AND (@reader IS NULL OR at < (SELECT started FROM attempt WHERE id = @reader))
  ORDER BY at DESC LIMIT 1`;

/**
 * The delivery that made a content of an instance last; null where none is on record: then somebody put the file there.
 * @param reader an attempt that was given it: then before that began
 */
export function makingOf({ connection }: Store, made: InstanceState, reader: string | null): Making | null {
  const { type, id, contentHash } = made;
  return (connection.statement(LAST).get({ type, id, contentHash, reader }) as Making | undefined) ?? null;
}
