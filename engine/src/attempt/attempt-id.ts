import { RunaError } from "../diagnostic.ts";
import { attemptIdAmbiguous } from "../messages.ts";

/** So many first characters of an attempt's id are its time, in milliseconds; two attempts share them by rare chance only. */
const TIME = 13;

/** So many first characters of an attempt's id, at least, have to be given. */
export const SHORTEST_BEGINNING = 8;

/** How an attempt's id begins, as it is shown to people and taken back from them. */
export function shortAttemptId(id: string): string {
  return id.slice(0, TIME);
}

/** The shortest beginnings, none shorter than that, that tell these ids apart. */
export function distinctBeginnings(ids: readonly string[]): string[] {
  return ids.map((id) => {
    let length = TIME;
    while (length < id.length && ids.some((other) => other !== id && other.startsWith(id.slice(0, length)))) length++;
    return id.slice(0, length);
  });
}

/** So many ids at most have to be looked for, to tell whether there are several, and to name some. */
export const NAMED_IDS = 5;

/**
 * The one id that begins so.
 * @param found the ids that do, the first few of them
 * @param none what is said where there is none
 * @throws RunaError where there is none, or several
 */
export function onlyId(beginning: string, found: readonly string[], none: string): string {
  const [only, ...more] = found;
  if (only === undefined) throw new RunaError(none);
  if (more.length > 0) throw new RunaError(attemptIdAmbiguous(beginning, distinctBeginnings(found).join(", ")));
  return only;
}
