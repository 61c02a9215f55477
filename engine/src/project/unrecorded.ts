import { readEvents } from "@runa/store/log";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Candidate } from "../methodology/candidate.ts";
import type { OpenProject } from "./project.ts";

/**
 * In a clone, or where the store was lost, the candidates of which outputs lie there and nothing tells what they were made
 * from, so that they go by age; an attempt that is open makes its own. Where the project was made here a person put them there, and knows.
 */
export function unrecordedCandidates({ store, lockfile }: OpenProject, { candidates, view }: Evaluation): Candidate[] {
  const unrecorded = candidates.filter(
    ({ protocol, outputs, attempt }) =>
      attempt === null &&
      outputs.complete &&
      view.lastSuccess(protocol) === undefined &&
      view.lastAttempt(protocol) === undefined,
  );
  if (unrecorded.length === 0 || (lockfile !== null && lockfile.read().text !== null)) return [];
  const [first] = readEvents(store, { limit: 1 });
  return first?.kind === "project_initialised" ? [] : unrecorded;
}
