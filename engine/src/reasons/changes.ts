import { type ContentHash, type Instance, type InstanceId, rfc3339, type Store } from "@runa/store";
import type { LastAttempt } from "@runa/store/attempts";
import {
  type AttemptFacts,
  attemptFacts,
  changesOf,
  claimOf,
  type LoggedChange,
  takenAwayBy,
} from "@runa/store/deliveries";
import type { Decisions } from "../decisions/decisions.ts";
import { type ProtocolView, type RelevantInput, setDigest } from "../evaluate/scope-view.ts";
import { originOf } from "./origin-entry.ts";
import type { ChangedBy, NamedAttempt, Reason } from "./reason.ts";

/** So many changed inputs of one type are told one by one. */
export const TOLD = 20;

/** The instances of one type that an attempt saw, by id, and whether these are surely all. */
interface Seen {
  readonly instances: ReadonlyMap<InstanceId, ContentHash>;
  readonly isExact: boolean;
}

/** An attempt as reasons name it. */
export function namedAttempt({ id, startedAt }: Pick<LastAttempt, "id" | "startedAt">): NamedAttempt {
  return { attempt: id, ...(startedAt !== undefined && { started: rfc3339(startedAt) }) };
}

/**
 * What of one type is not as a success saw it. The success left a digest; what it stands for is found out from what the
 * attempt was given, or else from the log, and held against the digest.
 */
export function changedInputs(
  store: Store,
  view: ProtocolView,
  success: LastAttempt,
  { type, which }: RelevantInput,
): Reason[] {
  const since = namedAttempt(success);
  const seen = seenBy(store, view, success, { type, which });
  const now = which === "valid" ? view.valid(type) : view.inScope(type);
  // Of an approval type the set is what is approved, and that is what is told of.
  const approved = approvedBy(view, type);
  const about = { artifact_type: approved ?? type, ...(approved !== undefined && { approval_type: type }) };
  const changes = seen === null ? [] : [...changedOf(now, seen, success), ...goneOf(view, now, seen, { type, which })];
  if (changes.length === 0) return [{ kind: "inputs_changed", artifact_type: type, since }];
  const first = changes.slice(0, TOLD);
  // The log is read once, and only where something has gone.
  const removals = first.some(({ instance }) => instance === null)
    ? changesOf(store, about.artifact_type).filter(({ isGone }) => isGone)
    : [];
  const removedBy = (id: InstanceId) =>
    changedBy(
      store,
      removals.findLast((one) => one.id === id),
    );
  const reasons = first.map(
    ({ id, instance, change, from }): Reason => ({
      kind: "input_changed",
      ...about,
      instance_id: id,
      change,
      ...(from !== undefined && { from }),
      ...(instance !== null && { to: instance.contentHash }),
      origin: instance === null ? removedBy(id) : originOf(store, instance),
      since,
    }),
  );
  const more = changes.length - reasons.length;
  return more === 0 ? reasons : [...reasons, { kind: "inputs_changed", artifact_type: type, more, since }];
}

interface Change {
  readonly id: InstanceId;
  /** Null where it has gone. */
  readonly instance: Instance | null;
  readonly change: "new" | "modified" | "spoilt" | "unapproved" | "removed";
  readonly from?: ContentHash;
}

function changedOf(now: readonly Instance[], { instances, isExact }: Seen, { started }: LastAttempt): Change[] {
  return now.flatMap((instance): Change[] => {
    const { id, contentHash, lastModified } = instance;
    const from = instances.get(id);
    if (from === contentHash) return [];
    if (from !== undefined) return [{ id, instance, change: "modified", from }];
    // What nobody has changed since it began was seen, whether or not anything tells.
    return isExact || lastModified > started ? [{ id, instance, change: "new" }] : [];
  });
}

function goneOf(view: ProtocolView, now: readonly Instance[], seen: Seen, { type }: RelevantInput): Change[] {
  const present = new Set(now.map(({ id }) => id));
  const { subject, approvals } = view.approvalsFor(type);
  const there = approvals.length > 0 ? view.undecided.inScope(subject) : view.inScope(type);
  return [...seen.instances].flatMap(([id, from]): Change[] => {
    if (present.has(id)) return [];
    const instance = there.find((one) => one.id === id) ?? null;
    if (instance === null) return [{ id, instance, change: "removed", from }];
    const wasSeenSo = !seen.isExact && instance.contentHash === from;
    const change = instance.status === "valid" ? "unapproved" : "spoilt";
    return wasSeenSo ? [] : [{ id, instance, change, from }];
  });
}

