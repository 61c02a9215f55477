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
