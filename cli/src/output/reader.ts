import { spawn } from "node:child_process";
import { fstatSync } from "node:fs";

/**
 * Tells when the pipe that is stdout has lost its last reader, without writing to it. Node cannot ask the system for that;
 * `tail` does while it follows a file. So one is started that follows nothing, and ends with this process: a SIGPIPE ends
 * it when the reader has gone. Where there is no `tail` that does so, the next writing shows it.
 * @returns what ends the watch
 */
export function watchReader(lost: () => void): () => void {
  if (!isPipe()) return () => {};
  const watcher = spawn("tail", ["-f", "-s", "0.2", `--pid=${process.pid}`, "/dev/null"], {
    stdio: ["ignore", "inherit", "ignore"],
  });
  const onExit = (_: number | null, signal: NodeJS.Signals | null) => {
    if (signal === "SIGPIPE") lost();
  };
  watcher.on("exit", onExit).on("error", () => {});
  watcher.unref();
  return () => {
    watcher.off("exit", onExit);
    // Of one that could not be started Node has no pid, and what it signals then is the whole process group.
    if (watcher.pid !== undefined) watcher.kill();
  };
}

function isPipe(): boolean {
  try {
    return fstatSync(1).isFIFO();
  } catch {
    return false;
  }
}
