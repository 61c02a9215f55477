import { abandonAttempt, adoptAttempt, type OpenAttempt } from "@runa/store";
import type { OpenProject } from "../project/project.ts";
import { thisOwner } from "./owner.ts";

/**
 * Ends an attempt whose runa is gone and whose protocol is no longer declared: nothing can be judged by its obligations.
 * @returns whether it was ours to end
 */
export function abandonUnknown({ store }: OpenProject, attempt: OpenAttempt): boolean {
  if (!adoptAttempt(store, attempt, thisOwner())) return false;
  abandonAttempt(store, attempt);
  return true;
}
