import type { Instance } from "@runa/store";
import { outputTypesOf } from "../methodology/methodology.ts";
import { type Trigger, typesOf } from "../methodology/trigger.ts";
import { isDecidedOn } from "./awaited.ts";
import type { EvaluatedCandidate, Evaluation, PreconditionReason, WaitCondition } from "./evaluate.ts";
import type { ProtocolView } from "./scope-view.ts";
import { TriggerEvaluation } from "./trigger.ts";

/** A choice that was settled, so that waiting for its other members is waiting for nothing. */
export interface Settlement {
  readonly protocol: string;
  readonly group: string;
  readonly member: string;
}

/** A choice whose chosen member is feedback that was answered with the same work. */
export interface Standing extends Settlement {
  /** What attempts delivered of the member and lies there. */
  readonly instances: readonly Instance[];
  /** The protocols that it is feedback to, and that are current. */
  readonly answeredBy: readonly string[];
}

/** Which candidates still owe something, and which choices settled what others waited for. */
export interface Debts {
  readonly owing: readonly EvaluatedCandidate[];
  readonly settled: readonly Settlement[];
  readonly standing: readonly Standing[];
}

/**
 * What is owed (contract.md section 5): the candidates outside the smallest set that the rules free. READY candidates
 * owe, unless this run has done them already and they can never be current.
 * @param done READY work that this run has already done
 */
export function debtsOf(evaluation: Evaluation, done: (candidate: EvaluatedCandidate) => boolean = () => false): Debts {
  const { candidates, view, methodology } = evaluation;
  const { decisions } = view.snapshot;
  /** Whether what is lacking is not there, or of a decision only that it does not count. */
  const isAbsence = (reason: PreconditionReason, type: string) =>
    reason === "missing" ||
    reason === "not_approved" ||
    (reason === "stale" && decisions?.types.subjectOf(type) !== undefined);
  const writers = new Map<string, EvaluatedCandidate[]>();
  for (const candidate of candidates)
    for (const type of outputTypesOf(candidate.protocol)) writers.set(type, [...(writers.get(type) ?? []), candidate]);
  const free = new Set<EvaluatedCandidate>();
  const standing = standingChoices(evaluation);
  const stands = new Set(standing.map(({ protocol }) => protocol));

  /** Whether a wait for a type is one for nothing; where it is for a decision, whether everybody has decided. */
  const nobodyOwes = (type: string, waiting: ProtocolView): boolean => {
    // A record comes, or not, with what attempts come to.
    if (methodology.types.get(type)?.annotation?.kind === "audit") return true;
    const decided = waiting.unapproved(type)?.subject ?? decisions?.types.subjectOf(type);
    if (decided === undefined || decisions === undefined) return nobodyWrites(type);
    // Without anything to decide on it is a wait for that.
    if (view.valid(decided).length === 0) return nobodyWrites(decided);
    return isDecidedOn(evaluation, decisions, view, decided);
  };
  const awaitsDecision = (condition: WaitCondition) =>
    condition.kind === "trigger" &&
    condition.unapproved !== null &&
    decisions !== undefined &&
    !isDecidedOn(evaluation, decisions, view, condition.unapproved.subject);
  const nobodyWrites = (type: string): boolean => {
    const ofType = writers.get(type);
    if (ofType === undefined) return false;
    return ofType.every((writer) => free.has(writer)) || isSettledOtherwise(type, ofType);
  };
  const waitsForNothing = (trigger: Trigger, triggers: TriggerEvaluation, waiting: ProtocolView): boolean => {
    if ("name" in trigger) return trigger.type === "on_invalid" || nobodyOwes(trigger.name, waiting);
    const open = trigger.conditions.filter((condition) => !triggers.satisfied(condition));
    return trigger.type === "any_of"
      ? open.every((condition) => waitsForNothing(condition, triggers, waiting))
      : open.some((condition) => waitsForNothing(condition, triggers, waiting));
  };
  const owesNothing = (candidate: EvaluatedCandidate): boolean => {
    const { readiness, outputs, protocol, feedback } = candidate;
    const waiting = view.as(protocol);
    if (candidate.cycle !== null || stands.has(protocol.name)) return false;
    switch (readiness.status) {
      case "ready":
        return done(candidate);
      case "blocked":
        return readiness.failures.every(
          ({ reason, artifactType }) => isAbsence(reason, artifactType) && nobodyOwes(artifactType, waiting),
        );
      case "waiting":
        // What was approved and is no more was done by what lies there; what lies there now has still to be decided on.
        if (outputs.complete && !readiness.conditions.some(awaitsDecision)) return true;
        return (
          !candidate.triggerSatisfied &&
          waitsForNothing(protocol.trigger, new TriggerEvaluation(waiting, outputs, feedback), waiting)
        );
    }
  };

  for (let grew = true; grew; ) {
    grew = false;
    for (const candidate of candidates) {
      if (free.has(candidate) || !owesNothing(candidate)) continue;
      free.add(candidate);
      grew = true;
    }
  }
  return {
    owing: candidates.filter((candidate) => !free.has(candidate)),
    settled: candidates.filter(isCurrent).flatMap(settlementsOf),
    standing,
  };
}

function settlementsOf({ protocol, outputs }: EvaluatedCandidate): Settlement[] {
  return outputs.settled.map((choice) => ({ protocol: protocol.name, ...choice }));
}

/**
 * The choices that are settled by feedback which a current candidate's trigger names: what it demanded changed nothing. Feedback
 * is what an attempt delivered or confirmed; a file that a person put there demands nothing of this kind.
 */
function standingChoices({ candidates, reviewers, view }: Evaluation): Standing[] {
  const current = candidates.filter(isCurrent);
  return candidates.flatMap(settlementsOf).flatMap((choice): Standing[] => {
    const { protocol, member } = choice;
    const said = view
      .as({ name: protocol })
      .outputs.inScope(member)
      .filter(({ deliveredAt }) => deliveredAt !== null);
    if (said.length === 0) return [];
    const answeredBy = current
      .filter((listener) => typesOf(listener.protocol.trigger).includes(member))
      .filter((listener) => reviewers.isFeedback(member, protocol, listener.protocol))
      .map((listener) => listener.protocol.name);
    return answeredBy.length === 0 ? [] : [{ ...choice, instances: said, answeredBy }];
  });
}

/** Whether a type is a member of a choice that is current with another member, and nobody else could write it. */
function isSettledOtherwise(type: string, writers: readonly EvaluatedCandidate[]): boolean {
  const [owner, ...others] = writers;
  if (owner === undefined || others.length > 0 || !isCurrent(owner)) return false;
  const choice = owner.protocol.choices.find(({ members }) => members.includes(type));
  return (
    choice !== undefined && owner.outputs.settled.some(({ group, member }) => group === choice.name && member !== type)
  );
}

function isCurrent(candidate: EvaluatedCandidate): boolean {
  return candidate.freshness.current;
}
