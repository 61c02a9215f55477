import { readFileSync, readlinkSync } from "node:fs";
import type { Owner, ProcessIdentity } from "@runa/store";
import { startTimeOf } from "./agent-process.ts";

/** This process, as an attempt's owner that another runa can later look for. */
export function thisOwner(): Owner {
  return {
    machine: read("/etc/machine-id"),
    boot: read("/proc/sys/kernel/random/boot_id"),
    pidNamespace: link("/proc/self/ns/pid"),
    pid: process.pid,
    startTime: startTimeOf(process.pid),
  };
}

/**
 * Whether an attempt's owner may still be at work. One that cannot be judged from here, on another machine or in
 * another pid namespace, counts as living.
 */
export function ownerLives(owner: Owner): boolean {
  const here = thisOwner();
  if (owner.machine !== here.machine || owner.pidNamespace !== here.pidNamespace) return true;
  return owner.boot === here.boot && processLives(owner);
}

/** Whether a process is still the one that was noted: same pid, same start. */
export function processLives({ pid, startTime }: ProcessIdentity): boolean {
  const now = startTimeOf(pid);
  return now !== null && (startTime === null || now === startTime);
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
