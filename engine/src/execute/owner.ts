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
export function canBeJudged({ machine, boot, pidNamespace }: Owner): boolean {
  const here = thisOwner();
  // Machines without an id are told apart by nothing but their boot; one that was booted anew has to be released by hand.
  if (machine === null && boot !== here.boot) return false;
  return machine === here.machine && pidNamespace === here.pidNamespace;
}

/** What is known from here of an attempt's owner. */
export type Whereabouts =
  | { readonly kind: "living" | "gone" }
  /** Out of sight: in another pid namespace of this machine, or on another machine, whose id may be unknown. */
  | { readonly kind: "container" | "machine"; readonly machine: string | null };

/** Where an attempt's owner is, and whether it lives, as far as that can be seen. */
export function whereaboutsOf(owner: Owner): Whereabouts {
  if (canBeJudged(owner)) return { kind: ownerLives(owner) ? "living" : "gone" };
  const here = thisOwner();
  // A container may have a machine id of its own; the boot is its host's.
  const isHere =
    (owner.boot !== null && owner.boot === here.boot) || (owner.machine !== null && owner.machine === here.machine);
  return { kind: isHere ? "container" : "machine", machine: owner.machine };
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
