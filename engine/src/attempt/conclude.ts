import { join } from "node:path";
import { type AttemptResult, type EndFacts, endAttempt, fenceAttempt, readSnapshot } from "@runa/store";
import { owedDigest } from "../evaluate/outputs.ts";
import type { ScopeView } from "../evaluate/scope-view.ts";
import { thisOwner } from "../process/owner.ts";
import { scopeView } from "../project/look.ts";
import { type OpenProject, scanProject } from "../project/project.ts";
import { leavingOutputs } from "./earlier-outputs.ts";
import { gatherEvidence, outputsDigest, type RunningAttempt, readsDigest, seenBy } from "./evidence.ts";
import { judge, supersededBy } from "./judge.ts";
import { moveSuperseded } from "./move-superseded.ts";
import type { Outcome } from "./outcome.ts";
import { loggedOutcome } from "./outcome-log.ts";
import { logUsageUnclear } from "./records.ts";
import type { Conclusion } from "./report.ts";
import { readUsage, type Usage } from "./usage.ts";

/** How an attempt's agent came to its end, for the judgement of the attempt. */
export interface AgentEnd {
  /** The outcome that this end is, whatever was delivered; null where the deliveries decide. */
  readonly decided: Outcome | null;
  /** The outcome where the deliveries decide, given what they come to. */
  readonly outcomeOf: (judged: Outcome) => Outcome;
  /** Whether another try follows in the same run. */
  readonly isRetried: (outcome: Outcome) => boolean;
  /** What the log tells of the end beside the outcome. */
  readonly logged: EndFacts;
}

/** Where what belongs to one attempt lies: its prompt, what its agent reported. */
export function attemptDirectory(project: Pick<OpenProject, "storeDirectory">, id: string): string {
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
 * @throws whatever keeps it from being judged; where the agent's end decides alone, the attempt has ended by that
 */
export async function concludeAttempt(
  project: OpenProject,
  attempt: RunningAttempt,
  end: AgentEnd,
): Promise<Conclusion> {
  const { id, protocol } = attempt;
  fenceAttempt(project.store, id);
  // What it withdrew is gone before anything is judged, also where its server died in between.
  moveSuperseded(project);
  const { evidence, judged, gaps } = await judgeNow(project, attempt).catch((error: unknown) => {
    if (end.decided !== null) endUnjudged(project, attempt, end.decided, end.logged);
    throw error;
  });
  const outcome = end.decided ?? end.outcomeOf(judged);
  const succeeded = outcome.id === "delivered";
  const superseded = succeeded
    ? supersededBy(protocol, evidence.view, evidence.delivered, leavingOutputs(project, attempt, evidence.view)).map(
        ({ type, id }) => ({ type, id }),
      )
    : [];
  const { usage, unclear } = readUsage(usageFile(project, id));
  if (unclear !== null) logUsageUnclear(id, protocol.name, unclear);
  const seen = succeeded ? seenBy(attempt, evidence, superseded) : null;
  const mine = endBy(project, attempt, outcome, {
    isRetried: end.isRetried(outcome),
    logged: end.logged,
    delivered: evidence.delivered,
    byFile: evidence.byFile,
    superseded,
    seen,
    view: evidence.view,
    usage,
  });
  // Somebody freed its candidate by hand meanwhile, or took it over: then that is how it ended here.
  if (!mine) return { ...RELEASED, usage, gaps };
  const stuck = moveSuperseded(project);
  const moved = superseded.filter(({ type, id }) => !stuck.some((one) => one.type === type && one.id === id));
  return {
    outcome,
    delivered: evidence.delivered,
    superseded: moved,
    judged,
    everythingDelivered: judged.id === "delivered",
    left:
      seen === null
        ? null
        : {
            seen,
            reads: readsDigest(evidence.view, protocol),
            outputs: outputsDigest(evidence.view, protocol, moved),
          },
    usage,
    gaps,
  };
}

const RELEASED: Omit<Conclusion, "usage" | "gaps"> = {
  outcome: { id: "abandoned", released: true },
  delivered: [],
  superseded: [],
  judged: null,
  everythingDelivered: false,
  left: null,
};

/** Ends an attempt whose result cannot be looked at, by what is known without that. */
function endUnjudged(
  project: OpenProject,
  attempt: RunningAttempt,
  outcome: Outcome,
  logged: AgentEnd["logged"],
): void {
  endBy(project, attempt, outcome, {
    isRetried: false,
    logged,
    delivered: [],
    byFile: [],
    superseded: [],
    seen: null,
    // As it was last seen: what comes back unchanged is not done by this attempt.
    view: scopeView(project, [], attempt.workUnit),
    usage: readUsage(usageFile(project, attempt.id)).usage,
  });
}

/** What an attempt ends with beside its outcome. */
interface EndedWith extends Pick<AttemptResult, "logged" | "delivered" | "byFile" | "superseded" | "seen"> {
  readonly isRetried: boolean;
  /** Of what lies there, for what it owes. */
  readonly view: ScopeView;
  readonly usage: Usage | null;
}

/** Commits the end of an attempt; false where it has been ended by another already. */
function endBy(
  { store }: OpenProject,
  { id, protocol, workUnit, started }: RunningAttempt,
  outcome: Outcome,
  { isRetried, view, usage, logged, ...ended }: EndedWith,
): boolean {
  const { id: outcomeId, ...detail } = outcome;
  return endAttempt(
    store,
    { id, protocol: protocol.name, workUnit },
    {
      ...ended,
      outcome: outcomeId,
      detail: isRetried ? { ...detail, retry: true } : detail,
      started,
      owner: thisOwner(),
      logged: { ...loggedOutcome(outcome), ...logged },
      outputsAfter: owedDigest(view.as(protocol), protocol),
      usage: usage === null ? null : { ...usage },
    },
  );
}

/** Whether everything that a running attempt owes has been delivered by now. */
export async function obligationsMet(project: OpenProject, attempt: RunningAttempt): Promise<boolean> {
  return (await judgeNow(project, attempt)).judged.id === "delivered";
}

async function judgeNow(project: OpenProject, attempt: RunningAttempt) {
  const { gaps } = await scanProject(project);
  const snapshot = readSnapshot(project.store, project.methodology.types.keys(), gaps, [attempt.workUnit]);
  const evidence = gatherEvidence(project, attempt, snapshot);
  return { evidence, judged: judge(attempt.protocol, evidence), gaps };
}
