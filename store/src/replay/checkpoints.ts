import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Connection } from "../connection/connection.ts";
import { sha256 } from "../json/canonical.ts";
import { append, findEvent, lastEvent } from "../record/event-table.ts";
import { decoded, type EventBodies } from "../record/events.ts";
import { keptSection, putSection } from "./checkpoint-table.ts";
import type { State } from "./state.ts";
import { CORE, hashOfState, readState, type WrittenState } from "./written-state.ts";

/** The longest text that a kept section may have, in bytes: what somebody put in its place must not fill the memory. */
const LONGEST = 1024 * 1024 * 1024;

/** A state that the log tells of, and up to which event. */
export interface StateUpTo {
  readonly seq: number;
  readonly state: State;
}

/**
 * Keeps a state, and appends the event that holds its hash; only inside a write transaction.
 * @param seq the event up to which it was folded; null for the state that the tables hold, at the event itself
 */
export function keepState(
  connection: Connection,
  written: WrittenState,
  reason: EventBodies["checkpoint"]["reason"],
  seq: number | null,
): void {
  const event = (lastEvent(connection)?.seq ?? 0) + 1;
  const through = seq ?? event;
  append(connection, { kind: "checkpoint", attempt: null, body: { through, state: hashOfState(written), reason } });
  for (const [section, text] of written)
    putSection(connection, through, section, { event, state: deflateRawSync(text, { level: 1 }) });
}

/** The state that was kept up to an event; null where it is not what the log holds the hash of. */
export function keptState(connection: Connection, seq: number): State | null {
  const core = keptSection(connection, seq, CORE);
  const text = core === null ? null : textOf(core.state);
  if (core === null || text === null || hashInLog(connection, core.event, seq) !== sha256(text)) return null;
  return readState(text, (name, hash) => {
    const section = keptSection(connection, seq, name);
    const found = section === null ? null : textOf(section.state);
    if (found === null || sha256(found) !== hash) throw connection.damaged();
    return found;
  });
}

/** The hash of the state up to an event, as a later one holds it. */
function hashInLog(connection: Connection, seq: number, through: number): string | null {
  const row = findEvent(connection, seq);
  const event = row === null ? null : decoded(row);
  if (event === null || !event.known || event.kind !== "checkpoint") return null;
  return event.body.through === through ? event.body.state : null;
}

function textOf(packed: Uint8Array): string | null {
  try {
    return inflateRawSync(packed, { maxOutputLength: LONGEST }).toString();
  } catch {
    return null;
  }
}
