import { join } from "node:path";
import { endAttempt, fenceAttempt, finishSuperseding, type InstanceRef, readSnapshot } from "@runa/store";
import { owedDigest } from "../evaluate/outputs.ts";
import { type OpenProject, scanProject } from "../project/project.ts";
import { gatherEvidence, type RunningAttempt, seenBy } from "./evidence.ts";
import { judge, supersededBy } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { readUsage, type Usage } from "./usage.ts";

/** What an attempt came to. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly delivered: readonly InstanceRef[];
  readonly superseded: readonly InstanceRef[];
  /** Whether every obligation was met, whatever the outcome. */
  readonly everythingDelivered: boolean;
  readonly usage: Usage | null;
}

/** Where what belongs to one attempt lies: its prompt, what its agent reported. */
export function attemptDirectory(project: OpenProject, id: string): string {
  return join(project.storeDirectory, "attempts", id);
}

/** Where an attempt's agent may write what it used. */
export function usageFile(project: OpenProject, id: string): string {
  return join(attemptDirectory(project, id), "usage.json");
}

/**
 * Ends an attempt whose agent has ended. The order of writes makes a crash at any instant harmless: the fence is
 * committed before the scan that judges the attempt, so nothing comes after it unseen; outcome, record and the list of
 * what is superseded are committed together; only then do files move, and a crash before that leaves the list.
 * @param outcomeOf the attempt's outcome, given what it delivered comes to
 */
export async function concludeAttempt(
  project: OpenProject,
  attempt: RunningAttempt,
  outcomeOf: (judged: Outcome) => Outcome,
): Promise<Conclusion> {
  const { store, methodology, workspace } = project;
  const { protocol } = attempt;
  fenceAttempt(store, attempt.id);
  const { gaps } = await scanProject(project);
  const evidence = gatherEvidence(
    project,
    attempt,
    readSnapshot(store, methodology.types.keys(), gaps, attempt.workUnit),
  );
  const judged = judge(protocol, evidence);
  const outcome = outcomeOf(judged);
  const succeeded = outcome.id === "delivered";
  const superseded = succeeded
    ? supersededBy(protocol, evidence.view, evidence.delivered).map(({ type, id }) => ({ type, id }))
    : [];
  const usage = readUsage(usageFile(project, attempt.id));
  const { id: outcomeId, ...detail } = outcome;
  endAttempt(store, attempt.id, {
    outcome: outcomeId,
    detail,
    started: attempt.started,
    delivered: evidence.delivered,
    byFile: evidence.byFile,
    superseded,
    seen: succeeded ? seenBy(attempt, evidence, superseded) : null,
    outputsAfter: owedDigest(evidence.view, protocol),
    usage: usage === null ? null : { ...usage },
  });
  finishSuperseding(store, workspace);
  return { outcome, delivered: evidence.delivered, superseded, everythingDelivered: judged.id === "delivered", usage };
}
