import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { ProcessIdentity } from "@runa/store";

/** How an agent's process ended, or that it never began. */
export type ProcessEnd =
  | { readonly kind: "not_started"; readonly errno: string }
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: NodeJS.Signals };

/** How long, in milliseconds, a group has between SIGTERM and SIGKILL. */
export const GRACE = 10_000;

/** A running agent. */
export interface AgentProcess {
  /** Null when it could not be started. */
  readonly identity: ProcessIdentity | null;
  readonly ended: Promise<ProcessEnd>;
  /** SIGTERM to its group, and SIGKILL to what is left of it after the grace. */
  stop(): void;
  /** SIGKILL to its group, at once. */
  kill(): void;
}

/** What an agent is started with. */
export interface AgentStart {
  readonly argv: readonly [string, ...string[]];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The file that is its standard input. */
  readonly promptFile: string;
}

/**
 * Starts an agent in a session and process group of its own. Its stdin is the prompt's file, not a pipe: an agent that
 * never reads it cannot make runa wait, and a dying runa takes nothing from it. Its stdout and stderr are runa's.
 */
export function startAgent({ argv: [command, ...args], directory, environment, promptFile }: AgentStart): AgentProcess {
  const stdin = openSync(promptFile, "r");
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      cwd: directory,
      env: environment,
      detached: true,
      stdio: [stdin, "inherit", "inherit"],
    });
  } finally {
    closeSync(stdin);
  }
  let grace: NodeJS.Timeout | undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve({ kind: "not_started", errno: error.code ?? error.message });
    });
    child.once("exit", (code, signal) => {
      clearTimeout(grace);
      resolve(signal === null ? { kind: "exited", code: code ?? 0 } : { kind: "signalled", signal });
    });
  });
  const signalGroup = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  };
  return {
    identity: child.pid === undefined ? null : { pid: child.pid, startTime: startTimeOf(child.pid) },
    ended,
    stop: () => {
      signalGroup("SIGTERM");
      grace ??= setTimeout(() => signalGroup("SIGKILL"), GRACE);
    },
    kill: () => signalGroup("SIGKILL"),
  };
}

/** When a living process started, in clock ticks since the boot (Linux); null where there is none, or no telling. */
export function startTimeOf(pid: number): string | null {
  try {
    // The second field is the command's name in parentheses and may hold anything; the third is the state, the 22nd
    // the start time. A zombie has ended: where nobody collects it, it would stay for ever.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
