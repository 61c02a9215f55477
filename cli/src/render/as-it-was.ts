import type { PastPoint } from "@runa/engine/answers";
import { localTimeOf } from "./local-time.ts";
import { out } from "./style.ts";

/** Above what is shown of a project as it was, when that is; nothing above what is shown of it as it is. */
export function asItWas({ point }: PastPoint): string[] {
  if (point === undefined) return [];
  const at = point.at === undefined ? "" : `, ${localTimeOf(point.at)}`;
  return [out("bold", point.event === 0 ? "before the first event" : `after event ${point.event}${at}`), ""];
}
