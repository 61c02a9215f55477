import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";

/** A pipe in front of a file. */
export interface Relay {
  /** The end that is written to; whoever started it closes it once it is handed on. */
  readonly input: number;
  /** Resolves when nobody holds the pipe any more and everything that was written to it is in the file. */
  readonly ended: Promise<void>;
}

/**
 * Lets a program write to a file through a pipe. A script's `> /dev/stderr` opens anew what its stderr is: a file it would
 * empty, a pipe it goes on with. What carries the output over is a process of its own, in a session of its own: a runa that
 * dies takes nothing from it, and it ends with the last one that holds the pipe.
 * @param place where the pipe may lie for a moment, in a directory of this user's
 * @param file an open file, or one of this process's own streams
 * @returns null where the system has no `mkfifo` or `cat`, or no process to spare
 */
export function startRelay(place: string, file: number): Relay | null {
  const opened: number[] = [];
  const open = (flags: number) => {
    const end = openSync(place, flags);
    opened.push(end);
    return end;
  };
  let input: number | undefined;
  try {
    if (spawnSync("mkfifo", ["-m", "600", place], { stdio: "ignore" }).status !== 0) return null;
    // Both ends at once first, so that neither of the others has to wait for its counterpart.
    open(constants.O_RDWR | constants.O_NOFOLLOW);
    const output = open(constants.O_RDONLY | constants.O_NOFOLLOW);
    input = openSync(place, constants.O_WRONLY | constants.O_NOFOLLOW);
    const carrier = spawn("cat", [], {
      stdio: [output, file, "ignore"],
      cwd: "/",
      // Nothing by which it could be taken for a process of an attempt.
      env: { PATH: process.env.PATH },
      detached: true,
    });
    const ended = new Promise<void>((resolve) => {
      carrier.once("exit", () => resolve()).once("error", () => resolve());
    });
    carrier.unref();
    if (carrier.pid !== undefined) return { input, ended };
  } catch {
    // As where there is no such program.
  } finally {
    for (const end of opened) closeSync(end);
    rmSync(place, { force: true });
  }
  if (input !== undefined) closeSync(input);
  return null;
}
