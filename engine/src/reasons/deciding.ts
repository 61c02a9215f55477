import type { Instance, Store } from "@runa/store";
import type { LastAttempt } from "@runa/store/attempts";
import {
  conditionText,
  type EvaluatedCandidate,
  type PreconditionFailure,
  type WaitCondition,
} from "../evaluate/evaluate.ts";
import type { Debts } from "../evaluate/owed.ts";
import type { ProtocolView, RelevantInput, ScopeView } from "../evaluate/scope-view.ts";
import { TriggerEvaluation } from "../evaluate/trigger.ts";
import { outputTypesOf } from "../methodology/methodology.ts";
import { triggerText } from "../methodology/trigger.ts";
import type { MadeOtherwise } from "../project/examine.ts";
import { approvedBy, changedInputs, namedAttempt, TOLD, withoutRepeats } from "./changes.ts";
import { originOf } from "./origin-entry.ts";
import type { BrokenInstance, NamedInstance, Reason } from "./reason.ts";

/**
 * Why a candidate stands where it does, in what decides it: of one that is READY why its outputs do not do, of one that is
 * BLOCKED what it lacks, of one that is WAITING what for. The store is asked only about what is READY and was done before.
 */
export function decidingReasons(store: Store, view: ScopeView, candidate: EvaluatedCandidate): Reason[] {
  const { readiness } = candidate;
  switch (readiness.status) {
    case "ready":
      return staleReasons(store, view, candidate);
    case "blocked":
      return readiness.failures.map(lackReason);
    case "waiting":
      return readiness.conditions.map((condition) => waitReason(view, candidate, condition));
  }
}

/** Why the outputs of a candidate that is not current do not do. */
export function staleReasons(store: Store, view: ScopeView, candidate: EvaluatedCandidate): Reason[] {
  const { protocol, outputs } = candidate;
  const seen = view.as(protocol);
  if (protocol.produces.length === 0 && protocol.choices.length === 0)
    return [{ kind: "never_current" }, ...newsOfSuccess(store, seen, candidate)];
  if (outputs.time !== null) return [...openReasons(seen), ...newsReasons(store, seen, candidate)];
  // By age nothing can be said of outputs that are not complete.
  return [
    ...openReasons(seen),
    ...incompleteReasons(seen, candidate),
    ...(recordOf(seen, candidate) === null ? [] : newsReasons(store, seen, candidate)),
  ];
}

/** What a lock file tells that is not done, whatever the inputs are. */
function openReasons({ lastAttempt, lastSuccess }: ProtocolView): Reason[] {
  const why = (lastSuccess ?? lastAttempt)?.elsewhere?.open ?? null;
  if (why === null) return [];
  return [{ kind: "open_elsewhere", why, ...(lastSuccess !== undefined && { since: namedAttempt(lastSuccess) }) }];
}

/** What has changed since the last success of a candidate that can never be current. */
function newsOfSuccess(store: Store, view: ProtocolView, candidate: EvaluatedCandidate): Reason[] {
  const record = recordOf(view, candidate);
  if (record === null) return [];
  return withoutRepeats(
    relevantInputs(view, candidate)
      .filter(({ type, which }) => record.seen?.[type]?.[which] !== view.digest(type)[which])
      .flatMap((input) => changedInputs(store, view, record, input)),
  );
}

/** What is not as it has to be among the outputs. */
function incompleteReasons(view: ProtocolView, { protocol, outputs }: EvaluatedCandidate): Reason[] {
  const written = view.outputs;
  if (outputs.complete)
    return outputTypesOf(protocol)
      .filter((type) => written.isPartial(type))
      .flatMap((type) => written.gaps(type))
      .map(({ type, path, reason }) => ({ kind: "not_read", artifact_type: type, path, reason }));
  const { lastAttempt, lastSuccess } = view;
  const missing = protocol.produces.filter((type) => written.summary(type).total === 0);
  const broken = outputTypesOf(protocol).flatMap((type) => brokenReasons(written, type));
  const open = protocol.choices.flatMap(({ name, members }): Reason[] => {
    const present = members.filter((member) => written.summary(member).total > 0);
    return present.length === 1 ? [] : [{ kind: "choice_open", choice: name, members, present }];
  });
  const failed = lastAttempt === undefined || lastAttempt.outcome === "delivered" ? [] : [failedReason(lastAttempt)];
  return [
    ...(view.isReopened ? [{ kind: "reopened_by_hand" } as const] : []),
    ...missing.map(
      (type): Reason => ({
        kind: "output_missing",
        artifact_type: type,
        delivered_before: lastSuccess !== undefined,
      }),
    ),
    ...open,
    ...broken.map((one): Reason => ({ kind: "output_broken", ...one })),
    ...failed,
  ];
}

/** That an attempt failed. */
function failedReason(attempt: LastAttempt): Reason {
  return { kind: "attempt_failed", outcome: attempt.outcome, ...namedAttempt(attempt) };
}

