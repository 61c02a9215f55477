// A thread that reads files while another judges and records what was read; the build makes one text of it.
import { parentPort, workerData } from "node:worker_threads";
import type { FilesToRead } from "./read-ahead.ts";
import { type ReadGroup, readGroup, scratchFor } from "./read-group.ts";

/** So many groups wait to be taken, at most; of files that are long by themselves one. */
const AHEAD = 8;

const { paths, before, taken } = workerData as FilesToRead;
const scratch = scratchFor(paths.length);
let sent = 0;
for (let at = 0; at < paths.length; ) {
  const group = readGroup(paths, at, before, scratch);
  at += group.ends.length;
  const isAlone = group.bytes !== scratch;
  waitFor(sent + 1 - (isAlone ? 1 : AHEAD));
  send(group, isAlone);
  sent++;
}

/** Until so many groups were taken. */
function waitFor(count: number): void {
  for (let now = Atomics.load(taken, 0); now < count; now = Atomics.load(taken, 0)) Atomics.wait(taken, 0, now);
}

/** @param isOwn whether nobody else has the bytes: they change hands, so they must not be those that are used again */
function send({ bytes, ends, identities, mtimes, unread }: ReadGroup, isOwn: boolean): void {
  const own = isOwn ? bytes : new Uint8Array(bytes.subarray(0, ends.at(-1) ?? 0));
  const group: ReadGroup = { bytes: own, ends, identities, mtimes, unread };
  parentPort?.postMessage(group, [own.buffer as ArrayBuffer]);
}
