import { canonicalJson } from "../json/canonical.ts";
import type { State } from "./state.ts";

/** Something that a state holds: what it is about, and what there is to know of it. */
type Held = readonly [what: string, members: object];

/**
 * The first difference between what events lead to and what the tables hold, in words; null where there is none. It quotes
 * names, hashes and moments, as the log has them.
 */
export function firstDifference(folded: State, tables: State): string | null {
  const others = new Map(held(tables));
  for (const [what, members] of held(folded)) {
    const other = others.get(what);
    if (other === undefined) return `${what}: the log tells of it, the tables hold none`;
    others.delete(what);
    for (const [name, value] of Object.entries(members)) {
      const [told, there] = [value, (other as Record<string, unknown>)[name]].map(textOf);
      if (told !== there) return `${what}: ${wordOf(name)} is ${told} by the log, ${there} in the tables`;
    }
  }
  for (const what of others.keys()) return `${what}: the tables hold it, the log tells of none`;
  return null;
}

function* held(state: State): Generator<Held> {
  for (const ofType of state.artifacts.values())
    for (const { type, id, ...artifact } of ofType.values()) yield [`artifact ${type}/${id}`, artifact];
  for (const { id, ...attempt } of state.open.values()) yield [`open attempt ${id}`, attempt];
  for (const attempt of state.last.values()) yield [`last attempt of ${nameOf(attempt)}`, attempt];
  for (const attempt of state.successes.values()) yield [`last success of ${nameOf(attempt)}`, attempt];
  for (const one of state.reopened.values()) yield [`reopening of ${nameOf(one)}`, { at: one.at }];
  for (const [protocol, units] of state.removals)
    for (const [workUnit, at] of units) yield [`last removal of ${nameOf({ protocol, workUnit })}`, { at }];
  for (const type of state.deliveries.types())
    for (const [index, delivery] of state.deliveries.of(type).entries())
      yield [`delivery ${index + 1} of ${type}`, delivery];
  for (const [index, gap] of state.gaps.entries()) yield [`gap ${index + 1}`, gap];
}

function nameOf({ protocol, workUnit }: { readonly protocol: string; readonly workUnit: string | null }): string {
  return workUnit === null ? protocol : `${protocol} (work unit ${workUnit})`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (value === "") return "empty";
  return typeof value === "object" ? canonicalJson(value) : String(value);
}

/** A member's name as people read it. */
function wordOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
