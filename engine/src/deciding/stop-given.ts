import { fenceAttempt, type InstanceState, type OpenAttempt, unendedAttempts } from "@runa/store/attempts";
import { attemptFacts } from "@runa/store/deliveries";
import { adoptAgent } from "../process/agent-process.ts";
import { whereaboutsOf } from "../process/owner.ts";
import type { OpenProject } from "../project/project.ts";

interface NamedInstance {
  readonly type: string;
  readonly id: string;
}

/** What became of the attempts that were given a decision. */
export interface Stopped {
  readonly stopped: readonly OpenAttempt[];
  /** Those that are executed where they cannot be ended from here. */
  readonly elsewhere: readonly OpenAttempt[];
}

/**
 * Ends the attempts that were given one of these decisions (`runa revoke --stop`, decisions 3). Their tools take nothing from
 * now on; whoever runs them judges them, as any attempt whose agent was ended.
 * @param grace milliseconds that an agent has to end
 */
export async function stopGiven(
  { store }: OpenProject,
  decisions: readonly NamedInstance[],
  grace: number,
): Promise<Stopped> {
  const given = unendedAttempts(store).filter(({ id }) => wasGiven(attemptFacts(store, id)?.inputs ?? [], decisions));
  const here = given.filter((attempt) => attempt.agent !== null && whereaboutsOf(attempt).kind === "living");
  await Promise.all(
    here.map(async ({ id, agent }) => {
      fenceAttempt(store, id);
      const process = adoptAgent(agent, grace);
      process.stop();
      await process.ended;
      await process.groupEnded;
    }),
  );
  return { stopped: here, elsewhere: given.filter((attempt) => !here.includes(attempt)) };
}

function wasGiven(inputs: readonly InstanceState[], decisions: readonly NamedInstance[]): boolean {
  return inputs.some(({ type, id }) => decisions.some((decision) => decision.type === type && decision.id === id));
}
