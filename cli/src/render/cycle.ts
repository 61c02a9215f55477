import { visible } from "@runa/engine";

/** The way round a cycle, back to where it began: `a -> b -> a`. */
export function cycleText(members: readonly string[]): string {
  return [...members, ...members.slice(0, 1)].map(visible).join(" -> ");
}

/** What a warning says of a hard cycle. */
export function cycleWarning(members: readonly string[]): string {
  return `dependency cycle ${cycleText(members)}; its members wait`;
}
