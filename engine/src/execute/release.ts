import { type OpenAttempt, releaseAttempt, unendedAttempts } from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import type { OpenProject } from "../project/project.ts";
import { didYouMean } from "../suggestion.ts";
import { canBeJudged, ownerLives } from "./owner.ts";

/** As many first characters of an attempt's id as have to be given. */
const SHORTEST_PREFIX = 8;

/**
 * Frees by hand a candidate whose attempt cannot be judged from here, because its owner is on another machine or in
 * another pid namespace (attempts.md section 5): ends the attempt as `abandoned`.
 * @param prefix the attempt's id, or how it begins
 * @throws RunaError when there is no such open attempt, or its runa is at work here
 */
export function releaseByHand({ store }: OpenProject, prefix: string): OpenAttempt {
  const open = unendedAttempts(store);
  const found = open.filter(({ id }) => id === prefix || (prefix.length >= SHORTEST_PREFIX && id.startsWith(prefix)));
  const [attempt] = found;
  if (attempt === undefined)
    throw new RunaError(
      open.length === 0
        ? "no attempt is open: there is nothing to release"
        : `no open attempt '${prefix}'${didYouMean(
            prefix,
            open.map(({ id }) => id),
          )}: \`runa state --json\` names those that run`,
    );
  if (found.length > 1) throw new RunaError(`several open attempts begin with '${prefix}': give more of the id`);
  if (canBeJudged(attempt.owner) && ownerLives(attempt.owner))
    throw new RunaError(
      `attempt ${attempt.id} is executed by runa (pid ${attempt.owner.pid}) on this machine: stop that one, its claim ends with it`,
    );
  if (!releaseAttempt(store, attempt)) throw new RunaError(`attempt ${attempt.id} has just ended by itself`);
  return attempt;
}
