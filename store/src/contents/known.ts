import { CacheSlot, type Connection } from "../connection/connection.ts";
import { lastPruning } from "./content-table.ts";

/** Contents that a connection has found kept, as of the last time that any were removed. */
interface Known {
  readonly pruning: number;
  readonly hashes: Set<string>;
}

const KNOWN = new CacheSlot<Known>();

/**
 * The contents that this connection has found to be kept, and that still are: so that an attempt which is given ten thousand
 * inputs does not ask for all of them again. To be added to outside of transactions only: what one put may be taken back.
 */
export function knownContents(connection: Connection): Set<string> {
  const pruning = lastPruning(connection);
  const found = connection.remembered(KNOWN);
  if (found?.pruning === pruning) return found.hashes;
  const hashes = new Set<string>();
  connection.remember(KNOWN, { pruning, hashes });
  return hashes;
}
