import { finishPendingOperations, type NotDone } from "@runa/store/attempts";
import type { OpenProject } from "../project/project.ts";
import { logNotDone } from "./records.ts";

/**
 * Does what attempts have left to be done (`finishPendingOperations`): moves what they superseded or withdrew.
 * @returns what could not be done, which is logged
 */
export function finishPending({ store, workspace }: OpenProject): readonly NotDone[] {
  const stuck = finishPendingOperations(store, workspace);
  for (const one of stuck) logNotDone(one);
  return stuck;
}
