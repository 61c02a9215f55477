import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessIdentity } from "@runa/store/attempts";
import { afterEach, vi } from "vitest";
import { type AgentProcess, type AgentStart, startAgent } from "../../src/process/agent-process.ts";
import { startTimeOf } from "../../src/process/proc.ts";
import { openOutput } from "../../src/process/transcript.ts";

/** Keeps a node process alive. */
export const STAYS = "setInterval(() => {}, 1000);";
export const IGNORES_SIGTERM = 'process.on("SIGTERM", () => {});';

/** Starts a process below a node script; it prints its pid when it has done what it was started for. */
export function below(script: string, options: SpawnOptions): string {
  const announced = `${script} process.stdout.write(process.pid + "\\n");`;
  // Its stdout is the script's, so that what it prints is seen; what it is there for stays as told.
  return `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(announced)}],
    ${JSON.stringify({ stdio: ["ignore", "inherit", "ignore"], ...options })}).unref();`;
}

export interface Begun {
  readonly agent: AgentProcess;
  readonly identity: ProcessIdentity;
  readonly directory: string;
  /** What it printed so far. */
  readonly printed: () => string;
  /** Waits for so many whole lines of its output. */
  readonly lines: (count: number) => Promise<string[]>;
}

const toClear: (() => void)[] = [];
afterEach(() => {
  for (const clear of toClear.splice(0)) clear();
});

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "runa-process-"));
  toClear.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts a node script as an agent; what it prints goes to files. */
export function begin(script: string, attempt: string, given: Partial<AgentStart> = {}): Begun {
  const directory = temporaryDirectory();
  const promptFile = join(directory, "prompt.md");
  writeFileSync(promptFile, "the prompt");
  const output = openOutput(directory);
  const agent = startAgent({
    argv: [process.execPath, "-e", script],
    directory,
    environment: { ...process.env, RUNA_ATTEMPT: attempt },
    promptFile,
    grace: 60_000,
    output,
    ...given,
  });
  toClear.push(() => agent.kill());
  const printed = () => readFileSync(output.stdout.path, "utf8");
  return {
    agent,
    identity: agent.identity ?? { pid: 0, startTime: null },
    directory,
    printed,
    lines: (count) =>
      until(() => {
        const whole = printed().split("\n").slice(0, -1);
        return whole.length >= count ? whole : null;
      }),
  };
}

/** The process of this pid, to be killed at the end of the test. */
export function identify(pid: number | string | undefined): ProcessIdentity & { readonly startTime: string } {
  const startTime = startTimeOf(Number(pid));
  if (startTime === null) throw new Error(`there is no process ${pid}`);
  toClear.push(() => {
    if (startTimeOf(Number(pid)) === startTime) process.kill(Number(pid), "SIGKILL");
  });
  return { pid: Number(pid), startTime };
}

/** Starts a program beside any agent; it is running when this resolves. */
export async function bystander(
  argv: readonly [string, ...string[]],
  options: SpawnOptions = {},
): Promise<ChildProcess> {
  const [command, ...args] = argv;
  const child = spawn(command, args, { stdio: "ignore", ...options });
  toClear.push(() => child.kill("SIGKILL"));
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  return child;
}

/** Waits until something is there. */
export function until<T>(look: () => T | null | false): Promise<T> {
  return vi.waitFor(
    () => {
      const found = look();
      if (found === null || found === false) throw new Error(`never came: ${look}`);
      return found;
    },
    { timeout: 20_000, interval: 5 },
  );
}
