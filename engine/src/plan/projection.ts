import { type ContentHash, type Instance, type InstanceId, ListedInstances, type Moment } from "@runa/store";
import type { LastAttempt, SeenType } from "@runa/store/attempts";
import type { EvaluatedSnapshot } from "../decisions/decided.ts";
import { type AwaitedDecision, awaitedIn } from "../evaluate/awaited.ts";
import { type EvaluatedCandidate, type Evaluation, evaluate } from "../evaluate/evaluate.ts";
import { owedDigest } from "../evaluate/outputs.ts";
import { ScopeView } from "../evaluate/scope-view.ts";
import { candidateKey } from "../methodology/candidate.ts";
import { type Protocol, readTypesOf } from "../methodology/methodology.ts";
import { type Aim, aimedAt, EVERYTHING, executableFor, isReached, neededFor } from "./aim.ts";

/** One execution of the optimistic cascade: of a candidate that is READY now, or of one that would become so. */
export interface ProjectedExecution {
  readonly candidate: EvaluatedCandidate;
  readonly projection: "current" | "projected";
}

/** The optimistic cascade, and what people will have to decide. */
export interface Projection {
  readonly executions: readonly ProjectedExecution[];
  /** The decisions on what it would make anew; the subjects have no names yet. */
  readonly awaited: readonly AwaitedDecision[];
  /** Whether something of what is asked for waits for one of them. */
  readonly isHeldUp: boolean;
}

/**
 * The optimistic cascade (contract.md section 6): each execution delivers its `produces`, and the one member of each choice
 * that lies there, anew; optional outputs and other choice members advance nothing unless they are there already. A candidate appears at most once as current and once as
 * projected, so that every projection ends.
 * @param aim what of it is asked for
 */
export function project(evaluation: Evaluation, aim: Aim = EVERYTHING): ProjectedExecution[] {
  return [...projectionOf(evaluation, aim).executions];
}

/** The same with the decisions that will be needed for it to go on: what is made anew has to be decided on. */
export function projectionOf(evaluation: Evaluation, aim: Aim): Projection {
  const readyNow = new Set(evaluation.candidates.filter(isReady).map(nameOf));
  const emitted: Record<ProjectedExecution["projection"], Set<string>> = { current: new Set(), projected: new Set() };
  const done = new Map<string, string>();
  const plan: ProjectedExecution[] = [];
  let now = evaluation;
  const kindOf = (candidate: EvaluatedCandidate): ProjectedExecution["projection"] | null => {
    const name = nameOf(candidate);
    if (!isReady(candidate) || done.get(name) === inputDigest(now.view, candidate.protocol)) return null;
    if (readyNow.has(name) && !emitted.current.has(name)) return "current";
    return emitted.projected.has(name) ? null : "projected";
  };
  for (;;) {
    if (isReached(aim, now, (candidate) => kindOf(candidate) === null)) return ended(plan, now, aim);
    const next = executableFor(aim, now).flatMap((candidate): ProjectedExecution[] => {
      const projection = kindOf(candidate);
      if (projection === null) return [];
      const shown = projection === "current" ? original(evaluation, nameOf(candidate)) : undefined;
      return [{ candidate: shown ?? candidate, projection }];
    })[0];
    if (next === undefined) return ended(plan, now, aim);
    const { protocol } = next.candidate;
    plan.push(next);
    emitted[next.projection].add(protocol.name);
    const snapshot = afterwards(now.view, protocol, plan.length);
    now = evaluate(evaluation.methodology, snapshot, evaluation.workUnit);
    done.set(protocol.name, inputDigest(now.view, protocol));
  }
}

/** What is projected, with the decisions on what it makes. */
function ended(executions: readonly ProjectedExecution[], last: Evaluation, aim: Aim): Projection {
  const awaited = awaitedIn(last).filter(({ subject }) => subject.id === PROJECTED);
  const concerned = new Set(concernedBy(aim, last).map(nameOf));
  return { executions, awaited, isHeldUp: awaited.some(({ waiters }) => waiters.some((name) => concerned.has(name))) };
}

