import { on } from "node:events";
import { Worker } from "node:worker_threads";
import { type ReadGroup, readHere } from "./read-group.ts";
import type { CleanBefore } from "./stat-identity.ts";

/** What the reading thread is told. */
export interface FilesToRead {
  readonly paths: readonly string[];
  readonly before: CleanBefore;
  /** One number, shared: how many groups were taken. */
  readonly taken: Int32Array;
}

/** So many files are read here while the thread starts. */
const MEANWHILE = 2_000;

/**
 * The same as `readHere`, but mostly on another thread, which is at most a few groups ahead. Where there can be no such
 * thread, or it dies, the groups end early.
 * @param code what the thread runs: `file-reader.ts`
 */
export async function* readAhead(
  code: string,
  paths: readonly string[],
  before: CleanBefore,
): AsyncGenerator<ReadGroup> {
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const reader = startReader(code, { paths: paths.slice(MEANWHILE), before, taken });
  if (reader === null) return;
  try {
    const groups = on(reader, "message", { close: ["exit"] });
    yield* readHere(paths.slice(0, MEANWHILE), before);
    for await (const [group] of groups) {
      yield group as ReadGroup;
      Atomics.add(taken, 0, 1);
      Atomics.notify(taken, 0);
    }
  } catch {
    // The thread's own error, since nothing is thrown into this: what it has not read is read without it.
  } finally {
    await reader.terminate();
  }
}

/** Starts the thread; null where the system has none to give. */
function startReader(code: string, workerData: FilesToRead): Worker | null {
  try {
    const reader = new Worker(code, { eval: true, execArgv: [], workerData });
    // Also when nobody takes its groups any more: an error without a listener would end the process.
    reader.on("error", () => {});
    return reader;
  } catch {
    return null;
  }
}
