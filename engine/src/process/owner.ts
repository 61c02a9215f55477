import { readFileSync, readlinkSync } from "node:fs";
import type { OpenAttempt, Owner } from "@runa/store/attempts";
import { mayLive, processLives, seesProcesses, startTimeOf } from "./proc.ts";

let own: Owner | undefined;

/** This process, as an attempt's owner that another runa can later look for. */
export function thisOwner(): Owner {
  own ??= {
    machine: read("/etc/machine-id"),
    boot: read("/proc/sys/kernel/random/boot_id"),
    // Where the /proc that is mounted is another namespace's, nothing can be looked for by a pid.
    pidNamespace: seesProcesses() ? link("/proc/self/ns/pid") : null,
    timeNamespace: link("/proc/self/ns/time"),
    user: process.getuid?.() ?? null,
    pid: process.pid,
    startTime: startTimeOf(process.pid),
  };
  return own;
}

/** What is known from here of an attempt's owner. */
export type Whereabouts =
  | { readonly kind: "living" | "gone" }
  /**
   * Out of sight: in another pid namespace of this machine; on another machine, whose id may be unknown; or here, where
   * the system does not show whether it, or the agent that it may have started, is still there.
   */
  | { readonly kind: "container" | "machine" | "hidden"; readonly machine: string | null };

/**
 * Where an attempt's owner is, and whether it lives, as far as that can be seen. What cannot be judged from here, whatever
 * the reason, counts as living (attempts.md section 5): only `gone` means that somebody else may take the attempt over.
 */
export function whereaboutsOf({ owner, agent }: Pick<OpenAttempt, "owner" | "agent">): Whereabouts {
  const { machine } = owner;
  const here = thisOwner();
  if (isInReach(owner, here)) {
    if (owner.boot !== here.boot || !mayLive(owner))
      return agent === null && !canFindAgents(owner) ? { kind: "hidden", machine } : { kind: "gone" };
    return owner.startTime !== null && processLives(owner) ? { kind: "living" } : { kind: "hidden", machine };
  }
  // A container may have a machine id of its own; the boot is its host's.
  const isHere = (owner.boot !== null && owner.boot === here.boot) || (machine !== null && machine === here.machine);
  if (!isHere) return { kind: "machine", machine };
  const namespaces = [owner.pidNamespace, here.pidNamespace];
  const areTwo = !namespaces.includes(null) && namespaces[0] !== namespaces[1];
  return { kind: areTwo ? "container" : "hidden", machine };
}

/** Whether an attempt's owner is gone, so that another runa may take it over. */
export function isOrphan(attempt: Pick<OpenAttempt, "owner" | "agent">): boolean {
  return whereaboutsOf(attempt).kind === "gone";
}

/** Whether pid and start time of an owner mean the same here as where it runs. */
function isInReach({ machine, boot, pidNamespace, timeNamespace }: Owner, here: Owner): boolean {
  if (boot === null || here.boot === null || pidNamespace === null) return false;
  // Machines without an id are told apart by nothing but their boot; one that was booted anew has to be released by hand.
  if (machine !== here.machine || (machine === null && boot !== here.boot)) return false;
  if (pidNamespace !== here.pidNamespace) return false;
  // Start times are counted from the boot as the namespace has it. After another boot nothing lives anyway.
  return boot !== here.boot || timeNamespace === here.timeNamespace;
}

/** Whether an agent whose pid was never noted would be found here: by its environment, which others may not read. */
function canFindAgents({ boot, user }: Owner): boolean {
  const here = thisOwner();
  return boot !== here.boot || here.user === 0 || (user ?? null) === here.user;
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
