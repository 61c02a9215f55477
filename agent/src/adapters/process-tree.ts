import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * A child and everything that it has started, as far as the system tells (Linux: /proc). Many CLIs are launchers that
 * end at a signal without passing it on to the program that they have started.
 */
export function treeOf(child: ChildProcess): number[] {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return [];
  const children = new Map<number, number[]>();
  for (const [pid, parent] of processes()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const tree = [child.pid];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** Sends a signal to processes, as far as they are still there. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

/** Every process and its parent. */
function processes(): [number, number][] {
  return namesIn("/proc").flatMap((pid): [number, number][] => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      // The second field, a name in parentheses, may hold anything; the parent is the second one behind it.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return [[Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])]];
    } catch {
      return [];
    }
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
