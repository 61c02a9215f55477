import { attemptNotes } from "@runa/store/attempts";
import type { OpenProject } from "../project/project.ts";

/** How many deliveries an attempt has made by now. */
export function attemptDeliveries({ store }: OpenProject, attempt: string): number {
  return attemptNotes(store, attempt).deliveries.length;
}
