import {
  adoptAttempt,
  beforeAttempt,
  type Circumstances,
  type Claim,
  claimAttempt,
  endUnstarted,
  type LastAttempt,
  type OpenAttempt,
  type OutcomeId,
  recordAgent,
} from "@runa/store/attempts";
import { instanceContents } from "@runa/store/contents";
import { reasonOf } from "@runa/store/files";
import { v7 as uuidv7 } from "uuid";
import { recordsDue } from "../audit/due.ts";
import { RunaError } from "../diagnostic.ts";
import type { EvaluatedCandidate } from "../evaluate/evaluate.ts";
import type { ScopeView } from "../evaluate/scope-view.ts";
import { workNotStarted } from "../messages.ts";
import type { Protocol } from "../methodology/methodology.ts";
import { methodologyContents } from "../methodology/sources.ts";
import { policyContent } from "../people/policy.ts";
import { thisOwner } from "../process/owner.ts";
import { mayLive } from "../process/proc.ts";
import type { OpenProject } from "../project/project.ts";
import { toldMethodology } from "../project/record-methodology.ts";
import { reopenedBy } from "../reasons/reopening.ts";
import type { ClaimedAttempt, EndedAttempt, RunningAttempt } from "./attempt.ts";
import { type Carrier, placeOf, type Trial, type Work } from "./carrier.ts";
import type { Supervision } from "./context.ts";
import { instancesBefore } from "./evidence.ts";
import type { Mandate } from "./mandate.ts";
import { logAttemptStarted } from "./records.ts";
import { superviseAttempt, type Watcher } from "./supervise.ts";

/** An attempt at work, and its end. */
export interface Begun {
  readonly kind: "begun";
  readonly attempt: RunningAttempt;
  readonly ended: Promise<EndedAttempt>;
}

/**
 * Claims a READY candidate and has its work begin. The order makes a crash at any instant harmless: what the work needs to
 * begin is whole before there is a row, the row is committed before there is a process, the process's identity after it (a
 * runa that dies between the two leaves an agent that is found by `RUNA_ATTEMPT`), and what is delivered is committed one
 * by one.
 * @throws RunaError when it cannot begin
 */
export function launchAttempt(
  context: Supervision & Mandate,
  carrier: Carrier,
  trial: Trial,
  watcher: Watcher,
): Begun | Exclude<ReturnType<typeof claimAttempt>, { kind: "claimed" }> {
  const { project } = context;
  const { run, candidate, view, tries, exclusion } = trial;
  const { protocol, workUnit, readiness } = candidate;
  const id = uuidv7();
  const place = placeOf(project);
  const prepared = carrier.prepare(trial, id, place);
  if (prepared === null) return { kind: "outdated" };
  const before = instancesBefore(view, protocol);
  const inputs = readiness.status === "ready" ? readiness.inputs : [];
  const claimed = claimAttempt(project.store, {
    id,
    protocol: protocol.name,
    workUnit,
    argv: prepared.argv,
    owner: thisOwner(),
    place,
    fingerprint: protocol.fingerprint,
    instructionsHash: protocol.instructionsHash,
    inputs: inputs.map(({ instance: { type, id, contentHash } }) => ({ type, id, contentHash })),
    before,
    run,
    lastAttempt: lastAttemptHere(view.lastAttempt(protocol)),
    reopened: reopeningOf(project, view, candidate),
    lastOutcome: lastOutcomeHere(view.lastAttempt(protocol)),
    lastDecision: lastDecisionFor(view, protocol),
    exclusion,
    contents: [
      ...methodologyContents(project.methodology),
      ...(isOpen(context.policy) ? [] : [policyContent(context.policy)]),
      ...instanceContents(
        place.workspace,
        inputs.map(({ instance }) => instance),
      ),
    ],
    circumstances: circumstancesOf(project, protocol, context.policy),
    actor: context.person,
  });
  if (claimed.kind !== "claimed") {
    prepared.discard();
    return claimed;
  }
  const attempt: ClaimedAttempt = {
    phase: "claimed",
    id,
    candidate: { protocol, workUnit },
    place,
    started: claimed.started,
    since: performance.now(),
    before,
    tries,
    adopted: false,
  };
  logAttemptStarted(attempt);
  watcher.reached(attempt);
  const opened = { id, protocol: protocol.name, workUnit };
  let work: Work;
  try {
    work = prepared.start();
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? "";
    endUnstarted(project.store, opened, errno, recordsDue(project.methodology, opened));
    throw new RunaError(workNotStarted(carrier.kind, id, reasonOf(error)));
  }
  try {
    if (work.identity !== null) recordAgent(project.store, opened, work.identity);
  } catch (error) {
    // Nobody here will wait for it. Whoever adopts the attempt finds it abandoned.
    work.kill();
    throw error;
  }
  return begin(context, { ...attempt, phase: "running", worker: work.identity }, work, watcher);
}

