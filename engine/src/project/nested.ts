import { type OpenAttempt, unendedAttempt, unendedAttempts } from "@runa/store/attempts";
import { RunaError } from "../diagnostic.ts";
import { insideAttempt } from "../messages.ts";
import { statOf } from "../process/proc.ts";
import type { OpenProject } from "./project.ts";

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
export function refuseInsideAttempt({ store, root }: OpenProject, environment: NodeJS.ProcessEnv): void {
  for (const id of attemptsIn(environment)) refuse(unendedAttempt(store, id), root);
  const above = processesAbove();
  for (const attempt of unendedAttempts(store)) {
    const { agent } = attempt;
    if (agent !== null && above.get(agent.pid) === agent.startTime) refuse(attempt, root);
  }
}

function refuse(attempt: OpenAttempt | null, root: string): void {
  if (attempt === null) return;
  throw new RunaError(insideAttempt(attempt.id, attempt.protocol, root));
}

/** The processes above this one, with when they started; none where they cannot be seen. */
function processesAbove(): ReadonlyMap<number, string> {
  const above = new Map<number, string>();
  for (let stat = statOf(process.ppid); stat !== null && !above.has(stat.pid); stat = statOf(stat.parent))
    above.set(stat.pid, stat.startTime);
  return above;
}
