import { readFileSync } from "node:fs";
import type { InstanceRef } from "@runa/store";
import type { EndedAttempt } from "../attempt/attempt.ts";
import { attemptDirectory } from "../attempt/attempt-directory.ts";
import { outcomeText } from "../attempt/outcome-text.ts";
import { awaitedIn } from "../evaluate/awaited.ts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { debtsOf } from "../evaluate/owed.ts";
import { type Candidate, candidateKey } from "../methodology/candidate.ts";
import type { Protocol } from "../methodology/methodology.ts";
import { outputPaths } from "../process/transcript.ts";
import type { OpenProject } from "../project/project.ts";
import { decidingReasons } from "../reasons/deciding.ts";
import type { Reason } from "../reasons/reason.ts";
import { candidateOf, type RunFailure } from "../run/ledger.ts";
import type { Rehearsal } from "./rehearse.ts";

/** What was executed of one candidate. */
export interface RehearsedCandidate {
  readonly candidate: Candidate;
  readonly attempts: readonly EndedAttempt[];
}

/** A protocol that was never executed, and where it stands in the scopes in which it could have been. */
export interface UnreachedProtocol {
  readonly protocol: Protocol;
  readonly stands: readonly {
    readonly candidate: EvaluatedCandidate;
    readonly reasons: readonly Reason[];
  }[];
}

/** A choice that was made, but never for these of its members. */
export interface UntakenChoice {
  readonly protocol: string;
  readonly choice: string;
  readonly taken: readonly string[];
  readonly untaken: readonly string[];
}

/** A candidate that failed, and why, in lines. */
export interface RehearsalFailure {
  readonly candidate: Candidate;
  readonly says: readonly string[];
}

/** What a rehearsal tells of a methodology. */
export interface RehearsalAccount {
  readonly executed: readonly RehearsedCandidate[];
  readonly unreached: readonly UnreachedProtocol[];
  readonly untaken: readonly UntakenChoice[];
  /** Candidates that became ready again and again. */
  readonly loops: readonly Candidate[];
  readonly failures: readonly RehearsalFailure[];
  /** What still owes something at the end, the failed and the looping ones left out. */
  readonly owing: readonly UnreachedProtocol["stands"][number][];
  /** What waits for a decision at the end. */
  readonly awaiting: readonly InstanceRef[];
}

/**
 * Works out what a rehearsal tells.
 * @param workUnit the one work unit that was rehearsed; null for everything
 */
export function accountOf(
  project: OpenProject,
  { runs, scopes }: Rehearsal,
  workUnit: string | null,
): RehearsalAccount {
  const attempts = runs.flatMap(({ report }) => report.reports);
  const failed = runs.flatMap(({ report }) => report.failures);
  const isLoop = ({ kind }: RunFailure) => kind === "max_reopens" || kind === "unchanged";
  const failedKeys = new Set(failed.map((failure) => candidateKey(candidateOf(failure))));
  const stand = (evaluation: Evaluation, candidate: EvaluatedCandidate) => ({
    candidate,
    reasons: decidingReasons(project.store, evaluation.view, candidate),
  });
  return {
    executed: executedIn(attempts),
    unreached: project.methodology.protocols
      .filter(({ scoped }) => scoped || workUnit === null)
      .filter(({ name }) => !attempts.some(({ candidate }) => candidate.protocol.name === name))
      .map((protocol) => ({
        protocol,
        stands: scopes.flatMap((evaluation) =>
          evaluation.candidates
            .filter((candidate) => candidate.protocol.name === protocol.name)
            .map((candidate) => stand(evaluation, candidate)),
        ),
      })),
    untaken: untakenIn(project, attempts),
    loops: failed.filter(isLoop).map(candidateOf),
    failures: failed
      .filter((failure) => !isLoop(failure))
      .map((failure) => ({ candidate: candidateOf(failure), says: whyFailed(project, failure) })),
    owing: scopes.flatMap((evaluation) =>
      debtsOf(evaluation)
        .owing.filter((candidate) => !failedKeys.has(candidateKey(candidate)))
        .map((candidate) => stand(evaluation, candidate)),
    ),
    awaiting: scopes.flatMap((evaluation) => awaitedIn(evaluation).map(({ subject: { type, id } }) => ({ type, id }))),
  };
}

function executedIn(attempts: readonly EndedAttempt[]): RehearsedCandidate[] {
  const byCandidate = new Map<string, EndedAttempt[]>();
  for (const attempt of attempts) {
    const key = candidateKey(attempt.candidate);
    byCandidate.set(key, [...(byCandidate.get(key) ?? []), attempt]);
  }
  return [...byCandidate.values()].flatMap((those) =>
    those[0] === undefined ? [] : [{ candidate: those[0].candidate, attempts: those }],
  );
}

/** Of choices of protocols that were executed. */
function untakenIn({ methodology }: OpenProject, attempts: readonly EndedAttempt[]): UntakenChoice[] {
  return methodology.protocols.flatMap(({ name, choices }) => {
    const own = attempts.filter(({ candidate }) => candidate.protocol.name === name);
    if (own.length === 0) return [];
    const delivered = new Set(own.flatMap((attempt) => attempt.delivered.map(({ type }) => type)));
    return choices.flatMap((choice): UntakenChoice[] => {
      const untaken = choice.members.filter((member) => !delivered.has(member));
      const taken = choice.members.filter((member) => delivered.has(member));
      return untaken.length === 0 ? [] : [{ protocol: name, choice: choice.name, taken, untaken }];
    });
  });
}

function whyFailed(project: OpenProject, failure: RunFailure): readonly string[] {
  if (failure.kind === "not_offered") return [failure.reason];
  if (failure.kind !== "attempt") return [];
  const { id, outcome } = failure.report;
  return [...outcomeText(outcome), ...errorsOf(project, id)];
}

/** What the rehearsal agent said was wrong: that nothing can be made of a schema, most of the time. */
function errorsOf(project: OpenProject, attempt: string): string[] {
  try {
    const said = readFileSync(outputPaths(attemptDirectory(project, attempt)).stderr, "utf8");
    return said.split("\n").filter((line) => line.startsWith("error: "));
  } catch {
    // An agent that was never started has said nothing.
    return [];
  }
}
