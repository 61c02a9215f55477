import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import type { Debts } from "../evaluate/owed.ts";
import { outputTypesOf, type Protocol, readTypesOf } from "../methodology/methodology.ts";

/**
 * What work is executed for (contract.md section 6): all of the scope; some protocols and what they need; all of it, up to
 * the moment at which one protocol is current; or one protocol and nothing else.
 */
export type Aim =
  | { readonly kind: "all" }
  | { readonly kind: "only"; readonly protocols: readonly Protocol[] }
  | { readonly kind: "until"; readonly protocol: Protocol }
  | { readonly kind: "one"; readonly protocol: Protocol };

/** The whole scope. */
export const EVERYTHING: Aim = { kind: "all" };

/** The protocols that an aim names; none where it is the whole scope. */
export function aimedAt(aim: Aim): readonly Protocol[] {
  switch (aim.kind) {
    case "all":
      return [];
    case "only":
      return aim.protocols;
    case "until":
    case "one":
      return [aim.protocol];
  }
}

/** An aim as documents have it; nothing where it is the whole scope. */
export function aimEntry(aim: Aim): { until?: string; aims?: string[] } {
  if (aim.kind === "until") return { until: aim.protocol.name };
  return aim.kind === "all" ? {} : { aims: aimedAt(aim).map(({ name }) => name) };
}

/** The candidates that may be executed for an aim, as things are now. */
export function executableFor(aim: Aim, evaluation: Evaluation): readonly EvaluatedCandidate[] {
  const { candidates } = evaluation;
  switch (aim.kind) {
    case "all":
    case "until":
      return candidates;
    case "only":
      return neededFor(aim.protocols, evaluation);
    case "one":
      return candidates.filter(({ protocol }) => protocol.name === aim.protocol.name);
  }
}

/**
 * These protocols, and what they need: whatever may write what they require or what their triggers name, and what that needs
 * in turn, in the order of execution. What others say of a candidate's own work (feedback) it needs only while it waits for
 * it: a draft does not need its review.
 */
export function neededFor(protocols: readonly Protocol[], evaluation: Evaluation): readonly EvaluatedCandidate[] {
  const { candidates, reviewers } = evaluation;
  const names = new Set(protocols.map(({ name }) => name));
  const needed = new Set(candidates.filter(({ protocol }) => names.has(protocol.name)));
  // A set takes in what is added while it is gone through.
  for (const candidate of needed) {
    const { protocol } = candidate;
    const waitsFor = lackingFor(candidate);
    for (const type of readTypesOf(protocol))
      for (const writer of candidates)
        if (
          outputTypesOf(writer.protocol).includes(type) &&
          (waitsFor.has(type) || !reviewers.isFeedback(type, writer.protocol.name, protocol))
        )
          needed.add(writer);
  }
  return candidates.filter((candidate) => needed.has(candidate));
}

/**
 * A protocol and what depends on it: whatever requires what it may write, or is called by that, and what depends on that in
 * turn, in the order of execution. What it says of others' work (feedback) does not make them depend on it.
 */
export function dependentsOf(protocol: Protocol, { candidates, reviewers }: Evaluation): readonly EvaluatedCandidate[] {
  const reached = new Set(candidates.filter((candidate) => candidate.protocol.name === protocol.name));
  // A set takes in what is added while it is gone through.
  for (const { protocol: writer } of reached)
    for (const type of outputTypesOf(writer))
      for (const reader of candidates)
        if (readTypesOf(reader.protocol).includes(type) && !reviewers.isFeedback(type, writer.name, reader.protocol))
          reached.add(reader);
  return candidates.filter((candidate) => reached.has(candidate));
}

/** The types whose lack keeps a candidate from being READY; none where it has what it owes. */
function lackingFor({ readiness, outputs }: EvaluatedCandidate): ReadonlySet<string> {
  switch (readiness.status) {
    case "ready":
      return new Set();
    case "blocked":
      return new Set(readiness.failures.map(({ artifactType }) => artifactType));
    case "waiting":
      return new Set(
        outputs.complete
          ? []
          : readiness.conditions.flatMap((condition) => (condition.kind === "trigger" ? condition.primitive.name : [])),
      );
  }
}

/**
 * Whether a run that goes on until a protocol is current has got there: that has what it owes, and nothing that it needs is
 * to be done first, nor is being done.
 * @param done READY work that has been done already and can never be current
 */
export function isReached(aim: Aim, evaluation: Evaluation, done: (candidate: EvaluatedCandidate) => boolean): boolean {
  if (aim.kind !== "until") return false;
  const isOver = (candidate: EvaluatedCandidate) => {
    const { protocol, readiness, outputs, cycle, attempt } = candidate;
    if (attempt !== null) return false;
    if (readiness.status === "ready") return done(candidate);
    return (
      protocol.name !== aim.protocol.name || (readiness.status === "waiting" && outputs.complete && cycle === null)
    );
  };
  return neededFor([aim.protocol], evaluation).every(isOver);
}

/** What of a scope's debts concerns an aim: nothing while none of its own protocols owes anything, else what they need, too. */
export function debtsFor(aim: Aim, evaluation: Evaluation, debts: Debts): Debts {
  if (aim.kind === "all") return debts;
  const names = new Set(aimedAt(aim).map(({ name }) => name));
  const needed = new Set(neededFor(aimedAt(aim), evaluation));
  const isOwing = debts.owing.some(({ protocol }) => names.has(protocol.name));
  const neededNames = new Set(Array.from(needed, ({ protocol }) => protocol.name));
  return {
    owing: isOwing ? debts.owing.filter((candidate) => needed.has(candidate)) : [],
    settled: debts.settled.filter(({ protocol }) => neededNames.has(protocol)),
    standing: debts.standing.filter(({ protocol }) => neededNames.has(protocol)),
  };
}
