import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { keptOutput, LinePrefixer, OutputFollower, openOutput } from "../../src/process/transcript.ts";
import { bystander, temporaryDirectory, until } from "./rig.ts";

/** Output files that are followed, and what was handed over. */
function followed(options: { before?: string; from?: "start" | "end" } = {}) {
  const files = openOutput(temporaryDirectory());
  appendFileSync(files.stdout.path, options.before ?? "");
  const shown = { stdout: "", stderr: "" };
  const follower = new OutputFollower(
    files,
    (stream, chunk) => {
      shown[stream] += chunk.toString();
    },
    Number.POSITIVE_INFINITY,
    options.from,
  );
  onTestFinished(() => follower.close());
  return { files, shown, follower };
}

test("output files are for this user only, and keep what they hold", () => {
  const directory = temporaryDirectory();
  expect(keptOutput(directory)).toBeNull();
  const files = openOutput(directory);
  writeFileSync(files.stderr.path, "kept");
  const again = keptOutput(directory);
  expect([again?.stdout.path, again?.stderr.path]).toEqual([files.stdout.path, files.stderr.path]);
  for (const file of [files.stdout.path, files.stderr.path]) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(files.stderr.path).size).toBe(4);
});

test("what both streams get is handed over while they are followed", async () => {
  const { files, shown, follower } = followed({ before: "one " });
  const before = follower.lastGrowth;
  appendFileSync(files.stderr.path, "two");
  await until(() => shown.stderr === "two");
  expect(shown.stdout).toBe("one ");
  expect(follower.bytes).toBe(7);
  expect(follower.lastGrowth).toBeGreaterThan(before);
});

test("from the end, only what is new is handed over, and all of it counts", async () => {
  const { files, shown, follower } = followed({ before: "old", from: "end" });
  appendFileSync(files.stdout.path, "new");
  await follower.close();
  expect(shown.stdout).toBe("new");
  expect(follower.bytes).toBe(6);
});

test("the last bytes are handed over on closing, and nothing after it", async () => {
  const { files, shown, follower } = followed();
  appendFileSync(files.stdout.path, "last");
  await follower.close();
  await follower.close();
  appendFileSync(files.stdout.path, "later");
  expect(shown.stdout).toBe("last");
});

test("a file that is emptied meanwhile is followed on", async () => {
  const { files, shown, follower } = followed();
  appendFileSync(files.stdout.path, "before ");
  await until(() => shown.stdout === "before ");
  truncateSync(files.stdout.path);
  appendFileSync(files.stdout.path, "then");
  await follower.close();
  expect(shown.stdout).toBe("before then");
  expect(follower.bytes).toBe(11);
});

test("much output comes whole, in chunks that may be kept", async () => {
  const files = openOutput(temporaryDirectory());
  const content = randomBytes(40 * 2 ** 20 + 1);
  writeFileSync(files.stdout.path, content);
  const chunks: Buffer[] = [];
  const follower = new OutputFollower(files, (_, chunk) => chunks.push(chunk));
  await follower.close();
  expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(2 ** 20);
  const hash = (data: Buffer) => createHash("sha256").update(data).digest("hex");
  expect(hash(Buffer.concat(chunks))).toBe(hash(content));
});

test("other work gets its turn however fast it is written, and closing does not wait for the writer", async () => {
  const files = openOutput(temporaryDirectory());
  let shown = 0;
  const follower = new OutputFollower(files, (_, chunk) => {
    shown += chunk.length;
  });
  const writer = await bystander(["/bin/sh", "-c", `exec yes >> "$0"`, files.stdout.path]);
  await until(() => shown > 50e6);
  await follower.close();
  expect(writer.exitCode).toBeNull();
  expect(shown).toBe(follower.bytes);
});

/** What comes out when these chunks go in. */
function prefixed(chunks: readonly (string | Buffer)[], label = "a | "): string {
  const out: Buffer[] = [];
  const prefixer = new LinePrefixer(label, (lines) => out.push(lines));
  for (const chunk of chunks) prefixer.push(Buffer.from(chunk));
  prefixer.end();
  prefixer.end();
  return Buffer.concat(out).toString();
}

