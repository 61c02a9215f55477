import { visible } from "@runa/engine";
import { cycleWaits } from "../messages.ts";

/** The way round a cycle, back to where it began: `a -> b -> a`. */
export function cycleText(members: readonly string[]): string {
  return [...members, ...members.slice(0, 1)].map(visible).join(" -> ");
}

/** What a warning says of a hard cycle. */
export function cycleWarning(members: readonly string[]): string {
  return cycleWaits(cycleText(members));
}
