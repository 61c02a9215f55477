import type { Person } from "../people/person.ts";
import { type Policy, policyInForce } from "../people/policy.ts";
import type { ProjectPolicy } from "./policy.ts";

/**
 * Who may decide in a project that is thrown away: these people, with the roles that each has, beside those who may in the
 * project that it is a copy of: where that is anybody, it is anybody here as well. Nobody signs anything there.
 */
export function tryingPolicy(
  people: ReadonlyMap<string, readonly string[]>,
  original: Pick<Policy, "people"> | null = null,
): ProjectPolicy {
  const added = Array.from(people, ([name, roles]): [string, Person] => [
    name,
    { name, git: [], keys: [], roles, may: [], tokenSha256: null },
  ]);
  if (original?.people === null)
    return { ...policyInForce({ required: false, people: null }, null), sources: new Map() };
  const all = new Map([...(original?.people ?? []), ...added]);
  return { ...policyInForce({ required: false, people: all }, null), sources: new Map() };
}
