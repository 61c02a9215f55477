import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { readFiles } from "../src/workspace/read-files.ts";
import { type ReadGroup, readHere } from "../src/workspace/read-group.ts";

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
afterEach(() => vi.unstubAllGlobals());
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

async function readBy(code: string | undefined, before: bigint): Promise<string[]> {
  vi.stubGlobal("RUNA_FILE_READER", code);
  const files: string[] = [];
  for await (const group of readFiles(many, before)) files.push(...told(group));
  return files;
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
  expect(here.length).toBe(many.length);
  expect(await readBy(reader, LATER)).toEqual(here);
});

test("what a thread that dies has not read is read without it", async () => {
  const dies = `const { parentPort } = require("node:worker_threads");
    const send = parentPort.postMessage.bind(parentPort);
    let left = 3;
    parentPort.postMessage = (...message) => {
      if (left-- === 0) throw new Error("out of memory");
      send(...message);
    };
    ${reader}`;
  const here = await readBy(undefined, LATER);
  expect(await readBy(dies, LATER)).toEqual(here);
  expect(await readBy("process.exit(1)", LATER)).toEqual(here);
});

test("a thread whose files nobody wants any more ends", async () => {
  vi.stubGlobal("RUNA_FILE_READER", reader);
  const groups = readFiles(many, LATER);
  for (let taken = 0; taken < 20; taken++) await groups.next();
  await groups.return(undefined);
  expect(process.getActiveResourcesInfo()).not.toContain("MessagePort");
});
