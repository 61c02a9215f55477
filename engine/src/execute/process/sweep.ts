import { setTimeout as pause } from "node:timers/promises";
import type { ProcessIdentity } from "@runa/store";
import { leftoversOf } from "./leftovers.ts";
import { type ProcessStat, programNameOf, startTimeOf } from "./proc.ts";

/** A process that an attempt had left and that the sweep sent a signal, the last one that it got. */
export interface Swept {
  readonly pid: number;
  /** As its program chose it: it may hold anything. */
  readonly name: string;
  readonly signal: "SIGTERM" | "SIGKILL";
}

/** What is swept. */
export interface SweepOptions {
  readonly attempt: string;
  /** Null when no agent is known; then more has to be read. */
  readonly agent: ProcessIdentity | null;
  /** What was seen as the agent's descendant. */
  readonly descendants: readonly ProcessIdentity[];
  /** Names of programs, as the kernel or their first argument has it, that may stay with all that they started. */
  readonly spare: readonly string[];
  /** SIGKILL without SIGTERM. Read at every look, so that a getter can say so while SIGTERM is still waited for. */
  readonly atOnce?: boolean;
}

/** How long, in milliseconds, there is to end after SIGTERM, and how long the end after SIGKILL is waited for. */
const TO_END = 2000;
const TO_DIE = 2000;
/** How long, in milliseconds, what ends by itself with its agent has, as an MCP server does whose input has ended. */
const PATIENCE = 250;

/** Between two looks, in milliseconds: the first time, and at most. */
const FIRST = 2;
const LONGEST = 100;

/**
 * Ends what an attempt has left of this user's processes (attempts.md section 4): SIGTERM, after 2 s SIGKILL, to
 * whatever is in the agent's session or group, carries the attempt in its environment, was seen as the agent's
 * descendant or descends from such. Resolves when they are gone, after 4 s in any case; at once where there are none,
 * and where there is no /proc.
 */
export async function sweep(options: SweepOptions): Promise<readonly Swept[]> {
  const { attempt, agent, descendants } = options;
  const seen = new Map(descendants.map(({ pid, startTime }) => [pid, startTime]));
  const spare = new Set(options.spare);
  const user = process.getuid?.() ?? 0;
  const swept = new Map<string, Swept>();
  const beyondReach = new Set<string>();
  const begin = performance.now();
  let killing = false;
  for (let wait = FIRST; ; wait = Math.min(wait * 1.5, LONGEST)) {
    const elapsed = performance.now() - begin - PATIENCE;
    killing ||= options.atOnce === true || elapsed >= TO_END;
    const signal = killing ? "SIGKILL" : "SIGTERM";
    const left = leftoversOf({ attempt, agent, seen, spare, user }).filter((one) => !beyondReach.has(keyOf(one)));
    for (const one of left) {
      seen.set(one.pid, one.startTime);
      if (!killing && elapsed < 0) continue;
      const key = keyOf(one);
      if (signal === swept.get(key)?.signal) continue;
      // Before it has gone.
      const name = programNameOf(one);
      const reached = send(one, signal);
      if (reached === "sent") swept.set(key, { pid: one.pid, name, signal });
      else if (reached === "refused") beyondReach.add(key);
    }
    if (left.length === 0 || elapsed > TO_END + TO_DIE) return [...swept.values()];
    await pause(killing ? wait : Math.min(wait, TO_END - elapsed));
  }
}

function keyOf({ pid, startTime }: ProcessStat): string {
  return `${pid} ${startTime}`;
}

/** Sends a signal to this process, unless its pid has become another's. */
function send({ pid, startTime }: ProcessStat, signal: "SIGTERM" | "SIGKILL"): "sent" | "gone" | "refused" {
  if (startTimeOf(pid) !== startTime) return "gone";
  try {
    process.kill(pid, signal);
    // One that is suspended takes SIGTERM only once it goes on.
    if (signal === "SIGTERM") process.kill(pid, "SIGCONT");
    return "sent";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "refused" : "gone";
  }
}
