import { candidateKey, type Instance, type Store } from "@runa/store";
import { earlierDeliveries, type LastAttempt, type SeenType } from "@runa/store/attempts";
import type { EvaluatedCandidate, Evaluation } from "../../evaluate/evaluate.ts";
import { type ProtocolView, type RelevantInput, seenOf } from "../../evaluate/scope-view.ts";
import { TriggerEvaluation } from "../../evaluate/trigger.ts";
import {
  type Methodology,
  outputTypesOf,
  owedTypesOf,
  type Protocol,
  readTypesOf,
} from "../../methodology/methodology.ts";
import { primitivesOf } from "../../methodology/trigger.ts";
import type { LinesByCandidate } from "./believed.ts";
import type { LockedFailure, LockedSuccess, LockLine, Maker, OpenReason } from "./line.ts";

/** What lines are made from, beside the evaluation. */
interface Sources {
  readonly store: Store;
  readonly methodology: Methodology;
  /** The lines that the file has now. */
  readonly before: LinesByCandidate;
}

/** The lines of a scope as they are now: one for each output of each candidate that had an attempt. */
export function linesOf(evaluation: Evaluation, sources: Sources): LockLine[] {
  return evaluation.candidates.flatMap((candidate) => linesOfCandidate(evaluation, candidate, sources));
}

function linesOfCandidate({ view }: Evaluation, candidate: EvaluatedCandidate, sources: Sources): LockLine[] {
  const { protocol, workUnit } = candidate;
  const seen = view.as(protocol);
  const { lastSuccess, lastAttempt } = seen;
  const before = sources.before.get(candidateKey({ protocol: protocol.name, workUnit }))?.lines ?? [];
  const failed = failureOf(lastAttempt);
  // What another clone knows of it is taken along as it is, as far as the outputs are still there.
  if (lastSuccess?.elsewhere !== undefined || lastAttempt?.elsewhere !== undefined) {
    const isFailedHere = lastAttempt !== undefined && lastAttempt.elsewhere === undefined;
    const isMerged = (lastSuccess ?? lastAttempt)?.elsewhere?.open === "merged";
    return before
      .filter(
        ({ type, id }) =>
          seen.outputs.isPartial(type) || seen.outputs.inScope(type).some((instance) => instance.id === id),
      )
      .map((line) => ({
        ...line,
        ...(isFailedHere && { failed }),
        ...(seen.isReopened && !isMerged && { open: "reopened" as const }),
      }));
  }
  if (lastAttempt === undefined && !seen.isReopened) return [];
  const reads = readsOf(seen, candidate, lastSuccess);
  const open = openOf(seen, candidate);
  return outputsOf(seen, candidate, sources.store).map(([{ type, id, contentHash }, by]) => ({
    type,
    id,
    protocol: protocol.name,
    workUnit,
    content: contentHash,
    by,
    success: lastSuccess === undefined ? null : successOf(protocol, lastSuccess, type, sources, before),
    ...reads,
    open,
    failed,
  }));
}

/** A failure that is not repaired yet. */
function failureOf(last: LastAttempt | undefined): LockedFailure | null {
  if (last === undefined || last.outcome === "delivered") return null;
  return { attempt: last.id, outcome: last.outcome, left: last.outputsAfter === "" ? null : last.outputsAfter };
}

/** What other clones compare their inputs with. */
function readsOf(
  seen: ProtocolView,
  { protocol, feedback, outputs }: EvaluatedCandidate,
  success: LastAttempt | undefined,
): Pick<LockLine, "inputs" | "notNewer"> {
  const { changed, vouched } = outputs.time ?? NEWEST;
  const byAge = () =>
    readTypesOf(protocol).map((type): [string, SeenType] => [
      type,
      seenOf(seen.inScope(type).filter(({ lastModified }) => lastModified <= vouched)),
    ]);
  // Feedback counts as newer, whatever its content was before.
  const isSaid = (type: string) => (feedback.newest({ type, which: "all" }) ?? 0) > changed;
  const notNewer = (type: string) =>
    seen.inScope(type).filter(({ lastModified }) => lastModified <= changed && !isSaid(type));
  const onChange = primitivesOf(protocol.trigger).filter(({ type }) => type === "on_change");
  return {
    inputs: new Map(success === undefined ? byAge() : Object.entries(success.seen ?? {})),
    notNewer: new Map(
      onChange.map(({ name }) => [name, new Map(notNewer(name).map(({ id, contentHash }) => [id, contentHash]))]),
    ),
  };
}

/** Outputs that are not complete will be newer than everything that lies there now, once they are. */
const NEWEST = { changed: Number.POSITIVE_INFINITY, vouched: Number.POSITIVE_INFINITY };

function successOf(
  protocol: Protocol,
  { id, fingerprint }: LastAttempt,
  type: string,
  { methodology }: Sources,
  before: readonly LockLine[],
): LockedSuccess {
  const attempt = { attempt: id, fingerprint };
  if (fingerprint === protocol.fingerprint)
    return {
      ...attempt,
      instructions: protocol.instructionsHash,
      schema: methodology.types.get(type)?.hash ?? null,
    };
  // Something has changed since: what it was made under stands in the file, if anywhere.
  const known = before.find((line) => line.type === type && line.success?.attempt === id)?.success;
  return { ...attempt, instructions: known?.instructions ?? null, schema: known?.schema ?? null };
}

/** Why it is to be done again, whatever its inputs are. */
function openOf(seen: ProtocolView, candidate: EvaluatedCandidate): OpenReason | null {
  if (seen.isReopened) return "reopened";
  return seen.lastSuccess !== undefined && isUnanswered(seen, candidate) ? "feedback" : null;
}

/** Whether feedback keeps it from being current (contract.md section 5). */
function isUnanswered(seen: ProtocolView, { protocol, outputs, feedback }: EvaluatedCandidate): boolean {
  const triggers = new TriggerEvaluation(seen, outputs, feedback);
  const relevant: readonly RelevantInput[] = [
    ...protocol.requires.map((type) => ({ type, which: "valid" }) as const),
    ...triggers.relevant(protocol.trigger),
  ];
  return relevant.some((input) => feedback.newest(input) !== null);
}

/** What the candidate's attempts made, and what else lies there of the types that it owes. */
function outputsOf(
  seen: ProtocolView,
  { protocol, workUnit }: EvaluatedCandidate,
  store: Store,
): (readonly [Instance, Maker])[] {
  const deliveries = new Map(
    earlierDeliveries(store, { protocol: protocol.name, workUnit }).map((one) => [`${one.type}/${one.id}`, one]),
  );
  const owed = new Set(owedTypesOf(protocol));
  return outputTypesOf(protocol).flatMap((type) =>
    seen.outputs.inScope(type).flatMap((instance): [Instance, Maker][] => {
      const delivery = deliveries.get(`${type}/${instance.id}`);
      if (delivery === undefined) return owed.has(type) ? [[instance, "hand"]] : [];
      if (delivery.since) return [[instance, "since"]];
      return [[instance, delivery.written === instance.contentHash ? "attempt" : "hand"]];
    }),
  );
}
