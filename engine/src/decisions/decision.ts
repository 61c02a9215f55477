import type { WallTime, WorkUnit } from "@runa/store";
import type { InstanceState } from "@runa/store/attempts";
import type { Verdict } from "@runa/store/log";
import type { ApprovalAnnotation } from "../methodology/annotation.ts";
import type { Policy } from "../people/policy.ts";

/** A decision that was made: the log tells of it, or a valid signature is on its file. Its own members are its file's. */
export interface Decision extends InstanceState {
  readonly verdict: Verdict;
  /** What was decided on, with the content that it had. */
  readonly subject: InstanceState;
  /** The subject's. */
  readonly workUnit: WorkUnit | null;
  readonly by: string;
  /** Who ran the attempt that delivered the subject; null where nobody is known. */
  readonly author: string | null;
  readonly at: WallTime;
  /** Whether it was surely made by that person: where signatures are required, the log alone does not say so. */
  readonly attested: boolean;
  /** Whether its file lies there as it was made, and fits its schema. */
  readonly valid: boolean;
}

/** What of a policy says who counts. */
export type Deciders = Pick<Policy, "people">;

/** Whether a person may decide at all. */
export function isKnown({ people }: Deciders, name: string): boolean {
  return people === null || people.has(name);
}

/** Who made these, each person once, sorted. */
export function decidersOf(decisions: readonly Pick<Decision, "by">[]): string[] {
  return [...new Set(decisions.map(({ by }) => by))].sort();
}

/** Whether who made an approval is one of those whom its type asks for. */
export function isEntitled(
  { by, author }: Pick<Decision, "by" | "author">,
  { role, notAuthor }: ApprovalAnnotation,
  { people }: Deciders,
): boolean {
  if (notAuthor && by === author) return false;
  if (people === null) return role === null;
  const person = people.get(by);
  return person !== undefined && (role === null || person.roles.includes(role));
}

/**
 * Decisions in the order in which they were made: of those that the log tells of its own, and of the others, which came from
 * another clone, by the time that they say.
 */
export function inOrder<D extends Pick<Decision, "at">>(logged: readonly D[], others: readonly D[]): D[] {
  if (others.length === 0) return [...logged];
  let latest = Number.NEGATIVE_INFINITY;
  const placed = logged.map((decision) => {
    // A clock that was put back does not reorder the log.
    latest = Math.max(latest, decision.at);
    return { decision, at: latest };
  });
  return [...placed, ...others.map((decision) => ({ decision, at: decision.at as number }))]
    .sort((a, b) => a.at - b.at)
    .map(({ decision }) => decision);
}
