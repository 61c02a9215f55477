import type { OpenAttempt } from "@runa/store/attempts";
import { thisOwner } from "./owner.ts";
import { attemptsOf, type ProcessStat, statOf } from "./proc.ts";

/**
 * Those attempts that this process was started in, as far as /proc tells, whatever its own environment says: it, or a process
 * above it, is the agent, is in its session or process group, or was started with the attempt's id. What left all of that is
 * not found: a session of its own, no id in its environment, and nobody of the attempt above it any more.
 */
export function attemptsInside(attempts: readonly OpenAttempt[]): readonly OpenAttempt[] {
  if (attempts.length === 0) return [];
  const chain = thisAndAbove();
  const named = new Set(chain.flatMap(({ pid }) => attemptsOf(pid)));
  return attempts.filter((attempt) => named.has(attempt.id) || chain.some((process) => isOf(process, attempt)));
}

function isOf({ pid, group, session, startTime }: ProcessStat, { agent, owner }: OpenAttempt): boolean {
  if (agent === null) return false;
  if (agent.pid === pid && agent.startTime === startTime) return true;
  if ((session !== agent.pid && group !== agent.pid) || !isInReach(owner)) return false;
  // Its number stays taken while its session or group has members: another process of that pid shows that those are another's.
  const leader = statOf(agent.pid);
  return leader === null || leader.startTime === agent.startTime;
}

/** Whether the pids of an attempt mean the same here. */
function isInReach({ boot, pidNamespace }: OpenAttempt["owner"]): boolean {
  const here = thisOwner();
  return boot !== null && boot === here.boot && pidNamespace !== null && pidNamespace === here.pidNamespace;
}

/** This process and those above it; none where they cannot be seen. */
function thisAndAbove(): readonly ProcessStat[] {
  const chain: ProcessStat[] = [];
  for (
    let stat = statOf(process.pid);
    stat !== null && !chain.some(({ pid }) => pid === stat?.pid);
    stat = statOf(stat.parent)
  )
    chain.push(stat);
  return chain;
}
