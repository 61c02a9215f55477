import type { Instance, WallTime } from "@runa/store";
import type { Decision } from "../decisions/decision.ts";
import type { ApprovalState, Decisions } from "../decisions/decisions.ts";
import { readTypesOf } from "../methodology/methodology.ts";
import type { EvaluatedCandidate, Evaluation } from "./evaluate.ts";
import type { ScopeView } from "./scope-view.ts";

/** A decision that people have still to make on an instance (decisions.md section 2). */
export interface AwaitedDecision {
  readonly subject: Instance;
  /** What it lacks, in the manifest's order of the approval types: enough people, or only that nobody outweighs them. */
  readonly approvals: readonly ApprovalState[];
  /** The rejections, each given to a success that left the content as it was, or without a file that anybody could be given. */
  readonly outweighedBy: readonly Decision[];
  /** The type by which it would be rejected; null where there is none. */
  readonly rejectionType: string | null;
  /** The protocols of the scope that need one of the approvals. */
  readonly waiters: readonly string[];
  /** When the subject was written or was last decided on; null where nobody knows. */
  readonly since: WallTime | null;
}

const KNOWN = new WeakMap<Evaluation, readonly AwaitedDecision[]>();

/** The decisions that a scope waits for, by type and instance. Worked out when it is first asked for. */
export function awaitedIn(evaluation: Evaluation): readonly AwaitedDecision[] {
  let known = KNOWN.get(evaluation);
  if (known === undefined) {
    known = awaited(evaluation);
    KNOWN.set(evaluation, known);
  }
  return known;
}

function awaited(evaluation: Evaluation): AwaitedDecision[] {
  const { view, candidates } = evaluation;
  const { decisions } = view.snapshot;
  if (decisions === undefined) return [];
  return decisions.types.subjects.toSorted().flatMap((type) => {
    const open = view.valid(type).filter((subject) => !isSettled(evaluation, decisions, subject));
    return open.map((subject): AwaitedDecision => {
      const { approvals, standing } = decisions.of(subject);
      const lacking = approvals.filter(({ isApproved }) => !isApproved);
      const names = lacking.map((one) => one.type.name);
      return {
        subject,
        approvals: lacking,
        outweighedBy: standing.rejections,
        rejectionType: decisions.types.rejectionOf(type)?.name ?? null,
        waiters: candidates.filter((candidate) => needsAny(candidate, decisions, names)).map(nameOf),
        since: sinceOf(subject, decisions),
      };
    });
  });
}

/** What a rejection settles and candidates wait for that are not done: as long as it stands there is nothing to do for them. */
export function rejectedIn(evaluation: Evaluation): Instance[] {
  const { view, candidates } = evaluation;
  const { decisions } = view.snapshot;
  if (decisions === undefined) return [];
  const left = candidates.filter(({ freshness, readiness }) => !freshness.current && readiness.status !== "ready");
  return decisions.types.subjects.toSorted().flatMap((type) => {
    const names = decisions.types.approvalsOf(type).map(({ name }) => name);
    if (!left.some((candidate) => needsAny(candidate, decisions, names))) return [];
    return view
      .valid(type)
      .filter((one) => decisions.of(one).standing.rejections.length > 0 && isSettled(evaluation, decisions, one));
  });
}

/**
 * Whether nobody has to decide on an instance for now: it is approved in full, or rejected and that is not answered yet
 * (decisions.md section 2, "Owed").
 */
export function isSettled(evaluation: Evaluation, decisions: Decisions, subject: Instance): boolean {
  const { isApproved, standing } = decisions.of(subject);
  return isApproved || standing.rejections.some((one) => one.valid && !isAnswered(evaluation, decisions, one));
}

/** Whether a success was given a rejection: it triggers no more. Who was only called by it, as to note that it ended there, was not. */
function isAnswered({ view, candidates }: Evaluation, decisions: Decisions, rejection: Decision): boolean {
  const file = decisions.fileOf(rejection);
  if (file === undefined) return false;
  return candidates.some(({ protocol }) => {
    if (!protocol.requires.includes(rejection.type) && !protocol.accepts.includes(rejection.type)) return false;
    const success = view.lastSuccess(protocol);
    if (success === undefined) return false;
    if (success.elsewhere === undefined) return file.lastModified <= success.started;
    // Another clone's moments say nothing here, what it saw does.
    return success.seen?.[rejection.type]?.valid === view.as(protocol).digest(rejection.type).valid;
  });
}

function needsAny({ protocol }: EvaluatedCandidate, decisions: Decisions, approvals: readonly string[]): boolean {
  const gate = decisions.gateOf(protocol.name);
  if (gate === undefined) return false;
  const reads = readTypesOf(protocol);
  return Array.from(gate.approvals).some(([subject, named]) =>
    named.some((name) => approvals.includes(name) && (reads.includes(name) || reads.includes(subject))),
  );
}

function nameOf({ protocol }: EvaluatedCandidate): string {
  return protocol.name;
}

function sinceOf(subject: Instance, decisions: Decisions): WallTime | null {
  const written = subject.mtime === null ? null : (Number(BigInt(subject.mtime) / 1000n) as WallTime);
  const last = decisions.history(subject).at(-1)?.at ?? null;
  if (written === null || last === null) return written ?? last;
  return last > written ? last : written;
}

/** Whether every valid instance of a type is settled, so that a wait for decisions on it is a wait for nothing. */
export function isDecidedOn(evaluation: Evaluation, decisions: Decisions, view: ScopeView, type: string): boolean {
  return view.valid(type).every((subject) => isSettled(evaluation, decisions, subject));
}
