import { unendedAttempt } from "@runa/store/attempts";
import { RunaError } from "../diagnostic.ts";
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
 * Refuses to execute work inside a running attempt of the same project: it would wait for itself (attempts.md section 5).
 * @throws RunaError that names the attempt
 */
export function refuseInsideAttempt({ store, root }: OpenProject, environment: NodeJS.ProcessEnv): void {
  for (const id of attemptsIn(environment)) {
    const attempt = unendedAttempt(store, id);
    if (attempt !== null)
      throw new RunaError(
        `this is inside attempt ${id} of protocol '${attempt.protocol}' of the same project (${root}): an agent delivers by its tools, and work is executed from outside. \`runa state\`, \`scan\`, \`list\` and dry runs answer here`,
      );
  }
}
