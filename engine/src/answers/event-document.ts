import { rfc3339 } from "@runa/store";
import type { LogEvent } from "@runa/store/log";

/** An event of the log as a document (attempts.md section 8). */
export function eventDocument({ seq, at, kind, attempt, body, prev, hash }: LogEvent): object {
  return { seq, at: rfc3339(at), kind, ...(attempt !== null && { attempt }), body, prev, hash };
}
