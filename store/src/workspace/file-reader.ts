// A thread that reads files while another judges and records what was read; the build makes one text of it.
import { parentPort, workerData } from "node:worker_threads";
import type { FilesToRead } from "./read-ahead.ts";
import { type ReadGroup, readHere } from "./read-group.ts";

/** So many groups wait to be taken, at most; of files that are long by themselves one. */
const AHEAD = 8;

const { paths, before, taken } = workerData as FilesToRead;
let sent = 0;
for (const group of readHere(paths, before)) {
  waitFor(sent + 1 - (group.isAlone ? 1 : AHEAD));
  send(group);
  sent++;
}

/** Until so many groups were taken. */
function waitFor(count: number): void {
  for (let now = Atomics.load(taken, 0); now < count; now = Atomics.load(taken, 0)) Atomics.wait(taken, 0, now);
}

function send({ bytes, isAlone, ends, identities, mtimes, unread }: ReadGroup): void {
  // They change hands, so they must not be those that are used again.
  const own = isAlone ? bytes : new Uint8Array(bytes.subarray(0, ends.at(-1) ?? 0));
  const group: ReadGroup = { bytes: own, isAlone, ends, identities, mtimes, unread };
  parentPort?.postMessage(group, [own.buffer as ArrayBuffer]);
}
