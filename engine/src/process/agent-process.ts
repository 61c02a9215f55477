import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ProcessIdentity } from "@runa/store/attempts";
import { Descendants } from "./descendants.ts";
import { attemptsOf, groupLives, livingProcesses, mayLive, processLives, statOf } from "./proc.ts";
import { type Relay, startRelay } from "./relay.ts";
import type { OutputFiles, OutputStream } from "./transcript.ts";

/** How an agent's process ended, or that it never began. */
export type ProcessEnd =
  | { readonly kind: "not_started"; readonly errno: string }
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: NodeJS.Signals }
  /** An adopted one: it has ended, and nobody knows how. */
  | { readonly kind: "unknown" };

/** A running agent. */
export interface AgentProcess {
  /** Null when it could not be started. */
  readonly identity: ProcessIdentity | null;
  /** Resolves when the process itself ends, whoever still holds its output. */
  readonly ended: Promise<ProcessEnd>;
  /**
   * Resolves after it has ended, when what it left in its group needs no more waiting for: at once, or where it was told
   * to stop, when the group is empty or the grace is over.
   */
  readonly groupEnded: Promise<void>;
  /** SIGTERM to its group, and SIGKILL to what is left of the group after the grace. Again is harmless. */
  stop(): void;
  /** SIGKILL to its group, at once. */
  kill(): void;
  /**
   * Resolves, once it has ended, when what it wrote before is where its output goes. Something that lives on and holds the
   * output open keeps nobody waiting for long.
   */
  readonly outputWritten: () => Promise<void>;
  /** What was seen as its descendant and lived when last looked at, for the sweep. */
  readonly descendants: () => readonly ProcessIdentity[];
}

/** What an agent is started with. */
export interface AgentStart {
  readonly argv: readonly [string, ...string[]];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The file that is its standard input. */
  readonly promptFile: string;
  /** How long, in milliseconds, its group has between SIGTERM and SIGKILL. */
  readonly grace: number;
  /** The files that its output goes to; null: where runa writes its own. */
  readonly output: OutputFiles | null;
}

/** How often, in milliseconds, an agent that is not our child is looked for. */
const LOOK_EVERY = 100;
/** How often, in milliseconds, what an agent that was told to stop has left in its group is looked for. */
const LOOK_AT_GROUP_EVERY = 50;

/** How long, in milliseconds, output that somebody still holds open is waited for. */
const TO_WRITE = 1000;

/**
 * Starts an agent in a session and process group of its own (attempts.md sections 4 and 6). Its stdin is the prompt's
 * file, not a pipe: an agent that never reads it cannot make runa wait, and a dying runa takes nothing from it; nor
 * does it from the output. Where that ends in a file, it goes there through a relay.
 * @throws when the prompt cannot be opened
 */
export function startAgent(start: AgentStart): AgentProcess {
  let child: ChildProcess;
  const relays: Relay[] = [];
  try {
    child = spawnAgent(start, relays);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return withoutProcess({ kind: "not_started", errno: error.message });
  }
  const { pid } = child;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (pid === undefined) resolve({ kind: "not_started", errno: error.code ?? error.message });
    });
    child.once("exit", (code, signal) => {
      resolve(signal === null ? { kind: "exited", code: code ?? 0 } : { kind: "signalled", signal });
    });
  });
  if (pid === undefined) return withoutProcess(ended);
  // Also if it has ended already: until its exit is told to us, the pid is no other's.
  const identity = { pid, startTime: statOf(pid)?.startTime ?? null };
  const outputWritten = async () => {
    const waiting = new AbortController();
    const enough = pause(TO_WRITE, undefined, { signal: waiting.signal }).catch(() => {});
    await Promise.race([Promise.all(relays.map((relay) => relay.ended)), enough]);
    waiting.abort();
  };
  return { ...controlled(identity, ended, start.grace, () => true), outputWritten };
}

/**
 * Takes over an agent that another runa started and that outlived it: looks for its end, and can end it. How it ended
 * nobody can know.
 * @param identity null where it could not be found: it has ended
 * @param grace milliseconds between SIGTERM and SIGKILL
 */
