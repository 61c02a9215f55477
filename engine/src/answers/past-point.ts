import { rfc3339 } from "@runa/store";
import type { OpenProject } from "../project/project.ts";

/** After which event a project is shown as it was; nothing for one that is shown as it is. */
export interface PastPoint {
  readonly point?: { readonly event: number; readonly at?: string };
}

export function pastPoint({ past }: Pick<OpenProject, "past">): PastPoint {
  if (past === undefined) return {};
  return { point: { event: past.seq, ...(past.at !== null && { at: rfc3339(past.at) }) } };
}
