import type { ProcessIdentity } from "@runa/store/attempts";
import type { Leftovers } from "./leftovers.ts";
import { seesProcesses, startTimeOf } from "./proc.ts";

/**
 * So many looks in a row at a group that has members, none of which is seen, show that all of them are corpses that nobody
 * collects, or that they go on from one process to the next faster than a look takes.
 */
const BLIND_LOOKS = 5;

/**
 * The process groups that belong to an attempt as wholes. A signal to a group reaches all of it at one moment, also what
 * forks and ends meanwhile, so that nothing slips away from one process to the next.
 */
export class AttemptGroups {
  readonly #sent = new Map<number, NodeJS.Signals>();
  /** How many looks in a row a group was there and nothing of it was seen. */
  readonly #blind = new Map<number, number>();

  /** @param agent the leader of the first one; its number stays taken while the group has members */
  constructor(agent: ProcessIdentity | null) {
    if (agent !== null) this.#blind.set(agent.pid, 0);
    const now = agent === null ? null : startTimeOf(agent.pid);
    // Another leader shows that all of the agent's group had ended.
    if (agent !== null && now !== null && agent.startTime !== null && now !== agent.startTime)
      this.#blind.delete(agent.pid);
  }

  /**
   * Sends a signal to each group that is the attempt's as a whole, once.
   * @returns those that have it, and whether they got it just now; what cannot be reached is left out
   */
  signal({ groups }: Leftovers, signal: "SIGTERM" | "SIGKILL"): ReadonlyMap<number, boolean> {
    const reached = new Map<number, boolean>();
    for (const group of groups) {
      this.#blind.set(group, 0);
      if (this.#sent.get(group) === signal) reached.set(group, false);
      else if (this.#send(group, signal)) reached.set(group, true);
    }
    return reached;
  }

  /** The groups that have members, none of which this look saw. */
  unseen({ inhabited }: Leftovers): number[] {
    const unseen: number[] = [];
    for (const [group, looks] of this.#blind) {
      const isUnseen = !inhabited.has(group) && groupExists(group);
      this.#blind.set(group, isUnseen ? looks + 1 : 0);
      if (isUnseen) unseen.push(group);
    }
    return unseen;
  }

  /**
   * Ends what is in groups that no look sees into. Where processes can be seen at all, asking them first is no use: what
   * moves so fast hears nothing, and corpses are not disturbed. Elsewhere they get SIGTERM first as well.
   * @param signal what there is to be sent by now; null for nothing yet
   * @returns the groups that got it now
   */
  signalUnseen(unseen: readonly number[], signal: "SIGTERM" | "SIGKILL" | null): number[] {
    if (!seesProcesses()) {
      if (signal === null) return [];
      return unseen.filter((group) => this.#sent.get(group) !== signal && this.#send(group, signal));
    }
    for (const group of unseen)
      if ((this.#blind.get(group) ?? 0) >= BLIND_LOOKS) {
        this.#send(group, "SIGKILL");
        this.#blind.delete(group);
      }
    return [];
  }

  #send(group: number, signal: "SIGTERM" | "SIGKILL"): boolean {
    try {
      process.kill(-group, signal);
      // What is suspended takes SIGTERM only once it goes on.
      if (signal === "SIGTERM") process.kill(-group, "SIGCONT");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EPERM") return false;
    }
    this.#sent.set(group, signal);
    return true;
  }
}

/** Whether a process group has members, corpses that nobody has collected among them. */
function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
