import { availableParallelism } from "node:os";
import { type ReadGroup, readHere } from "./read-group.ts";
import type { CleanBefore } from "./stat-identity.ts";

/** `file-reader.ts` as one text, from the build; from its sources runa reads on one thread. */
declare const RUNA_FILE_READER: string | undefined;

/** So many files are worth the start of a thread. */
const WORTH_A_THREAD = 15_000;

/**
 * Reads regular files in their order, group by group; many on a thread of their own, ahead of what is done with them.
 * @param before taken before the first of them is read
 * @returns groups of which each is valid until the next one is asked for
 */
export async function* readFiles(paths: readonly string[], before: CleanBefore): AsyncGenerator<ReadGroup> {
  let at = 0;
  if (typeof RUNA_FILE_READER === "string" && paths.length >= WORTH_A_THREAD && availableParallelism() > 1) {
    const { readAhead } = await import("./read-ahead.ts");
    for await (const group of readAhead(RUNA_FILE_READER, paths, before)) {
      at += group.ends.length;
      yield group;
    }
  }
  yield* readHere(paths.slice(at), before);
}
