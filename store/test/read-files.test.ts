import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { readRegularFile } from "../src/workspace/read-file.ts";
import { type ReadGroup, readFiles } from "../src/workspace/read-files.ts";

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
beforeAll(() => {
  writeFileSync(file("small"), '{"a":1}');
  writeFileSync(file("other"), '{"b":"\u00e4"}');
  writeFileSync(file("empty"), "");
  writeFileSync(file("long"), LONG);
  writeFileSync(file("endless"), "");
  truncateSync(file("endless"), 3 * 1024 ** 3);
  mkdirSync(file("directory"));
  symlinkSync(file("small"), file("link"));
});
afterEach(() => {
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

const LATER = 2n ** 62n;

test("what is read is what lies there, file by file", () => {
  const files: string[] = [];
  const names = ["small", "empty", "gone", "link", "directory", "endless", "other"];
  for (const group of readFiles(names.map(file), LATER)) files.push(...told(group));
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

test("many files are read in groups, of which each holds what its own files held", () => {
  const names = Array.from({ length: 600 }, (_, index) => `many-${index}`);
  for (const name of names) writeFileSync(file(name), name);
  const files: string[][] = [];
  for (const group of readFiles(names.map(file), LATER))
    files.push(told(group).map((line) => line.split(" (")[0] ?? ""));
  expect(files.map(({ length }) => length)).toEqual([256, 256, 88]);
  expect(files.flat()).toEqual(names);
});

test("a long file is read by itself, and times that prove nothing identify nothing", () => {
  const groups = [...readFiles([file("small"), file("long"), file("small")], 0n)];
  expect(groups.map(({ ends }) => ends)).toEqual([[7], [LONG.length], [7]]);
  expect(groups.flatMap(({ identities }) => identities)).toEqual([null, null, null]);
});

test("a file that cannot be closed is not read; every other one is", () => {
  const names = ["n0", "n1", "n2", "n3"];
  for (const name of names) writeFileSync(file(name), name);
  disk.unclosable = file("n1");
  const files: string[] = [];
  for (const group of readFiles(names.map(file), LATER)) files.push(...told(group));
  expect(files.map((line) => line.split(" (")[0])).toEqual(["n0", "not read: EIO", "n2", "n3"]);
});

test.each([0, 1, 65_535, 65_536, 65_537, 200_000])("a file of %d bytes is read whole by itself", (length) => {
  const content = Buffer.alloc(length, "0123456789abcdef-");
  writeFileSync(file("one"), content);
  const read = readRegularFile(file("one"));
  expect(read?.bytes.equals(content)).toBe(true);
  expect(read?.stats.size).toBe(BigInt(length));
});