/** What has happened among the inputs since complete outputs were made. */
function newsReasons(store: Store, view: ProtocolView, candidate: EvaluatedCandidate): Reason[] {
  const { outputs, feedback } = candidate;
  const vouched = outputs.time?.vouched ?? 0;
  const record = recordOf(view, candidate);
  const elsewhere = view.lastSuccess ?? view.lastAttempt;
  const news = relevantInputs(view, candidate).flatMap((input): Reason[] => {
    const { type, which } = input;
    const said = feedback.news(input).filter(({ at }) => record !== null || at > vouched);
    const words = said.map(({ instance }): Reason => ({ kind: "said_again", ...writtenInstance(store, instance) }));
    if (record !== null) {
      const isAsSeen = record.seen?.[type]?.[which] === view.digest(type)[which];
      return isAsSeen ? words : changedInputs(store, view, record, input);
    }
    if (elsewhere?.elsewhere !== undefined) {
      const before = elsewhere.seen?.[type]?.[which];
      const isOther = before !== undefined && before !== view.digest(type)[which];
      return isOther ? [{ kind: "inputs_changed", artifact_type: type, since: namedAttempt(elsewhere) }] : words;
    }
    const approved = approvedBy(view, type);
    const newer = (which === "valid" ? view.valid(type) : view.inScope(type))
      .filter(({ lastModified }) => lastModified > vouched)
      .slice(0, TOLD);
    return newer.length === 0
      ? words
      : newer.map(
          (instance): Reason => ({
            kind: "input_newer",
            ...writtenInstance(store, instance),
            ...(approved !== undefined && { artifact_type: approved, approval_type: type }),
          }),
        );
  });
  return withoutRepeats(news);
}

/** The last success of a candidate, if its record still says what it saw. */
function recordOf(view: ProtocolView, { protocol }: EvaluatedCandidate): LastAttempt | null {
  const { lastSuccess } = view;
  return lastSuccess?.fingerprint === protocol.fingerprint && lastSuccess.seen !== null ? lastSuccess : null;
}

/** The inputs on which it hangs today whether a candidate is current, each once. */
export function relevantInputs(view: ProtocolView, candidate: EvaluatedCandidate): RelevantInput[] {
  const { protocol, outputs, feedback } = candidate;
  const triggers = new TriggerEvaluation(view, outputs, feedback);
  const all = [
    ...protocol.requires.map((type): RelevantInput => ({ type, which: "valid" })),
    ...triggers.relevant(protocol.trigger),
  ];
  return all.filter(
    ({ type, which }, index) => all.findIndex((one) => one.type === type && one.which === which) === index,
  );
}

export function writtenInstance(store: Store, instance: Instance) {
  const { type, id, contentHash } = instance;
  return { artifact_type: type, instance_id: id, content_hash: contentHash, origin: originOf(store, instance) };
}

/** The instances of a type that are not valid. */
export function brokenReasons(view: ProtocolView, type: string): BrokenInstance[] {
  const { total, valid } = view.summary(type);
  return total === valid ? [] : view.inScope(type).flatMap(brokenInstance);
}

/** An instance that is not valid, with the first thing that is wrong with it; nothing for a valid one. */
function brokenInstance({ type, id, status, violations: [first] }: Instance): BrokenInstance[] {
  if (status === "valid") return [];
  return [{ artifact_type: type, instance_id: id, status, ...(first !== undefined && { violation: first.message }) }];
}

/** That something which is required is not there, or cannot be trusted. */
export function lackReason({ artifactType, namedBy, reason }: PreconditionFailure): Reason {
  return { kind: "lacks_input", artifact_type: artifactType, named_by: namedBy, why: reason };
}

/** What a candidate waits for. */
export function waitReason(
  view: ScopeView,
  { protocol, freshness }: EvaluatedCandidate,
  condition: WaitCondition,
): Reason {
  const says = conditionText(condition);
  switch (condition.kind) {
    case "current": {
      const success = view.lastSuccess(protocol);
      return {
        kind: "current",
        by: freshness.by,
        ...(success !== undefined && { since: namedAttempt(success) }),
      };
    }
    case "cycle":
      return { kind: "cycle", members: condition.members, says };
    case "never":
      return { kind: "never_called_for", condition: triggerText(condition.trigger), says };
    case "trigger": {
      const { primitive, absent } = condition;
      return {
        kind: "not_called_for",
        condition: triggerText(primitive),
        artifact_type: primitive.name,
        why: primitive.type === "on_change" && !absent ? "not_newer" : "nothing",
        says,
      };
    }
  }
}

/** The choices of a protocol that were answered with the same work. */
export function standingReasons({ standing }: Debts, protocol: string): Reason[] {
  return standing
    .filter((choice) => choice.protocol === protocol)
    .map(({ group, instances, answeredBy }) => ({
      kind: "choice_stands",
      choice: group,
      instances: instances.map(named),
      answered_by: answeredBy,
    }));
}

/** An instance as reasons name it. */
export function named({ type, id }: { readonly type: string; readonly id: string }): NamedInstance {
  return { artifact_type: type, instance_id: id };
}

/** That outputs were made under another declaration, instructions or schemas. */
export function otherwiseReason({ success, types }: Pick<MadeOtherwise, "success" | "types">): Reason {
  return { kind: "other_instructions", since: namedAttempt(success), artifact_types: types };
}
