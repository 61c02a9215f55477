import { existsSync } from "node:fs";
import type { ProcessIdentity } from "@runa/store/attempts";
import { childrenByParent, childrenOf, livingProcesses, startTimeOf } from "./proc.ts";

/** How long to wait, in milliseconds, before the first look and at most between two. */
const FIRST = 25;
const LONGEST = 1000;

/** Whether this kernel lists the children of each thread, so that a look costs by the agent's processes alone. */
const LISTS_CHILDREN = existsSync(`/proc/${process.pid}/task/${process.pid}/children`);

/**
 * Keeps an eye on the processes that descend from one, while it runs: what is seen once stays known for as long as it
 * lives, also when its parent has ended and nothing else tells any more where it came from.
 */
export class Descendants {
  readonly #root: ProcessIdentity;
  #known = new Map<number, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(root: ProcessIdentity) {
    this.#root = root;
    this.#watch(FIRST);
  }

  /** Those seen that lived at the last look. */
  get seen(): readonly ProcessIdentity[] {
    return [...this.#known].map(([pid, startTime]) => ({ pid, startTime }));
  }

  /** Looks now. */
  look(): void {
    const known = new Map<number, string>();
    const children = LISTS_CHILDREN ? childrenOf : fromScan();
    const toVisit: [number, string | null][] = [[this.#root.pid, this.#root.startTime], ...this.#known];
    // Grows while it is walked.
    for (const [pid, startTime] of toVisit) {
      const below = children(pid);
      // Asked last: had the pid been given to another process meanwhile, the children would be that one's.
      const now = startTimeOf(pid);
      if (now === null || (startTime !== null && now !== startTime)) continue;
      if (pid !== this.#root.pid) known.set(pid, now);
      for (const child of below) {
        const since = known.has(child) || this.#known.has(child) ? null : startTimeOf(child);
        if (since === null) continue;
        known.set(child, since);
        toVisit.push([child, since]);
      }
    }
    this.#known = known;
  }

  /** Looks a last time, and no more by itself. */
  stop(): void {
    clearTimeout(this.#timer);
    this.look();
  }

  #watch(wait: number): void {
    this.#timer = setTimeout(() => {
      this.look();
      this.#watch(Math.min(wait * 2, LONGEST));
    }, wait).unref();
  }
}

function fromScan(): (pid: number) => readonly number[] {
  const children = childrenByParent(livingProcesses().values());
  return (pid) => children.get(pid) ?? [];
}
