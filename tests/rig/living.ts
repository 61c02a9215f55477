import { readdirSync, readFileSync } from "node:fs";

/** A process that runs. */
export interface Living {
  readonly pid: number;
  readonly command: string;
  /** Kills it; one that has ended since is as good. */
  readonly kill: () => void;
}

/** The running processes in whose environment a text stands: a rig's, whose home every program of it was given. */
export function livingWith(text: string): Living[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && content(pid, "environ").includes(text))
    .map((pid) => ({ pid, command: content(pid, "cmdline").replaceAll("\0", " ").trim(), kill: () => kill(pid) }));
}

/** Empty for one that has ended, collected or not. */
function content(pid: number, file: "environ" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
