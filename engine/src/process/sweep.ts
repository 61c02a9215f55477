import { setTimeout as pause } from "node:timers/promises";
import type { ProcessIdentity } from "@runa/store/attempts";
import { AttemptGroups } from "./attempt-groups.ts";
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
 * descendant or descends from such. Process groups that are the attempt's as a whole get a signal as a whole, so that
 * nothing in them can slip away from one process to the next. Resolves when they are gone, after 4 s in any case; at once
 * where there are none. Without /proc that is the agent's group and no more, and none where something is spared.
 */
export async function sweep(options: SweepOptions): Promise<readonly Swept[]> {
  const { attempt, agent, descendants } = options;
  const seen = new Map(descendants.map(({ pid, startTime }) => [pid, startTime]));
  const spare = new Set(options.spare);
  const user = process.getuid?.() ?? 0;
  const groups = new AttemptGroups(agent);
  const swept = new Map<string, Swept>();
  const beyondReach = new Set<string>();
  const begin = performance.now();
  let killing = false;
  for (let wait = FIRST; ; wait = Math.min(wait * 1.5, LONGEST)) {
    const elapsed = performance.now() - begin - PATIENCE;
    killing ||= options.atOnce === true || elapsed >= TO_END;
    const signal = killing ? "SIGKILL" : "SIGTERM";
    const found = leftoversOf({ attempt, agent, seen, spare, user });
    const left = found.processes.filter((one) => !beyondReach.has(keyOf(one)));
    for (const one of left) seen.set(one.pid, one.startTime);
    // What cannot be seen may be what is spared.
    const unseen = spare.size > 0 ? [] : groups.unseen(found);
    const isTime = killing || elapsed >= 0;
    if (isTime) {
      // Before the signal: what has gone has no name.
      const names = new Map(left.map((one) => [one, programNameOf(one)]));
      const reachedGroups = groups.signal(found, signal);
      for (const one of left) {
        const key = keyOf(one);
        const asGroup = reachedGroups.get(one.group);
        if (asGroup === false || signal === swept.get(key)?.signal) continue;
        const reached = asGroup === true ? "sent" : send(one, signal);
        if (reached === "sent") swept.set(key, { pid: one.pid, name: names.get(one) ?? one.name, signal });
        else if (reached === "refused") beyondReach.add(key);
      }
    }
    for (const group of groups.signalUnseen(unseen, isTime ? signal : null))
      swept.set(`group ${group}`, { pid: group, name: "process group", signal });
    if ((left.length === 0 && unseen.length === 0) || elapsed > TO_END + TO_DIE) return [...swept.values()];
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