function seenBy(store: Store, view: ProtocolView, success: LastAttempt, { type, which }: RelevantInput): Seen | null {
  const facts = attemptFacts(store, success.id);
  if (facts === null) return null;
  const digest = success.seen?.[type]?.[which];
  const isAll = (instances: Seen["instances"]) =>
    setDigest(Array.from(instances, ([id, contentHash]) => ({ id, contentHash }))) === digest;
  const { decisions } = view.undecided.snapshot;
  if (decisions !== undefined && approvedBy(view, type) !== undefined) {
    const approved = approvedIn(decisions, type, inputsOf(facts, type));
    return { instances: approved, isExact: isAll(approved) };
  }
  const given = withOwn(store, facts, type, inputsOf(facts, type));
  if (isAll(given)) return { instances: given, isExact: true };
  const logged = withOwn(store, facts, type, asLogged(store, view, facts, type));
  // Of what was not given to it, the log does not say whether it was valid.
  return { instances: logged.size === 0 ? given : logged, isExact: isAll(logged) };
}

/** Reasons without those that say once more of an approval what is said of what it approves: that it does not count any more. */
export function withoutRepeats(reasons: readonly Reason[]): Reason[] {
  const isGone = (reason: Reason) => reason.kind === "input_changed" && GONE.includes(reason.change);
  const own = reasons.filter((one) => isGone(one) && !("approval_type" in one)).map(nameIn);
  return reasons.filter((one) => !(isGone(one) && "approval_type" in one && own.includes(nameIn(one))));
}

const GONE: readonly Change["change"][] = ["unapproved", "spoilt", "removed"];

function nameIn(reason: Reason): string | null {
  return reason.kind === "input_changed" ? `${reason.artifact_type}/${reason.instance_id}` : null;
}

/** The type of which a protocol sees what is approved in place of a type's files; undefined of all that are no approvals. */
export function approvedBy(view: ProtocolView, type: string): string | undefined {
  return view.undecided.snapshot.decisions?.types.approvedBy(type);
}

/** What was approved by the approvals that an attempt was given. */
export function approvedIn(
  decisions: Decisions,
  type: string,
  files: ReadonlyMap<InstanceId, ContentHash>,
): Map<InstanceId, ContentHash> {
  const subjects = [...files.keys()].flatMap((id) => decisions.subjectIn({ type, id }) ?? []);
  return new Map(subjects.map(({ id, contentHash }) => [id, contentHash]));
}

/** What an attempt was given of a type. */
export function inputsOf({ inputs }: AttemptFacts, type: string): Map<InstanceId, ContentHash> {
  return new Map(inputs.filter((one) => one.type === type).map(({ id, contentHash }) => [id, contentHash]));
}

/** The same with what it wrote itself, and without what it took away. */
function withOwn(
  store: Store,
  { id: attempt, delivered }: AttemptFacts,
  type: string,
  instances: Map<InstanceId, ContentHash>,
): Map<InstanceId, ContentHash> {
  for (const gone of takenAwayBy(store, attempt)) if (gone.type === type) instances.delete(gone.id);
  for (const one of delivered) if (one.type === type) instances.set(one.id, one.contentHash);
  return instances;
}

/** How a type's instances lay there when an attempt was claimed, as the log tells. */
function asLogged(
  store: Store,
  view: ProtocolView,
  { id: attempt }: AttemptFacts,
  type: string,
): Map<InstanceId, ContentHash> {
  const claim = claimOf(store, attempt);
  const instances = new Map<InstanceId, ContentHash>();
  if (claim === null) return instances;
  for (const { seq, id, contentHash, isGone } of changesOf(store, type)) {
    if (seq > claim) break;
    if (isGone || contentHash === null) instances.delete(id);
    else instances.set(id, contentHash);
  }
  for (const { id } of view.elsewhere(type)) instances.delete(id);
  return instances;
}

/** Who made a change that the log tells of; where it tells of none, a person is taken for it. */
export function changedBy(store: Store, change: LoggedChange | undefined): ChangedBy {
  if (change === undefined) return { by: "hand" };
  const at = rfc3339(change.at);
  const facts = change.attempt === null ? null : attemptFacts(store, change.attempt);
  if (facts === null) return { by: "hand", at };
  const { protocol, workUnit } = facts;
  return { by: "attempt", attempt: facts.id, protocol, ...(workUnit !== null && { work_unit: workUnit }), at };
}
