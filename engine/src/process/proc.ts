import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { basename } from "node:path";
import type { ProcessIdentity } from "@runa/store/attempts";

/** A process as /proc tells of it (Linux). */
export interface ProcessStat {
  readonly pid: number;
  /** The kernel's name for it, 15 bytes at most; its program chooses it and may put anything in. */
  readonly name: string;
  /** It has ended, and its parent has not collected it yet. */
  readonly ended: boolean;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks since the boot. Together with the pid, this is one process and no other. */
  readonly startTime: string;
}

let sees: boolean | undefined;

/** Whether there is a /proc that means the same processes by their pids as this one does. */
export function seesProcesses(): boolean {
  sees ??= ownLink() === String(process.pid);
  return sees;
}

/** What /proc takes this process for. The one of an outer namespace knows it by another pid. */
function ownLink(): string | null {
  try {
    return readlinkSync("/proc/self");
  } catch {
    return null;
  }
}

// Longer than any stat line, and the kernel hands the line over in one piece.
const line = Buffer.allocUnsafe(4096);

/** What /proc says of a process; null where there is none, or no /proc. */
export function statOf(pid: number): ProcessStat | null {
  if (!seesProcesses()) return null;
  let stat: string;
  try {
    const file = openSync(`/proc/${pid}/stat`, "r");
    try {
      stat = line.toString("utf8", 0, readSync(file, line, 0, line.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
  // The name stands in parentheses and may itself hold some, and line breaks; what comes after has none.
  const nameEnd = stat.lastIndexOf(")");
  const [state, parent, group, session, ...rest] = stat.slice(nameEnd + 2).split(" ", 20);
  const startTime = rest[15];
  if (startTime === undefined) return null;
  return {
    pid,
    name: stat.slice(stat.indexOf("(") + 1, nameEnd),
    ended: state === "Z" || state === "X",
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
  };
}

/** Characters of a program's name that are of use. */
const LONGEST_NAME = 64;

/**
 * What people know a process by: its program, as it was started. The kernel's name may be that of a thread, as with Node 24
 * (`MainThread`), and serves where there is no other.
 */
export function programNameOf({ pid, name }: ProcessStat): string {
  const [program = ""] = argumentsOf(pid);
  return basename(program).slice(0, LONGEST_NAME) || name;
}

/** When a living process started, in clock ticks since the boot (Linux); null where there is none, or no telling. */
export function startTimeOf(pid: number): string | null {
  const stat = statOf(pid);
  // One that nobody collects would otherwise live for ever.
  return stat === null || stat.ended ? null : stat.startTime;
}

/** Whether a process is still the one that was noted: same pid, same start. */
export function processLives({ pid, startTime }: ProcessIdentity): boolean {
  const now = startTimeOf(pid);
  return now !== null && (startTime === null || now === startTime);
}

/**
 * Whether a process may still be the one that was noted: it is, or there is one of its pid of which the system tells
 * nothing, as without /proc, or of another user's where /proc is mounted with `hidepid`.
 */
export function mayLive(identity: ProcessIdentity): boolean {
  return statOf(identity.pid) === null ? exists(identity.pid) : processLives(identity);
}

/** Whether a pid is taken, also where nothing else can be seen of whoever has it. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Every living process that can be seen from here, by pid. */
export function livingProcesses(): Map<number, ProcessStat> {
  const living = new Map<number, ProcessStat>();
  for (const name of entries("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = statOf(pid);
    if (stat !== null && !stat.ended) living.set(pid, stat);
  }
  return living;
}

/** Whether something lives in the process group that a process leads, or led; false where there is no telling. */
export function groupLives({ pid, startTime }: ProcessIdentity): boolean {
  const living = livingProcesses();
  const leader = living.get(pid);
  // A group's number stays taken while it has members: another leader shows that all of those had ended.
  if (leader !== undefined && startTime !== null && leader.startTime !== startTime) return false;
  return [...living.values()].some(({ group }) => group === pid);
}

/** The pids that each process has as children, by the parent's pid. */
export function childrenByParent(processes: Iterable<ProcessStat>): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of processes) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  return children;
}

/** The pids of a process's children as its threads list them; empty where the kernel keeps no such lists. */
export function childrenOf(pid: number): number[] {
  return entries(`/proc/${pid}/task`).flatMap((thread) =>
    content(`/proc/${pid}/task/${thread}/children`)
      .split(" ")
      .filter((child) => child !== "")
      .map(Number),
  );
}

/**
 * The attempts whose ids stand in the environment that a process was started with, the outermost first; none where
 * it may not be read.
 */
export function attemptsOf(pid: number): string[] {
  const environment = content(`/proc/${pid}/environ`);
  return environment.includes(VARIABLE)
    ? environment
        .split("\0")
        .filter((entry) => entry.startsWith(VARIABLE))
        .flatMap((entry) => entry.slice(VARIABLE.length).split(","))
    : [];
}

const VARIABLE = "RUNA_ATTEMPT=";

/** The id of the user whom a process belongs to, whatever rights it took on; null where there is no telling. */
export function userOf(pid: number): number | null {
  const real = /^Uid:\t(\d+)/m.exec(content(`/proc/${pid}/status`))?.[1];
  return real === undefined ? null : Number(real);
}

/** A process's program and arguments, which it may have changed. */
export function argumentsOf(pid: number): string[] {
  return content(`/proc/${pid}/cmdline`).split("\0");
}

function content(path: string): string {
  if (!seesProcesses()) return "";
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function entries(directory: string): string[] {
  if (!seesProcesses()) return [];
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
