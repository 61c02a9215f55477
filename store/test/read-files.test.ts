import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { readFiles } from "../src/workspace/read-files.ts";
import { type ReadGroup, readHere } from "../src/workspace/read-group.ts";

const threads = vi.hoisted(() => ({ none: false }));
vi.mock(import("node:worker_threads"), async (original) => {
  const module = await original();
  class Worker extends module.Worker {
    constructor(...given: ConstructorParameters<typeof module.Worker>) {
      if (threads.none) throw Object.assign(new Error("EAGAIN"), { code: "ERR_WORKER_INIT_FAILED" });
      super(...given);
    }
  }
  return { ...module, Worker };
});

const disk = vi.hoisted(() => ({ unclosable: null as string | null, fd: -1 }));
vi.mock(import("node:fs"), async (original) => {
  const fs = await original();
  const openSync: typeof fs.openSync = (path, ...given) => {
    const fd = fs.openSync(path, ...given);
    if (path === disk.unclosable) disk.fd = fd;
    return fd;
  };
  const closeSync: typeof fs.closeSync = (fd) => {
    fs.closeSync(fd);
    if (fd !== disk.fd) return;
    disk.fd = -1;
    throw Object.assign(new Error("EIO: i/o error, close"), { code: "EIO" });
  };
  return { ...fs, openSync, closeSync };
});

const directory = mkdtempSync(join(tmpdir(), "runa-read-"));
const file = (name: string) => join(directory, name);
const LONG = "l".repeat(5 * 1024 * 1024);
/** Enough for a thread of its own, and of every kind. */
const many = Array.from({ length: 20_000 }, (_, index) => {
  if (index % 5_000 === 17) return file("long");
  return file(["small", "empty", "gone", "link", "directory", "endless", "other"][index % 7] ?? "");
});
let reader = "";

