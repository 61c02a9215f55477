import { outputTypesOf } from "../methodology/methodology.ts";
import type { Trigger } from "../methodology/trigger.ts";
import type { Candidate, Evaluation } from "./evaluate.ts";
import { TriggerEvaluation } from "./trigger.ts";

/** A choice that was settled, so that waiting for its other members is waiting for nothing. */
export interface Settlement {
  readonly protocol: string;
  readonly group: string;
  readonly member: string;
}

/** Which candidates still owe something, and which choices settled what others waited for. */
export interface Debts {
  readonly owing: readonly Candidate[];
  readonly settled: readonly Settlement[];
}

/**
 * What is owed (contract.md section 5): the candidates outside the smallest set that the rules free. READY candidates
 * owe, unless this run has done them already and they can never be current.
 * @param done READY work that this run has already done
 */
export function debtsOf(evaluation: Evaluation, done: (candidate: Candidate) => boolean = () => false): Debts {
  const { candidates, view } = evaluation;
  const writers = new Map<string, Candidate[]>();
  for (const candidate of candidates)
    for (const type of outputTypesOf(candidate.protocol)) writers.set(type, [...(writers.get(type) ?? []), candidate]);
  const free = new Set<Candidate>();

  const nobodyOwes = (type: string): boolean => {
    const ofType = writers.get(type);
    if (ofType === undefined) return false;
    return ofType.every((writer) => free.has(writer)) || isSettledOtherwise(type, ofType);
  };
  const waitsForNothing = (trigger: Trigger, triggers: TriggerEvaluation): boolean => {
    if ("name" in trigger) return trigger.type === "on_invalid" || nobodyOwes(trigger.name);
    const open = trigger.conditions.filter((condition) => !triggers.satisfied(condition));
    return trigger.type === "any_of"
      ? open.every((condition) => waitsForNothing(condition, triggers))
      : open.some((condition) => waitsForNothing(condition, triggers));
  };
  const owesNothing = (candidate: Candidate): boolean => {
    const { readiness, outputs, protocol } = candidate;
    if (candidate.cycle !== null) return false;
    switch (readiness.status) {
      case "ready":
        return done(candidate);
      case "blocked":
        return readiness.failures.every(({ reason, artifactType }) => reason === "missing" && nobodyOwes(artifactType));
      case "waiting":
        if (outputs.complete) return true;
        return !candidate.triggerSatisfied && waitsForNothing(protocol.trigger, new TriggerEvaluation(view, outputs));
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
    settled: candidates
      .filter(isCurrent)
      .flatMap(({ protocol, outputs }) => outputs.settled.map((choice) => ({ protocol: protocol.name, ...choice }))),
  };
}

/** Whether a type is a member of a choice that is current with another member, and nobody else could write it. */
function isSettledOtherwise(type: string, writers: readonly Candidate[]): boolean {
  const [owner, ...others] = writers;
  if (owner === undefined || others.length > 0 || !isCurrent(owner)) return false;
  const choice = owner.protocol.choices.find(({ members }) => members.includes(type));
  return (
    choice !== undefined && owner.outputs.settled.some(({ group, member }) => group === choice.name && member !== type)
  );
}

function isCurrent(candidate: Candidate): boolean {
  return candidate.freshness.current;
}
