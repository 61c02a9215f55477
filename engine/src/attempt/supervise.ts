import { fenceAttempt, progressOf } from "@runa/store/attempts";
import type { Attempt, EndedAttempt, Ending, FencedAttempt, RunningAttempt } from "./attempt.ts";
import type { Work } from "./carrier.ts";
import { concludeAttempt, obligationsMet } from "./conclude.ts";
import type { Supervision } from "./context.ts";
import { LimitWatch } from "./limits.ts";
import type { Outcome } from "./outcome.ts";
import { logAttemptEnded } from "./records.ts";

/** Whoever has an attempt executed. */
export interface Watcher {
  /** Hears of each phase that the attempt reaches; of `claimed` before its work begins, so that whatever that prints comes after. */
  readonly reached: (attempt: Attempt) => void;
  /** Whether it tries again after such an outcome. */
  readonly isRetried: (outcome: Outcome) => boolean;
}

/** Waits for work under its limits, ends what it left behind, and judges the attempt. */
export async function superviseAttempt(
  context: Supervision,
  attempt: RunningAttempt,
  work: Work,
  { reached, isRetried }: Watcher,
): Promise<EndedAttempt> {
  const { project, interrupts } = context;
  const watched = await watch(context, attempt, work).catch((error: unknown) => {
    // What nobody watches is not left to itself. Whoever adopts the attempt judges it.
    work.kill();
    throw error;
  });
  fenceAttempt(project.store, attempt.id);
  const fenced: FencedAttempt = { ...attempt, phase: "fenced", ...watched };
  reached(fenced);
  const mayRetry = (outcome: Outcome) => interrupts.requested === null && isRetried(outcome);
  const ended = await concludeAttempt(project, fenced, mayRetry);
  logAttemptEnded(ended);
  reached(ended);
  return ended;
}

async function watch(
  { project, interrupts }: Supervision,
  attempt: RunningAttempt,
  work: Work,
): Promise<Pick<FencedAttempt, "ending" | "end">> {
  const { id, candidate, since } = attempt;
  const release = interrupts.attend(work);
  let limits: LimitWatch | null = null;
  let ending: Ending | null = null;
  try {
    const seen = {
      age: performance.now() - since,
      output: work.output,
      lastCall: () => progressOf(project.store, id)?.lastCall ?? null,
      obligationsMet: () => obligationsMet(project, attempt),
    };
    limits = new LimitWatch(project.config.agentFor(candidate.protocol.name), seen, (why) => {
      ending = why;
      work.stop();
    });
    await work.ended;
    limits.close();
    const signal = interrupts.stopped;
    if (signal !== null) ending = { kind: "interrupted", signal };
    // Asked at every look: a second Ctrl-C may come while it waits.
    const end = await work.sweep(() => interrupts.killed);
    return { ending, end };
  } finally {
    limits?.close();
    release();
  }
}
