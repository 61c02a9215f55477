import { parseAge, type WallTime, wallTimeOf } from "@runa/engine";
import { SHORTEST_BEGINNING } from "@runa/engine/attempts";
import type { When } from "@runa/engine/history";
import { UsageError } from "../../input/usage-error.ts";
import { whenForm } from "../../messages.ts";
import { parseLocalTime } from "../../render/local-time.ts";

/** A time as people give one: how long ago, in their own time, or in RFC 3339. Null for anything else. */
export function timeGiven(text: string): WallTime | null {
  const ago = parseAge(text);
  if (ago !== null) return (Math.max(0, Date.now() - ago) * 1000) as WallTime;
  return (parseLocalTime(text) as WallTime | null) ?? wallTimeOf(text);
}

const EVENT = /^#(\d{1,15})$/;
const CONTENT = /^sha256:[0-9a-f]{8,64}$/;
const ATTEMPT = new RegExp(`^[0-9a-f-]{${SHORTEST_BEGINNING},36}$`);

/**
 * When something is asked about: `#SEQ`, a time, `sha256:…`, or the beginning of an attempt's id (decisions 6).
 * @throws UsageError for anything else
 */
export function whenGiven(option: string, text: string): When {
  const [, seq] = EVENT.exec(text) ?? [];
  if (seq !== undefined) return { kind: "event", seq: Number(seq) };
  const lower = text.toLowerCase();
  if (CONTENT.test(lower)) return { kind: "content", beginning: lower };
  // A date is made of the same characters as an attempt's id.
  const at = timeGiven(text);
  if (at !== null) return { kind: "time", at };
  if (ATTEMPT.test(lower)) return { kind: "attempt", beginning: lower };
  throw new UsageError(whenForm(option));
}