test.each([
  { title: "lines", chunks: ["one\ntwo\n"], shown: "a | one\na | two\n" },
  { title: "a line in pieces", chunks: ["o", "n", "e\nt", "wo\n"], shown: "a | one\na | two\n" },
  { title: "an empty line", chunks: ["\n\n"], shown: "a | \na | \n" },
  { title: "a last line without an end", chunks: ["one\ntwo"], shown: "a | one\na | two\n" },
  { title: "nothing", chunks: [""], shown: "" },
])("$title get the label", ({ chunks, shown }) => {
  expect(prefixed(chunks)).toBe(shown);
});

test("a line is handed on when it is whole", () => {
  const out: string[] = [];
  const prefixer = new LinePrefixer("> ", (lines) => out.push(lines.toString()));
  prefixer.push(Buffer.from("one\nt"));
  expect(out).toEqual(["> one\n"]);
});

test("a line without end is handed on in pieces, and no character is cut", () => {
  const text = "é".repeat(100_000);
  const shown = prefixed([`x${text}`], "");
  expect(shown.split("\n").map((piece) => Buffer.byteLength(piece) <= 2 ** 16)).not.toContain(false);
  expect(shown.replaceAll("\n", "")).toBe(`x${text}`);
});

test("it does not matter where chunks are cut", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "é", "\n", "\r\n", "🙂") }),
      fc.array(fc.nat(40)),
      (text, cuts) => {
        const bytes = Buffer.from(text);
        const places = [0, ...cuts.filter((at) => at < bytes.length).sort((one, other) => one - other), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        const lines = text.endsWith("\n") || text === "" ? text.split("\n").slice(0, -1) : text.split("\n");
        expect(prefixed(chunks)).toBe(lines.map((line) => `a | ${line}\n`).join(""));
      },
    ),
  );
});

test("beyond its limit nothing is handed over, and nothing is kept", async () => {
  const files = openOutput(temporaryDirectory());
  const chunks: Buffer[] = [];
  const follower = new OutputFollower(files, (_, chunk) => chunks.push(chunk), 10);
  writeFileSync(files.stdout.path, "x".repeat(25));
  await follower.close();
  expect(Buffer.concat(chunks).toString()).toBe("x".repeat(10));
  expect(follower.bytes).toBe(25);
  expect(readFileSync(files.stdout.path, "utf8")).toBe("x".repeat(10));
});

test("whatever becomes of the paths, the same files are followed and cut", async () => {
  const directory = temporaryDirectory();
  const bystander = join(temporaryDirectory(), "precious");
  writeFileSync(bystander, "x".repeat(100));
  const files = openOutput(directory);
  const shown: Buffer[] = [];
  const follower = new OutputFollower(files, (_, chunk) => shown.push(chunk), 10);
  appendFileSync(files.stdout.file, "y".repeat(25));
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  symlinkSync(bystander, files.stdout.path);
  await follower.close();
  expect(Buffer.concat(shown).toString()).toBe("y".repeat(10));
  expect(follower.bytes).toBe(25);
  expect(readFileSync(bystander, "utf8")).toBe("x".repeat(100));
});

test.each([
  ["a symbolic link", symlinkSync],
  ["a hard link", linkSync],
  ["a pipe", (_: string, path: string) => execFileSync("mkfifo", [path])],
  ["nothing", () => {}],
])("what lies where the output was and is %s is none", (_, put) => {
  const directory = temporaryDirectory();
  const precious = join(temporaryDirectory(), "precious");
  writeFileSync(precious, "kept");
  const { stdout } = openOutput(directory);
  expect(keptOutput(directory)).not.toBeNull();
  rmSync(stdout.path);
  put(precious, stdout.path);
  expect(keptOutput(directory)).toBeNull();
});
