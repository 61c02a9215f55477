import type { InstanceRef } from "@runa/store";
import { attemptNotes } from "@runa/store/attempts";
import type { OpenProject } from "../project/project.ts";

/** What an attempt has delivered by now, each instance once, the latest last. */
export function attemptDeliveries({ store }: OpenProject, attempt: string): InstanceRef[] {
  const latest = new Map<string, InstanceRef>();
  for (const { type, id } of attemptNotes(store, attempt).deliveries) {
    latest.delete(`${type}/${id}`);
    latest.set(`${type}/${id}`, { type, id });
  }
  return [...latest.values()];
}
