import { type OpenAttempt, unendedAttempt, unendedAttempts } from "@runa/store/attempts";
import { type EventBodies, recordEvent } from "@runa/store/log";
import { RunaError } from "../diagnostic.ts";
import { decidingInsideAttempt, insideAttempt } from "../messages.ts";
import { attemptsInside } from "../process/attempt-inside.ts";
import { visible } from "../visible.ts";
import type { OpenProject } from "./project.ts";

/** What only people do, by the word of its command. */
export type DecidingVerb = EventBodies["decision_refused"]["verb"];

/** The attempts that an environment belongs to, the outermost first. */
function attemptsIn({ RUNA_ATTEMPT }: NodeJS.ProcessEnv): string[] {
  return (RUNA_ATTEMPT ?? "").split(/[\s,]+/).filter((id) => id !== "");
}

/** The attempt that an environment names: the innermost where projects are nested. Null outside any. */
export function attemptIn(environment: NodeJS.ProcessEnv): string | null {
  return attemptsIn(environment).at(-1) ?? null;
}

/**
 * Refuses what is decided from outside, such as executing work, inside a running attempt of the same project: it would wait
 * for itself, or judge itself (attempts.md section 5). An agent that hides its environment is found above this process.
 * @throws RunaError that names the attempt
 */
export function refuseInsideAttempt(project: OpenProject, environment: NodeJS.ProcessEnv): void {
  const attempt = attemptAround(project, environment);
  if (attempt !== null) throw new RunaError(insideAttempt(attempt.id, attempt.protocol, project.root));
}

/**
 * Refuses what only people do inside any attempt, also one of another project, and has the log say so (decisions 4).
 * @throws RunaError that names the attempt
 */
export function refuseDeciding(project: OpenProject, environment: NodeJS.ProcessEnv, verb: DecidingVerb): void {
  const attempt = attemptAround(project, environment);
  const named = attemptIn(environment);
  if (attempt === null && named === null) return;
  const { store, root } = project;
  if (store.persistent)
    recordEvent(store, {
      kind: "decision_refused",
      attempt: attempt?.id ?? null,
      body: {
        verb,
        reason: "inside_attempt",
        ...(attempt !== null && { actor: { kind: "attempt", attempt: attempt.id } }),
      },
    });
  throw new RunaError(
    attempt === null ? decidingInsideAttempt(visible(named ?? "")) : insideAttempt(attempt.id, attempt.protocol, root),
  );
}

/** The attempt of this project that has not ended and that this process belongs to; null for none. */
function attemptAround({ store }: OpenProject, environment: NodeJS.ProcessEnv): OpenAttempt | null {
  for (const id of attemptsIn(environment)) {
    const attempt = unendedAttempt(store, id);
    if (attempt !== null) return attempt;
  }
  return attemptsInside(unendedAttempts(store))[0] ?? null;
}
