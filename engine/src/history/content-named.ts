import type { Store } from "@runa/store";
import { contentsBeginning } from "@runa/store/contents";
import { RunaError } from "../diagnostic.ts";
import { contentAmbiguous, noContentBeginning } from "../messages.ts";

/** So many contents at most are named where a beginning is of several. */
const NAMED = 5;

/**
 * The hash of the one content, kept or forgotten, whose hash begins so.
 * @throws RunaError where there is none, or several
 */
export function contentHashBeginning(store: Store, beginning: string): string {
  const [hash, ...more] = contentsBeginning(store, beginning, NAMED);
  if (hash === undefined) throw new RunaError(noContentBeginning(beginning));
  if (more.length > 0) throw new RunaError(contentAmbiguous(beginning, [hash, ...more].join(", ")));
  return hash;
}
