// A thread that reads files while another judges and records what was read; the build makes one text of it.
import { parentPort, workerData } from "node:worker_threads";
import type { FilesToRead } from "./read-ahead.ts";
import { BYTES_TOGETHER, type ReadGroup, readGroup } from "./read-group.ts";

/** So many groups wait to be taken, at most; of files that are long by themselves one. */
const AHEAD = 8;

const { paths, before, taken } = workerData as FilesToRead;
let sent = 0;
for (let at = 0; at < paths.length; ) {
  const group = readGroup(paths, at, before);
  at += group.ends.length;
  const length = group.ends.at(-1) ?? 0;
  waitFor(sent - (length > BYTES_TOGETHER ? 1 : AHEAD) + 1);
  send(group, length);
  sent++;
}

/** Until so many groups were taken. */
function waitFor(count: number): void {
  for (let now = Atomics.load(taken, 0); now < count; now = Atomics.load(taken, 0)) Atomics.wait(taken, 0, now);
}

function send({ bytes, ends, identities, mtimes, unread }: ReadGroup, length: number): void {
  // The bytes are moved, so they must not be those that are used again.
  const own = length > BYTES_TOGETHER ? bytes : new Uint8Array(bytes.subarray(0, length));
  const group: ReadGroup = { bytes: own, ends, identities, mtimes, unread };
  parentPort?.postMessage(group, [own.buffer as ArrayBuffer]);
}
