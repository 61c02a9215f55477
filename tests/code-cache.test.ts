import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { cleanEnvironment, PROGRAMS, runCommand, Scratch } from "./programs.ts";

const BLOCK = 512;

/** What may have become of a code cache. */
const DAMAGES: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ["empty", () => Buffer.alloc(0)],
  ["cut off", (bytes) => bytes.subarray(0, bytes.length >> 1)],
  ["only zeros", (bytes) => Buffer.alloc(bytes.length)],
  [
    "without a block in its middle",
    (bytes) => {
      const middle = bytes.length >> 1;
      return Buffer.concat([bytes.subarray(0, middle), Buffer.alloc(BLOCK), bytes.subarray(middle + BLOCK)]);
    },
  ],
  ["another file's end", (bytes) => Buffer.concat([bytes.subarray(0, -4), Buffer.from("else")])],
];

test.each(DAMAGES)("a program starts with code caches that are %s", async (_, damage) => {
  using scratch = new Scratch();
  const dist = join(scratch.path, "dist");
  cpSync(dirname(PROGRAMS.runa), dist, { recursive: true });
  const chunks = join(dist, "chunks");
  for (const name of readdirSync(chunks).filter((file) => file.endsWith(".v8")))
    writeFileSync(join(chunks, name), damage(readFileSync(join(chunks, name))));
  const options = { cwd: scratch.path, env: cleanEnvironment(scratch.path) };
  const asked = (program: string) => runCommand(process.execPath, [program, "state", "--help"], options);
  const sound = await asked(PROGRAMS.runa);
  expect(sound).toMatchObject({ exit: 0, stderr: "" });
  expect(await asked(join(dist, "runa.js"))).toEqual(sound);
});
