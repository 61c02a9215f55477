import { readFileSync, readlinkSync } from "node:fs";
import type { Owner } from "@runa/store";
import { processLives, startTimeOf } from "./process/proc.ts";

let own: Owner | undefined;

/** This process, as an attempt's owner that another runa can later look for. */
export function thisOwner(): Owner {
  own ??= {
    machine: read("/etc/machine-id"),
    boot: read("/proc/sys/kernel/random/boot_id"),
    pidNamespace: link("/proc/self/ns/pid"),
    pid: process.pid,
    startTime: startTimeOf(process.pid),
  };
  return own;
}

/**
 * Whether an attempt's owner may still be at work. One that cannot be judged from here, on another machine or in
 * another pid namespace, counts as living.
 */
export function ownerLives(owner: Owner): boolean {
  if (!canBeJudged(owner)) return true;
  return owner.boot === thisOwner().boot && processLives(owner);
}

/** Whether it can be told from here if an owner lives: it is on this machine, in this pid namespace. */
export function canBeJudged({ machine, pidNamespace }: Owner): boolean {
  const here = thisOwner();
  return machine === here.machine && pidNamespace === here.pidNamespace;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch {
    return null;
  }
}

function link(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
