import type { Instance, ScanGap, TypeSummary, WorkUnit } from "@runa/store";
import type { OpenAttempt } from "@runa/store/attempts";
import type { EvaluatedSnapshot } from "../decisions/decided.ts";
import { type Candidate, candidateKey } from "../methodology/candidate.ts";
import { type Graph, graphOf } from "../methodology/graph.ts";
import type { Methodology, Protocol } from "../methodology/methodology.ts";
import { Reviewers } from "../methodology/reviewers.ts";
import { type Primitive, type Trigger, triggerText, typesOf } from "../methodology/trigger.ts";
import { Feedback } from "./feedback.ts";
import { type Freshness, freshnessOf } from "./freshness.ts";
import { type Outputs, outputsOf } from "./outputs.ts";
import { CommonSight, type ProtocolView, ScopeView, type Unapproved } from "./scope-view.ts";
import { TriggerEvaluation } from "./trigger.ts";

/** `not_approved`: valid instances lie there, and none of them is approved. */
export type PreconditionReason = "missing" | "invalid" | "stale" | "not_approved" | "scan_incomplete";

export interface PreconditionFailure {
  readonly artifactType: string;
  /** What names the type: the trigger's is told only where it cannot be trusted. */
  readonly namedBy: "requires" | "trigger";
  readonly reason: PreconditionReason;
}

/** Why a protocol is given an instance: a valid one, or, as `invalid`, what a true `on_invalid` found. */
export type Relationship = "requires" | "accepts" | "invalid";

/** An instance that a protocol is given. */
export interface Input {
  readonly instance: Instance;
  readonly relationship: Relationship;
}

/** Why a candidate is WAITING. */
export type WaitCondition =
  /** `absent`: nothing of the primitive's type lies there. `unapproved`: what keeps it from being seen is that nothing is approved. */
  | {
      readonly kind: "trigger";
      readonly primitive: Primitive;
      readonly absent: boolean;
      readonly unapproved: Unapproved | null;
    }
  | { readonly kind: "never"; readonly trigger: Trigger }
  | { readonly kind: "current" }
  | { readonly kind: "cycle"; readonly members: readonly string[] };

/** A candidate's readiness. Exactly one of the three. */
export type Readiness =
  | { readonly status: "ready"; readonly inputs: readonly Input[] }
  | { readonly status: "blocked"; readonly failures: readonly PreconditionFailure[] }
  | { readonly status: "waiting"; readonly conditions: readonly WaitCondition[] };

/** One candidate of a scope with everything that was found about it. */
export interface EvaluatedCandidate {
  readonly protocol: Protocol;
  readonly workUnit: WorkUnit | null;
  readonly triggerSatisfied: boolean;
  readonly readiness: Readiness;
  readonly outputs: Outputs;
  readonly freshness: Freshness;
  readonly feedback: Feedback;
  /** The hard cycle that it takes part in. */
  readonly cycle: readonly string[] | null;
  /** The attempt that is executing it now. */
  readonly attempt: OpenAttempt | null;
}

/** What may happen next in one scope. Every view and every command reads this and nothing else. */
export interface Evaluation {
  readonly methodology: Methodology;
  readonly workUnit: WorkUnit | null;
  /** In topological order. */
  readonly candidates: readonly EvaluatedCandidate[];
  readonly cycles: readonly (readonly string[])[];
  readonly gaps: readonly ScanGap[];
  readonly view: ScopeView;
  readonly reviewers: Reviewers;
}

/**
 * Evaluates a scope over a snapshot (contract.md section 5). Pure: the same two always give the same answer.
 * @param workUnit the scope's work unit, whose scoped protocols are evaluated; null for the unscoped ones
 */
export function evaluate(methodology: Methodology, snapshot: EvaluatedSnapshot, workUnit: WorkUnit | null): Evaluation {
  return new Evaluator(methodology, snapshot).evaluate(workUnit);
}

/**
 * Evaluates several scopes over one snapshot, which then share what is the same for them. Each is evaluated when it is
 * taken, so that whoever only counts holds one at a time.
 */
export function* evaluateScopes(
  methodology: Methodology,
  snapshot: EvaluatedSnapshot,
  scopes: Iterable<WorkUnit | null>,
): Generator<Evaluation, void, undefined> {
  const evaluator = new Evaluator(methodology, snapshot);
  for (const workUnit of scopes) yield evaluator.evaluate(workUnit);
}

/** A snapshot with what the evaluations of all its scopes have in common. */
class Evaluator {
  readonly #methodology: Methodology;
  readonly #snapshot: EvaluatedSnapshot;
  readonly #common: CommonSight;
  readonly #gaps: readonly ScanGap[];
  readonly #attempts: ReadonlyMap<string, OpenAttempt>;

  constructor(methodology: Methodology, snapshot: EvaluatedSnapshot) {
    this.#methodology = methodology;
    this.#snapshot = snapshot;
    this.#common = new CommonSight(snapshot);
    this.#gaps = [...snapshot.gaps.values()].flat();
    this.#attempts = new Map(snapshot.openAttempts.map((attempt) => [candidateKey(attempt), attempt]));
  }

