import { abandonAttempt, adoptAttempt, type OpenAttempt } from "@runa/store";
import { adoptAgent, findAgentOf } from "../process/agent-process.ts";
import { thisOwner } from "../process/owner.ts";
import { sweep } from "../process/sweep.ts";
import type { ExecutionContext } from "./supervise.ts";

/**
 * Ends an attempt whose runa is gone and whose protocol is no longer declared: nothing can be judged by its obligations,
 * and nobody waits for its agent, which is stopped.
 * @returns whether it was ours to end
 */
export async function abandonUnknown(
  { project, grace, interrupts }: ExecutionContext,
  attempt: OpenAttempt,
): Promise<boolean> {
  if (!adoptAttempt(project.store, attempt, thisOwner())) return false;
  const agent = adoptAgent(attempt.agent ?? findAgentOf(attempt.id), grace);
  const release = interrupts.attend(agent);
  try {
    agent.stop();
    await agent.groupEnded;
    const descendants = agent.descendants();
    await sweep({ attempt: attempt.id, agent: agent.identity, descendants, spare: project.config.agent.spare });
  } finally {
    release();
  }
  abandonAttempt(project.store, attempt);
  return true;
}
