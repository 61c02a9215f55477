import { finishSuperseding, type NotMoved } from "@runa/store/attempts";
import type { OpenProject } from "../project/project.ts";
import { logNotMoved } from "./records.ts";

/**
 * Moves what successes have superseded and attempts have withdrawn out of the workspace (`finishSuperseding`).
 * @returns what could not be moved, which is logged
 */
export function moveSuperseded({ store, workspace }: OpenProject): readonly NotMoved[] {
  const stuck = finishSuperseding(store, workspace);
  for (const one of stuck) logNotMoved(one);
  return stuck;
}