  evaluate(workUnit: WorkUnit | null): Evaluation {
    const view = new ScopeView(this.#snapshot, workUnit, this.#common);
    const { reviewers, order, cycles, cycleOf } = declaredScope(this.#methodology, workUnit);
    const candidates = order.map((protocol) => {
      const candidate = { protocol, workUnit };
      const seen = view.as(protocol);
      const feedback = new Feedback(seen, protocol, reviewers);
      const cycle = cycleOf.get(protocol.name) ?? null;
      return candidateOf(seen, candidate, feedback, cycle, this.#attemptOf(candidate));
    });
    return { methodology: this.#methodology, workUnit, candidates, cycles, gaps: this.#gaps, view, reviewers };
  }

  #attemptOf(candidate: Candidate): OpenAttempt | null {
    return this.#attempts.size === 0 ? null : (this.#attempts.get(candidateKey(candidate)) ?? null);
  }
}

/** What every evaluation of a scope has in common, whatever lies there: all work units share it. */
interface DeclaredScope extends Graph<Protocol> {
  readonly reviewers: Reviewers;
  /** The hard cycle that a protocol takes part in, by name. */
  readonly cycleOf: ReadonlyMap<string, readonly string[]>;
}

const declaredScopes = new WeakMap<Methodology, Partial<Record<"scoped" | "unscoped", DeclaredScope>>>();

function declaredScope(methodology: Methodology, workUnit: WorkUnit | null): DeclaredScope {
  const known = declaredScopes.get(methodology) ?? {};
  declaredScopes.set(methodology, known);
  const scope = workUnit === null ? "unscoped" : "scoped";
  const found = known[scope];
  if (found !== undefined) return found;
  const inScope = protocolsOf(methodology, workUnit);
  const graph = graphOf(inScope, methodology.protocols);
  const cycleOf = new Map(graph.cycles.flatMap((cycle) => cycle.map((member) => [member, cycle] as const)));
  const made = { ...graph, cycleOf, reviewers: new Reviewers(inScope) };
  known[scope] = made;
  return made;
}

/** The protocols of a scope: the scoped ones for a work unit, the others for none. */
export function protocolsOf({ protocols }: Methodology, workUnit: WorkUnit | null): Protocol[] {
  return protocols.filter(({ scoped }) => scoped === (workUnit !== null));
}

function candidateOf(
  view: ProtocolView,
  { protocol, workUnit }: Candidate,
  feedback: Feedback,
  cycle: EvaluatedCandidate["cycle"],
  attempt: EvaluatedCandidate["attempt"],
): EvaluatedCandidate {
  const outputs = outputsOf(view, protocol);
  const triggers = new TriggerEvaluation(view, outputs, feedback);
  const freshness = freshnessOf(view, protocol, outputs, triggers, feedback);
  const triggerSatisfied = triggers.satisfied(protocol.trigger);
  return {
    protocol,
    workUnit,
    triggerSatisfied,
    readiness: readinessOf(view, protocol, triggers, triggerSatisfied, freshness, cycle),
    outputs,
    freshness,
    feedback,
    cycle,
    attempt,
  };
}

function readinessOf(
  view: ProtocolView,
  protocol: Protocol,
  triggers: TriggerEvaluation,
  triggerSatisfied: boolean,
  freshness: Freshness,
  cycle: readonly string[] | null,
): Readiness {
  const failures = failuresOf(view, protocol);
  const untrusted = untrustedIn(view, protocol, triggers);
  // Verdicts that a complete scan might overturn come first, whatever else is true.
  if (untrusted.length > 0 || failures.some(({ reason }) => reason === "scan_incomplete"))
    return { status: "blocked", failures: [...failures, ...untrusted] };
  const conditions = triggerSatisfied ? [] : waitConditions(view, protocol, triggers);
  if (conditions.length === 0 && freshness.current) conditions.push({ kind: "current" });
  if (cycle !== null) conditions.push({ kind: "cycle", members: cycle });
  if (conditions.length > 0) return { status: "waiting", conditions };
  if (failures.length > 0) return { status: "blocked", failures };
  return { status: "ready", inputs: inputsOf(view, protocol, triggers) };
}

/** What keeps a trigger from being satisfied. */
function waitConditions(view: ProtocolView, protocol: Protocol, triggers: TriggerEvaluation): WaitCondition[] {
  const primitives = triggers.unsatisfied(protocol.trigger);
  if (primitives.length === 0) return [{ kind: "never", trigger: protocol.trigger }];
  return primitives.map((primitive) => ({
    kind: "trigger",
    primitive,
    absent: view.summary(primitive.name).total === 0,
    unapproved: view.unapproved(primitive.name),
  }));
}

/** What a protocol requires and lacks, as the evaluation's scope sees it, whatever its own scope is. */
export function preconditionFailures({ view }: Evaluation, protocol: Protocol): PreconditionFailure[] {
  return failuresOf(view.as(protocol), protocol);
}

/** The same, and the types of its trigger that cannot be trusted. */
export function obstaclesOf({ view, reviewers }: Evaluation, protocol: Protocol): PreconditionFailure[] {
  const seen = view.as(protocol);
  const feedback = new Feedback(seen, protocol, reviewers);
  const triggers = new TriggerEvaluation(seen, outputsOf(seen, protocol), feedback);
  return [...failuresOf(seen, protocol), ...untrustedIn(seen, protocol, triggers)];
}

function failuresOf(view: ProtocolView, protocol: Protocol): PreconditionFailure[] {
  const failures: PreconditionFailure[] = [];
  for (const artifactType of protocol.requires) {
    const isPartial = view.isPartial(artifactType);
    const lack = lackOf(view, protocol, artifactType);
    // What could not be read may be what is missing; what is known not to be valid is so all the same.
    if (lack !== null && !(isPartial && lack === "missing"))
      failures.push({ artifactType, namedBy: "requires", reason: lack });
    if (isPartial) failures.push({ artifactType, namedBy: "requires", reason: "scan_incomplete" });
  }
  return failures;
}

function lackOf(view: ProtocolView, protocol: Protocol, type: string): PreconditionReason | null {
  if (view.summary(type).valid > 0) return null;
  const there = view.undecided.summary(type);
  const unapproved = view.unapproved(type);
  if (unapproved === null) return absenceOf(view.summary(type).total === 0 ? absent(there) : view.summary(type));
  if (unapproved.subject !== type) return there.valid === 0 && there.stale > 0 ? "stale" : "not_approved";
  // Where the approval itself is required, what is wrong is told of that.
  return unapproved.approvals.some((name) => protocol.requires.includes(name)) ? null : "not_approved";
}

/** What lies there of a type of which nothing counts: its valid ones are no approval, as revocations are. */
function absent({ total, valid, stale }: TypeSummary): Pick<TypeSummary, "total" | "stale"> {
  return { total: total - valid, stale };
}

function absenceOf({ total, stale }: Pick<TypeSummary, "total" | "stale">): PreconditionReason {
  if (total === 0) return "missing";
  return stale > 0 ? "stale" : "invalid";
}

/** The partially scanned types of a trigger that trusted branches do not decide, but for those that `requires` names. */
function untrustedIn(view: ProtocolView, protocol: Protocol, triggers: TriggerEvaluation): PreconditionFailure[] {
  if (!view.hasGaps || triggers.trusted(protocol.trigger) !== null) return [];
  return typesOf(protocol.trigger)
    .filter((type) => view.isPartial(type) && !protocol.requires.includes(type))
    .map((artifactType) => ({ artifactType, namedBy: "trigger", reason: "scan_incomplete" }));
}

/**
 * What a protocol is given: the valid instances of what it requires and accepts, where a partially scanned accepted type
 * drops out, and what every true `on_invalid` of a true branch found.
 */
function inputsOf(view: ProtocolView, protocol: Protocol, triggers: TriggerEvaluation): Input[] {
  const given = (instances: readonly Instance[], relationship: Relationship) =>
    instances.map((instance): Input => ({ instance, relationship }));
  const accepted = protocol.accepts.filter((type) => !view.isPartial(type));
  const watched = triggers.satisfiedBy(protocol.trigger).filter(({ type }) => type === "on_invalid");
  return [
    ...protocol.requires.flatMap((type) => given(view.given(type), "requires")),
    ...accepted.flatMap((type) => given(view.given(type), "accepts")),
    ...[...new Set(watched.map(({ name }) => name))].flatMap((type) => given(view.broken(type), "invalid")),
  ];
}

/** What a candidate would be given as things are now, READY or not. */
export function inputsNow({ view }: Evaluation, { protocol, outputs, feedback }: EvaluatedCandidate): Input[] {
  const seen = view.as(protocol);
  return inputsOf(seen, protocol, new TriggerEvaluation(seen, outputs, feedback));
}

/** A wait condition in the contract's words. */
export function conditionText(condition: WaitCondition): string {
  switch (condition.kind) {
    case "current":
      return "outputs are current";
    case "cycle":
      return `dependency cycle: ${condition.members.join(" -> ")} -> ${condition.members[0]}`;
    case "never":
      return `${triggerText(condition.trigger)}: no condition of it can ever be satisfied`;
    case "trigger": {
      const { type, name } = condition.primitive;
      if (condition.unapproved !== null) {
        const { subject, approvals } = condition.unapproved;
        const lacking = approvals.map((approval) => `'${approval}'`).join(" and ");
        return `${triggerText(condition.primitive)}: no instance of artifact type '${subject}' is approved by ${lacking}`;
      }
      const why = {
        on_artifact: `no valid instances of artifact type '${name}' exist`,
        on_change: condition.absent
          ? `no instances of artifact type '${name}' exist`
          : `no instance of artifact type '${name}' is newer than the outputs`,
        on_invalid: `no invalid or malformed instances of artifact type '${name}' exist`,
      }[type];
      return `${triggerText(condition.primitive)}: ${why}`;
    }
  }
}
