import type { Store, WallTime } from "@runa/store";
import { attemptsWith, type InstanceState } from "@runa/store/attempts";
import { eventAt, eventTime } from "@runa/store/contents";
import { attemptFacts } from "@runa/store/deliveries";
import { logHead } from "@runa/store/log";
import { NAMED_IDS, onlyId } from "../attempt/attempt-id.ts";
import { RunaError } from "../diagnostic.ts";
import { eventNotThere, unknownAttempt } from "../messages.ts";

/** When something is asked about, as somebody says it. */
export type When =
  /** Right after an event of the log. */
  | { readonly kind: "event"; readonly seq: number }
  | { readonly kind: "time"; readonly at: WallTime }
  /** Whenever it was this content. The hash begins so. */
  | { readonly kind: "content"; readonly beginning: string }
  /** As an attempt was given it. Its id begins so. */
  | { readonly kind: "attempt"; readonly beginning: string };

/** The same, looked up: what there is of it in the log. */
export type Point =
  /** Right after an event; number 0 is before the first one, and has no time. */
  | { readonly kind: "event"; readonly seq: number; readonly at: WallTime | null }
  | Extract<When, { kind: "content" }>
  | { readonly kind: "attempt"; readonly id: string; readonly inputs: readonly InstanceState[] };

/**
 * Looks up when something is asked about.
 * @throws RunaError for an event or an attempt that there is not, and for a beginning of several attempts' ids
 */
export function pointOf(store: Store, when: When): Point {
  switch (when.kind) {
    case "content":
      return when;
    case "event":
      return { kind: "event", ...(eventTime(store, when.seq) ?? absentEvent(store, when.seq)) };
    case "time":
      return { kind: "event", ...(eventAt(store, when.at) ?? BEFORE_ALL) };
    case "attempt": {
      const none = unknownAttempt(when.beginning);
      const id = onlyId(when.beginning, attemptsWith(store, when.beginning, NAMED_IDS), none);
      return { kind: "attempt", id, inputs: attemptFacts(store, id)?.inputs ?? [] };
    }
  }
}

const BEFORE_ALL = { seq: 0, at: null };

function absentEvent(store: Store, seq: number): typeof BEFORE_ALL {
  if (seq === 0) return BEFORE_ALL;
  throw new RunaError(eventNotThere(seq, logHead(store).seq));
}