/** The candidates whose waiting is a wait for what an aim is about. */
function concernedBy(aim: Aim, evaluation: Evaluation): readonly EvaluatedCandidate[] {
  return aim.kind === "all" ? evaluation.candidates : neededFor(aimedAt(aim), evaluation);
}

function isReady(candidate: EvaluatedCandidate): boolean {
  return candidate.readiness.status === "ready";
}

function nameOf(candidate: EvaluatedCandidate): string {
  return candidate.protocol.name;
}

function original(evaluation: Evaluation, name: string): EvaluatedCandidate | undefined {
  return evaluation.candidates.find((candidate) => nameOf(candidate) === name);
}

/** What an execution that starts now would see: it runs again only when this changes. */
function inputDigest(view: ScopeView, protocol: Protocol): string {
  return view.as(protocol).digestOf(readTypesOf(protocol));
}

/** What a projected execution delivers: its `produces`, and of each choice the member that alone lies there. */
function deliveredTypes(view: ScopeView, protocol: Protocol): string[] {
  const { produces, choices } = protocol;
  const seen = view.as(protocol).outputs;
  const chosen = choices.flatMap(({ members }) => {
    const there = members.filter((member) => seen.summary(member).total > 0);
    return there.length === 1 ? there : [];
  });
  return [...produces, ...chosen];
}

/** The snapshot after a successful execution of a protocol that delivered what it is taken to deliver. */
function afterwards(view: ScopeView, protocol: Protocol, step: number): EvaluatedSnapshot {
  const { snapshot } = view;
  const at = latest(view);
  const instances = new ListedInstances(snapshot.read ?? snapshot.instances);
  for (const type of deliveredTypes(view, protocol)) {
    const others = (instances.get(type) ?? []).filter((one) => one.id !== PROJECTED && !isReplaced(view, one));
    instances.set(type, [...others, projectedInstance(view, type, (at + 1) as Moment, step)]);
  }
  const after: EvaluatedSnapshot = snapshot.with?.(instances) ?? { ...snapshot, instances };
  const seen = new ScopeView(after, view.workUnit).as(protocol);
  const success: LastAttempt = {
    id: `projected-${step}`,
    protocol: protocol.name,
    outcome: "delivered",
    started: at,
    ended: (at + 2) as Moment,
    outputsAfter: owedDigest(seen, protocol),
    fingerprint: protocol.fingerprint,
    seen: Object.fromEntries(readTypesOf(protocol).map((type): [string, SeenType] => [type, seen.digest(type)])),
  };
  const key = candidateKey({ protocol, workUnit: view.workUnit });
  return {
    ...after,
    lastAttempts: new Map(snapshot.lastAttempts).set(key, success),
    lastSuccesses: new Map(snapshot.lastSuccesses).set(key, success),
    reopened: new Set([...snapshot.reopened].filter((one) => one !== key)),
  };
}

/** Whether an instance that attempts deliver is approved, or could be: delivered anew, it has to be decided on again. */
function isReplaced({ snapshot }: ScopeView, { type, deliveredAt }: Instance): boolean {
  return deliveredAt !== null && (snapshot.decisions?.types.approvalsOf(type).length ?? 0) > 0;
}

// No file can have this name, so it never meets a real instance.
const PROJECTED = "\0projected" as InstanceId;

function projectedInstance(view: ScopeView, type: string, at: Moment, step: number): Instance {
  return {
    type,
    id: PROJECTED,
    status: "valid",
    contentHash: `projected-${step}` as ContentHash,
    workUnit: view.workUnit,
    lastModified: at,
    deliveredAt: at,
    mtime: null,
    violations: [],
  };
}

function latest({ snapshot, heard }: ScopeView): Moment {
  let moment = 0 as Moment;
  for (const instances of snapshot.instances.values())
    for (const { lastModified } of instances) if (lastModified > moment) moment = lastModified;
  for (const deliveries of heard?.deliveries.values() ?? [])
    for (const { at } of deliveries) if (at > moment) moment = at;
  return (moment + 1) as Moment;
}
