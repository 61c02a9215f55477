import type { ScanGap, WorkUnit } from "../artifact.ts";
import type { Store } from "../connection/store.ts";
import { loggedDecisions } from "../record/decision-log.ts";
import { recordsIn } from "../record/record-log.ts";
import type { AskedFor, Snapshot } from "../snapshot.ts";
import { foldedSnapshot } from "./folded-snapshot.ts";
import { momentAt, seeOnlyUntil } from "./past-records.ts";
import { type StateAt, stateAt } from "./state-at.ts";

/** A store as it was right after an event. */
export interface Past {
  readonly seq: number;
  readonly gaps: readonly ScanGap[];
  /** As `readSnapshot`, of then. */
  snapshot(types: Iterable<string>, scopes: readonly (WorkUnit | null)[], asked: AskedFor): Snapshot;
}

/**
 * Looks back at what was right after an event (decisions 6). The state is folded from the log; from then on the store shows no
 * event, attempt or delivery that came later, and nothing can be recorded in it through this connection.
 * @returns which event tells too little, where the log is not whole there
 * @throws StoreError
 */
export function lookBack(store: Store, seq: number): Past | Extract<StateAt, { kind: "untold" }> {
  const { connection } = store;
  const found = stateAt(connection, seq);
  if (found.kind === "untold") return found;
  const { state } = found;
  seeOnlyUntil(connection, seq, momentAt(connection, seq));
  return {
    seq,
    gaps: state.gaps,
    snapshot: (types, scopes, asked) => {
      const folded = foldedSnapshot(state, types, scopes, asked);
      return {
        ...folded,
        logged: asked.decisions === true ? loggedDecisions(connection) : [],
        records: recordsIn(connection, folded.instances, asked.records),
      };
    },
  };
}
