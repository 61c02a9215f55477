import { join } from "node:path";
import {
  endAttempt,
  fenceAttempt,
  finishSuperseding,
  type InstanceRef,
  type Json,
  readSnapshot,
  type ScanReport,
} from "@runa/store";
import { owedDigest } from "../evaluate/outputs.ts";
import { type OpenProject, scanProject } from "../project/project.ts";
import { gatherEvidence, type RunningAttempt, seenBy } from "./evidence.ts";
import { judge, supersededBy } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { loggedOutcome } from "./outcome-log.ts";
import { thisOwner } from "./owner.ts";
import { readUsage, type Usage } from "./usage.ts";

/** What an attempt came to. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly delivered: readonly InstanceRef[];
  readonly superseded: readonly InstanceRef[];
  /** Whether every obligation was met, whatever the outcome. */
  readonly everythingDelivered: boolean;
  readonly usage: Usage | null;
  /** What could not be read when it was judged. */
  readonly gaps: ScanReport["gaps"];
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
 * @param logged what the log tells of its end beside the outcome
 */
export async function concludeAttempt(
  project: OpenProject,
  attempt: RunningAttempt,
  outcomeOf: (judged: Outcome) => Outcome,
  logged: Readonly<Record<string, Json>> = {},
): Promise<Conclusion> {
  const { store, workspace } = project;
  const { id, protocol, workUnit } = attempt;
  fenceAttempt(store, id);
  const { evidence, judged, gaps } = await judgeNow(project, attempt);
  const outcome = outcomeOf(judged);
  const succeeded = outcome.id === "delivered";
  const superseded = succeeded
    ? supersededBy(protocol, evidence.view, evidence.delivered).map(({ type, id }) => ({ type, id }))
    : [];
  const usage = readUsage(usageFile(project, id));
  const { id: outcomeId, ...detail } = outcome;
  const mine = endAttempt(
    store,
    { id, protocol: protocol.name, workUnit },
    {
      outcome: outcomeId,
      detail,
      started: attempt.started,
      owner: thisOwner(),
      logged: { ...loggedOutcome(outcome), ...logged },
      delivered: evidence.delivered,
      byFile: evidence.byFile,
      superseded,
      seen: succeeded ? seenBy(attempt, evidence, superseded) : null,
      outputsAfter: owedDigest(evidence.view, protocol),
      usage: usage === null ? null : { ...usage },
    },
  );
  // Somebody freed its candidate by hand meanwhile: then that is how it ended.
  if (!mine)
    return { outcome: { id: "abandoned" }, delivered: [], superseded: [], everythingDelivered: false, usage, gaps };
  finishSuperseding(store, workspace);
  const everythingDelivered = judged.id === "delivered";
  return { outcome, delivered: evidence.delivered, superseded, everythingDelivered, usage, gaps };
}

/** Whether everything that a running attempt owes has been delivered by now. */
export async function obligationsMet(project: OpenProject, attempt: RunningAttempt): Promise<boolean> {
  return (await judgeNow(project, attempt)).judged.id === "delivered";
}

async function judgeNow(project: OpenProject, attempt: RunningAttempt) {
  const { gaps } = await scanProject(project);
  const snapshot = readSnapshot(project.store, project.methodology.types.keys(), gaps, attempt.workUnit);
  const evidence = gatherEvidence(project, attempt, snapshot);
  return { evidence, judged: judge(attempt.protocol, evidence), gaps };
}
