import { basename } from "node:path";
import type { ProcessIdentity } from "@runa/store/attempts";
import { argumentsOf, attemptsOf, childrenByParent, livingProcesses, type ProcessStat, userOf } from "./proc.ts";

/** By what the processes of an attempt are known, and which of them are no business of ours. */
export interface Trail {
  readonly attempt: string;
  /** Null when it is not known; then every process's environment is read. */
  readonly agent: ProcessIdentity | null;
  /** The start times of processes that were seen below the agent, by pid; null where one is not known. */
  readonly seen: ReadonlyMap<number, string | null>;
  /** Names of programs that may stay, with all that they started. */
  readonly spare: ReadonlySet<string>;
  /** Whose processes may be touched. */
  readonly user: number;
}

/** What one look found of an attempt. */
export interface Leftovers {
  /** The processes that are to be ended. */
  readonly processes: readonly ProcessStat[];
  /** The process groups of which every process is among them. */
  readonly groups: ReadonlySet<number>;
  /** The process groups of everything that lives, this attempt's or not. */
  readonly inhabited: ReadonlySet<number>;
}

/**
 * The living processes that an attempt has left: in the agent's session or group, with the attempt in their
 * environment, seen below the agent, or started by any of these. Never runa, nor what runa runs under.
 */
export function leftoversOf(trail: Trail): Leftovers {
  const living = livingProcesses();
  const processes = theirsOf(trail, living);
  const left = new Set(processes);
  const others = new Set([...living.values()].filter((one) => !left.has(one)).map(({ group }) => group));
  return {
    processes,
    groups: new Set(processes.map(({ group }) => group).filter((group) => isOwnGroup(group) && !others.has(group))),
    inhabited: new Set([...living.values()].map(({ group }) => group)),
  };
}

/**
 * Whether a number can be that of a group that an attempt made. Of a group outside this pid namespace the system tells 0, and
 * a signal to group 0 goes to runa's own; one to group 1 goes to every process there is.
 */
function isOwnGroup(group: number): boolean {
  return group > 1;
}

function theirsOf(trail: Trail, living: ReadonlyMap<number, ProcessStat>): ProcessStat[] {
  const above = lineOf(process.pid, living);
  const marked = [...living.values()].filter((one) => !above.has(one.pid) && isMarked(one, trail, living));
  if (marked.length === 0) return [];
  const children = childrenByParent(living.values());
  const theirs = withDescendants(marked, children, living);
  const spared = withDescendants(
    [...theirs].filter((one) => maySpare(one, trail.spare)),
    children,
    living,
  );
  return [...theirs].filter((one) => !spared.has(one) && !above.has(one.pid) && userOf(one.pid) === trail.user);
}

/** A process and its ancestors. */
function lineOf(pid: number, living: ReadonlyMap<number, ProcessStat>): Set<number> {
  const line = new Set<number>();
  for (let next = pid; next > 0 && !line.has(next); next = living.get(next)?.parent ?? 0) line.add(next);
  return line;
}

function isMarked(one: ProcessStat, trail: Trail, living: ReadonlyMap<number, ProcessStat>): boolean {
  const { agent, attempt, seen } = trail;
  const since = seen.get(one.pid);
  if (since !== undefined && (since === null || since === one.startTime)) return true;
  // Nothing of the attempt is older than its agent: this rules most processes out.
  if (agent !== null && agent.startTime !== null && Number(one.startTime) < Number(agent.startTime)) return false;
  if (agent !== null && (one.session === agent.pid || one.group === agent.pid)) {
    // The number stays taken while one process has it as its session or group. A leader that is not the agent shows
    // that all of those had ended.
    const leader = living.get(agent.pid);
    if (leader === undefined || agent.startTime === null || leader.startTime === agent.startTime) return true;
  }
  return attemptsOf(one.pid).includes(attempt);
}

function maySpare({ name, pid }: ProcessStat, spare: ReadonlySet<string>): boolean {
  if (spare.size === 0) return false;
  const [program = "", ...words] = argumentsOf(pid);
  if (spare.has(name) || spare.has(basename(program))) return true;
  // A daemon that an interpreter runs is called after its script or class: `java … org.gradle.launcher.GradleDaemon`.
  return words.some((word) => !word.startsWith("-") && word.split(/[^\w-]+/).some((part) => spare.has(part)));
}

function withDescendants(
  roots: readonly ProcessStat[],
  children: ReadonlyMap<number, readonly number[]>,
  living: ReadonlyMap<number, ProcessStat>,
): Set<ProcessStat> {
  const found = new Set(roots);
  // Grows while it is walked.
  for (const { pid } of found)
    for (const child of children.get(pid) ?? []) {
      const process = living.get(child);
      if (process !== undefined) found.add(process);
    }
  return found;
}