export function adoptAgent(identity: ProcessIdentity | null, grace: number): AgentProcess {
  if (identity === null) return withoutProcess({ kind: "unknown" });
  const ended = new Promise<ProcessEnd>((resolve) => {
    const look = () => {
      if (mayLive(identity)) setTimeout(look, LOOK_EVERY);
      else resolve({ kind: "unknown" });
    };
    look();
  });
  // What carried its output over is not known any more; it takes moments.
  const outputWritten = () => pause(LOOK_EVERY);
  return { ...controlled(identity, ended, grace, () => processLives(identity)), outputWritten };
}

/**
 * The living agent of an attempt whose runa died before it could note the pid: the oldest leader of a session that was
 * started for this attempt, and not for one inside it. Null when there is none.
 */
export function findAgentOf(attempt: string): ProcessIdentity | null {
  const leaders = [...livingProcesses().values()]
    .filter(({ pid, session }) => pid === session && pid !== process.pid && attemptsOf(pid).at(-1) === attempt)
    .sort((one, other) => Number(one.startTime) - Number(other.startTime) || one.pid - other.pid);
  const oldest = leaders[0];
  return oldest === undefined ? null : { pid: oldest.pid, startTime: oldest.startTime };
}

/** The system refuses an argument list or environment before there is any process. */
class RefusedError extends Error {}

/** @param relays gets those that were started */
function spawnAgent(
  { argv: [command, ...args], directory, environment, promptFile, output }: AgentStart,
  relays: Relay[],
): ChildProcess {
  const opened: number[] = [];
  const streamTo = (stream: OutputStream): number => {
    const own = stream === "stdout" ? 1 : 2;
    const file = output === null ? own : output[stream].file;
    if (!isFile(file)) return file;
    const relay = startRelay(join(dirname(promptFile), `${stream}.pipe`), file);
    if (relay === null) return file;
    relays.push(relay);
    opened.push(relay.input);
    return relay.input;
  };
  try {
    const stdin = openSync(promptFile, "r");
    opened.push(stdin);
    const out = streamTo("stdout");
    const err = streamTo("stderr");
    try {
      return spawn(command, args, { cwd: directory, env: environment, detached: true, stdio: [stdin, out, err] });
    } catch (error) {
      throw new RefusedError((error as NodeJS.ErrnoException).code ?? String(error));
    }
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/** Whether what is open there can be emptied by opening it again. */
function isFile(file: number): boolean {
  try {
    return fstatSync(file).isFile();
  } catch {
    return false;
  }
}

function withoutProcess(end: ProcessEnd | Promise<ProcessEnd>): AgentProcess {
  const nothing = () => {};
  const ended = Promise.resolve(end);
  const groupEnded = ended.then(nothing);
  const outputWritten = () => ended.then(nothing);
  return { identity: null, ended, groupEnded, outputWritten, stop: nothing, kill: nothing, descendants: () => [] };
}

/** @param isIt whether the pid is still the agent's, as long as its end was not told */
function controlled(
  identity: ProcessIdentity,
  ended: Promise<ProcessEnd>,
  grace: number,
  isIt: () => boolean,
): Omit<AgentProcess, "outputWritten"> {
  const family = new Descendants(identity);
  let over = false;
  let toKill: NodeJS.Timeout | undefined;
  let isGraceOver = false;
  const signalGroup = (...signals: readonly NodeJS.Signals[]): boolean => {
    if (over ? !groupLives(identity) : !isIt()) return false;
    family.look();
    try {
      for (const signal of signals) process.kill(-identity.pid, signal);
    } catch {
      // Nothing of the group is left.
    }
    return true;
  };
  const kill = () => {
    signalGroup("SIGKILL");
  };
  const groupEnded = ended.then(async () => {
    over = true;
    while (toKill !== undefined && !isGraceOver && groupLives(identity)) await pause(LOOK_AT_GROUP_EVERY);
    clearTimeout(toKill);
    family.stop();
  });
  return {
    identity,
    ended,
    groupEnded,
    stop: () => {
      // One that is suspended takes a signal only once it goes on.
      if (!signalGroup("SIGTERM", "SIGCONT") || over) return;
      toKill ??= setTimeout(() => {
        kill();
        isGraceOver = true;
      }, grace);
    },
    kill,
    descendants: () => family.seen,
  };
}
