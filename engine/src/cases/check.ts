import { isDeepStrictEqual } from "node:util";
import { outcomeText } from "../attempt/outcome-text.ts";
import { awaitedIn } from "../evaluate/awaited.ts";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { debtsOf } from "../evaluate/owed.ts";
import { project as projectCascade } from "../plan/projection.ts";
import type { OpenProject } from "../project/project.ts";
import { decidingReasons } from "../reasons/deciding.ts";
import type { Reason } from "../reasons/reason.ts";
import { candidateOf, type RunFailure } from "../run/ledger.ts";
import type { RunReport } from "../run/report.ts";
import type { Expectation, ListName, Presence, ReasonPattern, Standing } from "./case.ts";
import type { Deviation, FailedCandidate } from "./deviation.ts";

/** What there is after a step. */
export interface Situation {
  readonly project: OpenProject;
  readonly evaluation: Evaluation;
  /** The step's run; null where it had none. */
  readonly report: RunReport | null;
}

/** What of a step's expectations is not met. */
export function deviationsIn(situation: Situation, expectations: readonly Expectation[]): Deviation[] {
  return expectations.flatMap((expectation) => deviationsFrom(situation, expectation));
}

function deviationsFrom(situation: Situation, expectation: Expectation): Deviation[] {
  const { path } = expectation;
  switch (expectation.kind) {
    case "status":
      return statusDeviations(situation, expectation);
    case "artifact":
      return artifactDeviations(situation, expectation);
    case "end": {
      const actual = situation.report?.outcome;
      if (actual === undefined || actual === expectation.end) return [];
      return [{ kind: "end", path, expected: expectation.end, actual, ...whyEnded(situation) }];
    }
    case "awaiting": {
      const expected = expectation.subjects;
      const actual = awaitedIn(situation.evaluation).map(({ subject }) => `${subject.type}/${subject.id}`);
      return isDeepStrictEqual(actual, expected) ? [] : [{ kind: "awaiting", path, expected, actual }];
    }
    default: {
      const expected = expectation.protocols;
      const actual = listOf(situation, expectation.kind);
      return isDeepStrictEqual(actual, expected) ? [] : [{ kind: expectation.kind, path, expected, actual }];
    }
  }
}

function statusDeviations(
  { project, evaluation }: Situation,
  { path, protocol, status, reasons: patterns }: Extract<Expectation, { kind: "status" }>,
): Deviation[] {
  const candidate = evaluation.candidates.find((one) => one.protocol.name === protocol);
  if (candidate === undefined) return [];
  const actual = standingOf(candidate);
  const { workUnit } = candidate;
  const reasons = decidingReasons(project.store, evaluation.view, candidate);
  if (actual !== status) return [{ kind: "status", path, protocol, workUnit, expected: status, actual, reasons }];
  return patterns
    .filter((pattern) => !reasons.some((reason) => fits(reason, pattern)))
    .map((expected) => ({ kind: "reason", path, protocol, workUnit, expected, reasons }));
}

/** Where a candidate stands, with what is done told apart. */
export function standingOf({ readiness }: EvaluatedCandidate): Standing {
  if (readiness.status !== "waiting") return readiness.status;
  return readiness.conditions.some(({ kind }) => kind === "current") ? "current" : "waiting";
}

function fits(reason: Reason, pattern: ReasonPattern): boolean {
  return Object.entries(pattern).every(([key, value]) =>
    isDeepStrictEqual((reason as unknown as Record<string, unknown>)[key], value),
  );
}

function artifactDeviations(
  { evaluation }: Situation,
  { path, type, id, status }: Extract<Expectation, { kind: "artifact" }>,
): Deviation[] {
  const instance = evaluation.view.snapshot.instances.get(type)?.find((one) => one.id === id);
  const actual: Presence = instance?.status ?? "absent";
  if (actual === status) return [];
  const violations = instance?.violations.map(({ message }) => message) ?? [];
  return [{ kind: "artifact", path, type, id, expected: status, actual, violations }];
}

function listOf({ evaluation, report }: Situation, kind: ListName): string[] {
  switch (kind) {
    case "order":
      return evaluation.candidates.map(({ protocol }) => protocol.name);
    case "projection":
      return projectCascade(evaluation).map(({ candidate }) => candidate.protocol.name);
    case "ran":
      return (report?.reports ?? []).map(({ candidate }) => candidate.protocol.name);
    case "owes":
      return (report?.debts ?? debtsOf(evaluation)).owing.map(({ protocol }) => protocol.name);
  }
}

function whyEnded({ report }: Situation): { failures: FailedCandidate[]; owed: string[] } {
  return {
    failures: (report?.failures ?? []).map((failure) => ({
      protocol: candidateOf(failure).protocol.name,
      says: failureText(failure),
    })),
    owed: (report?.debts.owing ?? []).map(({ protocol }) => protocol.name),
  };
}

/** Why a candidate failed in a run, in a line and those that go with it. */
export function failureText(failure: RunFailure): readonly string[] {
  switch (failure.kind) {
    case "attempt":
      return outcomeText(failure.report.outcome, Number.POSITIVE_INFINITY);
    case "elsewhere":
      return ["another run failed at it"];
    case "max_reopens":
      return [`it became ready again more than ${failure.reopens} times`];
    case "not_offered":
      return [failure.reason];
    case "unchanged":
      return ["it was delivered and is ready again, and nothing that it reads or writes has changed since"];
  }
}
