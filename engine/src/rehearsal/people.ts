import type { Methodology } from "../methodology/methodology.ts";

/** Who decides in a rehearsal; where it takes several people, these are told apart by a number. */
export function rehearsalPerson(which: number): string {
  return which === 0 ? "rehearsal" : `rehearsal-${which + 1}`;
}

/** Whoever it takes for every decision that a methodology asks for, with every role that it does. */
export function rehearsingPeople({ types }: Methodology): ReadonlyMap<string, readonly string[]> {
  const asked = [...types.values()].flatMap(({ annotation }) => (annotation?.kind === "approval" ? [annotation] : []));
  const roles = [...new Set(asked.flatMap(({ role }) => role ?? []))];
  const most = Math.max(1, ...asked.map(({ min }) => min));
  return new Map(Array.from({ length: most }, (_, which) => [rehearsalPerson(which), roles]));
}
