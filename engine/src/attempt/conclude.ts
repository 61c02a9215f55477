import type { InstanceRef } from "@runa/store";
import { endAttempt, type SeenType } from "@runa/store/attempts";
import { instanceContents } from "@runa/store/contents";
import { recordsDue } from "../audit/due.ts";
import { owedDigest } from "../evaluate/outputs.ts";
import type { ScopeView } from "../evaluate/scope-view.ts";
import { thisOwner } from "../process/owner.ts";
import { scopeView, snapshotOf } from "../project/look.ts";
import { type OpenProject, scanProject } from "../project/project.ts";
import type { Attempt, EndedAttempt, FencedAttempt } from "./attempt.ts";
import { leavingOutputs } from "./earlier-outputs.ts";
import { type Evidence, gatherEvidence, outputsDigest, readsDigest, seenBy } from "./evidence.ts";
import { finishPending } from "./finish-pending.ts";
import { endedBy, judge, outcomeOf, supersededBy } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { loggedOutcome } from "./outcome-log.ts";

/**
 * Ends an attempt that is fenced. The order of writes makes a crash at any instant harmless: the fence is committed before
 * the scan that judges the attempt, so nothing comes after it unseen; outcome, record and the list of what is superseded
 * are committed together; only then do files move, and a crash before that leaves the list.
 * @param isRetried whether another try follows in the same run
 * @throws whatever keeps it from being judged; where the end of its work decides alone, the attempt has ended by that
 */
export async function concludeAttempt(
  project: OpenProject,
  attempt: FencedAttempt,
  isRetried: (outcome: Outcome) => boolean,
): Promise<EndedAttempt> {
  const { candidate, since } = attempt;
  const { protocol, workUnit } = candidate;
  const decided = endedBy(attempt);
  // What it withdrew is gone before anything is judged, also where its server died in between.
  finishPending(project);
  const { evidence, judged, gaps } = await judgeNow(project, attempt).catch((error: unknown) => {
    if (decided !== null) {
      // As it was last seen: what comes back unchanged is not done by this attempt.
      const view = scopeView(project, [], workUnit);
      commitEnd(project, attempt, decided, { view, delivered: [], byFile: [] });
    }
    throw error;
  });
  const outcome = decided ?? outcomeOf(attempt, judged);
  const succeeded = outcome.id === "delivered";
  const leaving = succeeded ? leavingOutputs(project, candidate, evidence.view) : [];
  const superseded = succeeded
    ? supersededBy(protocol, evidence.view, evidence.delivered, leaving).map(({ type, id }) => ({ type, id }))
    : [];
  const seen = succeeded ? seenBy(attempt, evidence, superseded) : null;
  const retry = isRetried(outcome);
  const mine = commitEnd(project, attempt, outcome, evidence, { superseded, seen, retry });
  const ended = { ...attempt, phase: "ended" as const, before: [], gaps };
  const duration = () => performance.now() - since;
  // Somebody freed its candidate by hand meanwhile, or took it over: then that is how it ended here.
  if (!mine)
    return {
      ...ended,
      outcome: { id: "abandoned", released: true },
      delivered: [],
      unchanged: [],
      superseded: [],
      judged: null,
      left: null,
      duration: duration(),
    };
  const stuck = finishPending(project);
  const moved = superseded.filter(({ type, id }) => !stuck.some((one) => one.type === type && one.id === id));
  return {
    ...ended,
    outcome,
    delivered: evidence.delivered,
    unchanged: evidence.delivered.filter((one) => !hasChanged(evidence.view, attempt, one)),
    superseded: moved,
    judged,
    left: seen && {
      seen,
      reads: readsDigest(evidence.view, protocol),
      outputs: outputsDigest(evidence.view, protocol, moved),
    },
    duration: duration(),
  };
}

/** Whether an instance has another content than before an attempt. */
function hasChanged(view: ScopeView, { started }: FencedAttempt, { type, id }: InstanceRef): boolean {
  const instance = view.inScope(type).find((one) => one.id === id);
  return instance === undefined || instance.lastModified >= started;
}

/** Commits the end of an attempt; false where it has been ended by another already. */
function commitEnd(
  { store, methodology }: OpenProject,
  { id, candidate: { protocol, workUnit }, place, started, end: { usage, swept } }: FencedAttempt,
  outcome: Outcome,
  { view, delivered, byFile }: Pick<Evidence, "view" | "delivered" | "byFile">,
  consequences: {
    readonly superseded: readonly InstanceRef[];
    readonly seen: Readonly<Record<string, SeenType>> | null;
    readonly retry: boolean;
  } = { superseded: [], seen: null, retry: false },
): boolean {
  const { superseded, seen, retry } = consequences;
  const { id: outcomeId, ...detail } = outcome;
  return endAttempt(
    store,
    { id, protocol: protocol.name, workUnit },
    {
      outcome: outcomeId,
      detail: retry ? { ...detail, retry: true } : detail,
      started,
      owner: thisOwner(),
      delivered,
      byFile,
      contents: instanceContents(place.workspace, byFile),
      superseded,
      seen,
      records: recordsDue(methodology, { id, protocol: protocol.name, workUnit }),
      logged: {
        ...loggedOutcome(outcome),
        ...(swept.length > 0 && { swept: swept.map(({ pid, name, signal }) => ({ pid, name, signal })) }),
      },
      outputsAfter: owedDigest(view.as(protocol), protocol),
      usage,
    },
  );
}

/** Whether everything that a running attempt owes has been delivered by now. */
export async function obligationsMet(project: OpenProject, attempt: Attempt): Promise<boolean> {
  return (await judgeNow(project, attempt)).judged.id === "delivered";
}

async function judgeNow(project: OpenProject, attempt: Attempt) {
  const { protocol, workUnit } = attempt.candidate;
  const { gaps } = await scanProject(project);
  const snapshot = snapshotOf(project, gaps, [workUnit]);
  const evidence = gatherEvidence(project, attempt, snapshot);
  return { evidence, judged: judge(protocol, evidence), gaps };
}