beforeAll(async () => {
  writeFileSync(file("small"), '{"a":1}');
  writeFileSync(file("other"), '{"b":"\u00e4"}');
  writeFileSync(file("empty"), "");
  writeFileSync(file("long"), LONG);
  writeFileSync(file("endless"), "");
  truncateSync(file("endless"), 3 * 1024 ** 3);
  mkdirSync(file("directory"));
  symlinkSync(file("small"), file("link"));
  const entryPoints = [new URL("../src/workspace/file-reader.ts", import.meta.url).pathname];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: "cjs", platform: "node", write: false });
  reader = outputFiles[0]?.text ?? "";
});
afterEach(() => {
  vi.unstubAllGlobals();
  threads.none = false;
  disk.unclosable = null;
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What each file held, as one line. */
function told({ bytes, ends, identities, mtimes, unread }: ReadGroup): string[] {
  return ends.map((end, place) => {
    const why = unread.get(place);
    if (why !== undefined) return why === null ? "nothing there" : `not read: ${why.code}`;
    const content = Buffer.from(bytes.slice(ends[place - 1] ?? 0, end)).toString();
    return `${content.slice(0, 20)} (${content.length}) ${identities[place]} ${mtimes[place]}`;
  });
}

/** What the files held, and how many groups came from another thread: there is no Buffer in what comes over. */
async function readBy(code: string | undefined, before: bigint) {
  vi.stubGlobal("RUNA_FILE_READER", code);
  const files: string[] = [];
  let fromThread = 0;
  for await (const group of readFiles(many, before)) {
    files.push(...told(group));
    if (!Buffer.isBuffer(group.bytes)) fromThread++;
  }
  return { files, fromThread };
}

const LATER = 2n ** 62n;

test("what is read here is what lies there, file by file", () => {
  const files: string[] = [];
  for (const group of readHere(many.slice(0, 7), LATER)) files.push(...told(group));
  const [small, empty, gone, link, inside, endless, other] = files;
  expect(small).toMatch(/^\{"a":1\} \(7\) \d+:\d+:7:(\d+):\d+ \1$/);
  expect(empty).toMatch(/^ \(0\) \d+:\d+:0:(\d+):\d+ \1$/);
  expect([gone, link, inside, endless]).toEqual([
    "nothing there",
    "nothing there",
    "nothing there",
    "not read: ERR_FS_FILE_TOO_LARGE",
  ]);
  expect(other).toMatch(/^\{"b":"\u00e4"\} \(9\) /);
});

test("a long file is read by itself, and times that prove nothing identify nothing", () => {
  const groups = [...readHere([file("small"), file("long"), file("small")], 0n)];
  expect(groups.map(({ ends }) => ends)).toEqual([[7], [LONG.length], [7]]);
  expect(groups.flatMap(({ identities }) => identities)).toEqual([null, null, null]);
});

test("another thread reads the same", async () => {
  const here = await readBy(undefined, LATER);
  expect(here.files.length).toBe(many.length);
  expect(here.fromThread).toBe(0);
  const there = await readBy(reader, LATER);
  expect(there.files).toEqual(here.files);
  expect(there.fromThread).toBeGreaterThan(60);
});

/** What the thread does before it sends the fourth group: fails, once all three before it have been taken. */
const FAILS = `if (sent === 3) {
  for (let taken = 0; taken < 3; taken = Atomics.load(workerData.taken, 0)) Atomics.wait(workerData.taken, 0, taken);
  throw new Error("out of memory");
}`;

/** The thread's code, with something done before each group is sent. */
const before = (what: string) => `{
    const { appendFileSync, existsSync } = require("node:fs");
    const { parentPort, workerData } = require("node:worker_threads");
    const send = parentPort.postMessage.bind(parentPort);
    let sent = 0;
    parentPort.postMessage = (...message) => {
      ${what}
      sent++;
      send(...message);
    };
  }
  ${reader}`;

test("what a thread that dies has not read is read without it", async () => {
  const { files } = await readBy(undefined, LATER);
  const dies = await readBy(before(FAILS), LATER);
  expect(dies.files).toEqual(files);
  expect(dies.fromThread).toBe(3);
  expect((await readBy("process.exit(1)", LATER)).files).toEqual(files);
});

test("where there is no thread to be had everything is read without one", async () => {
  const { files } = await readBy(undefined, LATER);
  threads.none = true;
  expect(await readBy(reader, LATER)).toEqual({ files, fromThread: 0 });
});

test("a thread whose files nobody wants any more ends", async () => {
  vi.stubGlobal("RUNA_FILE_READER", reader);
  const groups = readFiles(many, LATER);
  for (let taken = 0; taken < 20; taken++) await groups.next();
  await groups.return(undefined);
  expect(process.getActiveResourcesInfo()).not.toContain("MessagePort");
});

test("a thread that fails when nobody wants its files any more troubles nobody", async () => {
  const go = file("go");
  vi.stubGlobal(
    "RUNA_FILE_READER",
    before(`if (sent === 3) { while (!existsSync(${JSON.stringify(go)})); throw new Error("out of memory"); }`),
  );
  const groups = readFiles(many, LATER);
  let taken = await groups.next();
  while (!taken.done && Buffer.isBuffer(taken.value.bytes)) taken = await groups.next();
  const threadsNow = () => readdirSync("/proc/self/task").length;
  const withIt = threadsNow();
  writeFileSync(go, "");
  // The error is on its way, and the loop that would hear of it does not turn.
  heldUntil(() => threadsNow() < withIt);
  await groups.return(undefined);
});

test("a thread is at most eight groups ahead", async () => {
  const log = file("ahead");
  writeFileSync(log, "");
  const tells = before(`appendFileSync(${JSON.stringify(log)}, sent - Atomics.load(workerData.taken, 0) + "\\n");`);
  const lines = () => readFileSync(log, "utf8").trimEnd().split("\n");
  vi.stubGlobal("RUNA_FILE_READER", tells);
  let isFirst = true;
  for await (const { bytes } of readFiles(many, LATER)) {
    if (Buffer.isBuffer(bytes) || !isFirst) continue;
    isFirst = false;
    // While nobody takes anything, it sends what it may.
    heldUntil(() => lines().length >= 8);
  }
  const ahead = lines().map(Number);
  expect(ahead.length).toBeGreaterThan(60);
  expect(Math.max(...ahead)).toBe(7);
  expect(Math.min(...ahead)).toBeGreaterThanOrEqual(0);
});

test("of files that are long by themselves none is read ahead of another", async () => {
  const log = file("long-ahead");
  writeFileSync(log, "");
  const tells = before(
    `if (message[0].bytes.length > 4e6) appendFileSync(${JSON.stringify(log)}, sent - Atomics.load(workerData.taken, 0) + "\\n");`,
  );
  const lines = () => readFileSync(log, "utf8").split("\n").filter(Boolean);
  vi.stubGlobal("RUNA_FILE_READER", tells);
  const small = (count: number) => Array.from({ length: count }, () => file("small"));
  const paths = [...small(2_000), ...Array.from({ length: 4 }, () => file("long")), ...small(14_000)];
  let isFirst = true;
  for await (const { bytes } of readFiles(paths, LATER)) {
    if (Buffer.isBuffer(bytes) || !isFirst) continue;
    isFirst = false;
    // While nobody takes anything: more would come at once.
    const until = Date.now() + 200;
    heldUntil(() => lines().length > 1 || Date.now() > until);
  }
  expect(lines()).toEqual(["0", "0", "0", "0"]);
});

test("a file that cannot be closed is not read; every other one is", () => {
  const names = ["n0", "n1", "n2", "n3"];
  for (const name of names) writeFileSync(file(name), name);
  disk.unclosable = file("n1");
  const files: string[] = [];
  for (const group of readHere(names.map(file), LATER)) files.push(...told(group));
  expect(files.map((line) => line.split(" (")[0])).toEqual(["n0", "not read: EIO", "n2", "n3"]);
});

/** Holds this thread until something is so. */
function heldUntil(isSo: () => boolean): void {
  const deadline = Date.now() + 20_000;
  while (!isSo()) if (Date.now() > deadline) throw new Error(`never came: ${isSo}`);
}
