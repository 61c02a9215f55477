import { type OpenAttempt, releaseAttempt, unendedAttempts } from "@runa/store/attempts";
import { recordsDue } from "../audit/due.ts";
import { writeRecords } from "../audit/write-records.ts";
import { RunaError } from "../diagnostic.ts";
import { owedDigest } from "../evaluate/outputs.ts";
import {
  attemptEndedItself,
  nothingToRelease,
  openAttemptAmbiguous,
  releaseAgentWorks,
  releaseHeldHere,
  releaseIdTooShort,
  releaseReadOnly,
  unknownOpenAttempt,
} from "../messages.ts";
import { findAgentOf } from "../process/agent-process.ts";
import { whereaboutsOf } from "../process/owner.ts";
import { processLives } from "../process/proc.ts";
import { scopeView } from "../project/look.ts";
import { type OpenProject, scanProject } from "../project/project.ts";
import { didYouMean } from "../suggestion.ts";
import { distinctBeginnings, SHORTEST_BEGINNING } from "./attempt-id.ts";

/**
 * Frees by hand a candidate whose attempt cannot be judged from here, because its owner is out of
 * sight (attempts.md section 5): ends the attempt as `abandoned`.
 * @param prefix the attempt's id, or how it begins
 * @throws RunaError when there is no such open attempt, its runa or its agent is at work here, or nothing can be kept
 */
export async function releaseByHand(project: OpenProject, prefix: string): Promise<OpenAttempt> {
  const { store, storeDirectory } = project;
  const attempt = openAttempt(unendedAttempts(store), prefix);
  if (!store.persistent) throw new RunaError(releaseReadOnly(storeDirectory));
  refuseWhereItLives(attempt);
  const records = recordsDue(project.methodology, attempt);
  if (!releaseAttempt(store, attempt, await outputsNow(project, attempt), records))
    throw new RunaError(attemptEndedItself(attempt.id));
  await writeRecords(project);
  return attempt;
}

/** Frees every candidate of a copied project: what executes them has nothing to do with the copy, and is left alone. */
export async function releaseCopied(project: OpenProject): Promise<void> {
  for (const attempt of unendedAttempts(project.store))
    releaseAttempt(project.store, attempt, await outputsNow(project, attempt));
}

function openAttempt(open: readonly OpenAttempt[], prefix: string): OpenAttempt {
  if (open.length === 0) throw new RunaError(nothingToRelease());
  const exact = open.find(({ id }) => id === prefix);
  if (exact !== undefined) return exact;
  if (prefix.length < SHORTEST_BEGINNING) throw new RunaError(releaseIdTooShort(prefix, SHORTEST_BEGINNING));
  const [attempt, ...more] = open.filter(({ id }) => id.startsWith(prefix));
  const known = open.map(({ id }) => id);
  if (attempt === undefined) throw new RunaError(unknownOpenAttempt(prefix, didYouMean(prefix, known)));
  if (more.length > 0)
    throw new RunaError(
      openAttemptAmbiguous(prefix, distinctBeginnings([attempt, ...more].map(({ id }) => id)).join(", ")),
    );
  return attempt;
}

function refuseWhereItLives({ id, owner, agent }: OpenAttempt): void {
  const { kind } = whereaboutsOf({ owner, agent });
  if (kind === "living") throw new RunaError(releaseHeldHere(id, owner.pid));
  // Of what cannot be seen the person who releases it knows more.
  if (kind !== "gone") return;
  const worker = agent !== null && processLives(agent) ? agent : findAgentOf(id);
  if (worker !== null) throw new RunaError(releaseAgentWorks(id, worker.pid));
}

/** What lies there now of what the attempt owes: as long as nothing of it changes, the candidate is not done by it. */
async function outputsNow(project: OpenProject, attempt: OpenAttempt): Promise<string> {
  const protocol = project.methodology.protocols.find(({ name }) => name === attempt.protocol);
  if (protocol === undefined) return "";
  const { gaps } = await scanProject(project);
  return owedDigest(scopeView(project, gaps, attempt.workUnit).as(protocol), protocol);
}
