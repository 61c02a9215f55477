import type { ScanReport, Store } from "@runa/store";
import { listAttempts } from "@runa/store/attempts";
import { readEvents } from "@runa/store/log";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { debtsOf } from "../evaluate/owed.ts";
import type { OpenProject } from "../project/project.ts";
import { decidingReasons } from "../reasons/deciding.ts";
import type { Explained } from "../reasons/explained.ts";
import { nextFor } from "../reasons/next.ts";
import type { Reason } from "../reasons/reason.ts";
import { type ReasonTree, reasonTree } from "../reasons/tree.ts";
import { type AttemptEntry, attemptEntry } from "./attempts.ts";
import { type LastAttemptEntry, lastAttemptEntry } from "./last-attempt-entry.ts";
import { loggedOutcomeText } from "./logged-outcome-text.ts";
import { protocolInScope } from "./named.ts";
import { type PastPoint, pastPoint } from "./past-point.ts";
import { scanWarnings } from "./scan-warnings.ts";
import { workUnitEntry } from "./work-unit-entry.ts";

/** Why each candidate of a scope stands where it does, or one of them with the whole reasoning (`runa explain`). */
export interface ExplanationAnswer extends PastPoint {
  readonly version: 1;
  readonly kind: "explanation";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  /** In the order of execution; one where one was asked for. */
  readonly protocols: readonly ExplainedProtocol[];
}

export interface ExplainedProtocol {
  readonly name: string;
  readonly work_unit?: string;
  readonly status: EvaluatedCandidate["readiness"]["status"];
  readonly trigger: "satisfied" | "not_satisfied";
  /** What decides, as in `state`. */
  readonly reasons: readonly Reason[];
  /** Whether it owes something, so that `run` ends with 3. */
  readonly owes: boolean;
  readonly last_attempt?: LastAttemptEntry;
  /** The one thing that would move it. */
  readonly next: Reason;
  /** Where it was asked for. */
  readonly tree?: ReasonTree;
  /** Its last attempts, the latest first, where it was asked for. */
  readonly attempts?: readonly ExplainedAttempt[];
}

/** An attempt with why it ended so, in words. */
export type ExplainedAttempt = AttemptEntry & { readonly says: readonly string[] };

/** So many of a candidate's attempts are told. */
const TOLD = 5;

/**
 * Explains where the candidates of a scope stand, or one of them wholly.
 * @param name the protocol; null for all, shortly
 * @throws RunaError for a protocol that there is not, or that is not of this scope
 */
export function explain(
  project: OpenProject,
  evaluation: Evaluation,
  report: Pick<ScanReport, "unrecognized" | "passedOver">,
  name: string | null,
): ExplanationAnswer {
  const explained = { project, evaluation, report, debts: debtsOf(evaluation) };
  const chosen = name === null ? null : candidateNamed(explained, name);
  const protocols =
    chosen === null
      ? evaluation.candidates.map((candidate) => entryOf(explained, candidate))
      : [
          {
            ...entryOf(explained, chosen),
            tree: reasonTree(explained, chosen),
            attempts: attemptsOf(project.store, chosen),
          },
        ];
  return {
    version: 1,
    kind: "explanation",
    methodology: project.methodology.name,
    ...pastPoint(project),
    scan_warnings: scanWarnings(evaluation),
    protocols,
  };
}

function entryOf(explained: Explained, candidate: EvaluatedCandidate): ExplainedProtocol {
  const { project, evaluation, debts } = explained;
  return {
    name: candidate.protocol.name,
    ...workUnitEntry(candidate),
    status: candidate.readiness.status,
    trigger: candidate.triggerSatisfied ? "satisfied" : "not_satisfied",
    reasons: decidingReasons(project.store, evaluation.view, candidate),
    owes: debts.owing.includes(candidate),
    ...lastAttemptEntry(evaluation, candidate),
    next: nextFor(explained, candidate),
  };
}

function candidateNamed({ evaluation }: Explained, name: string): EvaluatedCandidate | null {
  const protocol = protocolInScope(evaluation.methodology, name, evaluation.workUnit);
  return evaluation.candidates.find((one) => one.protocol === protocol) ?? null;
}

function attemptsOf(store: Store, { protocol, workUnit }: EvaluatedCandidate): ExplainedAttempt[] {
  const query = { protocol: protocol.name, ...(workUnit !== null && { workUnit }), limit: TOLD };
  return listAttempts(store, query).map((attempt) => {
    const [ended] = readEvents(store, { attempt: attempt.id, kind: "attempt_ended", limit: 1, last: true });
    return {
      ...attemptEntry(attempt),
      says: ended?.known && ended.kind === "attempt_ended" ? loggedOutcomeText(ended.body) : [],
    };
  });
}