/** By which agent it is executed, from which methodology, and under which policy, where there is one. */
function circumstancesOf(
  { config, methodology }: OpenProject,
  protocol: Protocol,
  policy: Mandate["policy"],
): Circumstances {
  return {
    binding: config.commandTable(protocol.name),
    ...(!isOpen(policy) && { policy: policy.hash }),
    methodology: toldMethodology(methodology),
  };
}

/** Whether anybody may decide, without a signature: then there is no policy to speak of. */
function isOpen({ people, required }: Mandate["policy"]): boolean {
  return people === null && !required;
}

/** The last attempt that this store has a record of. */
function lastAttemptHere(last: LastAttempt | undefined): string | null {
  return last?.elsewhere === undefined ? (last?.id ?? null) : last.elsewhere.lastHere;
}

function lastOutcomeHere(last: LastAttempt | undefined): OutcomeId | undefined {
  return last?.elsewhere === undefined ? last?.outcome : undefined;
}

/** The last decision that was looked at, where the protocol depends on any. */
function lastDecisionFor({ snapshot }: ScopeView, protocol: Protocol): number | undefined {
  return snapshot.decisions?.concern(protocol) === true ? snapshot.lastDecision : undefined;
}

/** Of a candidate that had succeeded, which success that was and why it is executed again. */
function reopeningOf({ store }: OpenProject, view: ScopeView, candidate: EvaluatedCandidate): Claim["reopened"] {
  const success = view.lastSuccess(candidate.protocol);
  if (success === undefined) return null;
  const because = reopenedBy(store, view, candidate);
  return { last_success: success.id, ...(because.length > 0 && { because }) };
}

function begin(context: Supervision, attempt: RunningAttempt, work: Work, watcher: Watcher): Begun {
  watcher.reached(attempt);
  return { kind: "begun", attempt, ended: superviseAttempt(context, attempt, work, watcher) };
}

/**
 * Takes over an attempt whose owner is gone, if nobody else does. Its work is waited for as one's own, under the limits
 * that count from its first start; where that has ended as well, the attempt is judged by what it delivered.
 * Null where it is another's by now.
 */
export function adopt(
  context: Supervision & Mandate,
  carrier: Carrier,
  open: OpenAttempt,
  protocol: Protocol,
  watcher: Watcher,
): Begun | null {
  const { store } = context.project;
  const { id, workUnit, started, startedAt } = open;
  if (!adoptAttempt(store, open, thisOwner(), { actor: context.person })) return null;
  // Null where it was released at this moment.
  const before = beforeAttempt(store, id);
  if (before === null) return null;
  const candidate = { protocol, workUnit };
  const work = carrier.adopt(open, candidate);
  const { identity } = work;
  const attempt: RunningAttempt = {
    phase: "running",
    id,
    candidate,
    place: open.place ?? placeOf(context.project),
    started,
    since: performance.now() - Math.max(0, Date.now() - startedAt / 1000),
    before,
    tries: 1,
    adopted: true,
    worker: identity !== null && mayLive(identity) ? identity : null,
  };
  return begin(context, attempt, work, watcher);
}
