import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT } from "./rig/programs.ts";
import { runaJson, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const QUICKSTART = join(CHECKOUT, "scripts/quickstart.mjs");

test("the quickstart works, and so does everything that it suggests", { timeout: 180_000 }, async () => {
  using scratch = new Scratch();
  const project = join(scratch.path, "a project");
  const run = (...command: [string, ...string[]]) =>
    runProgram(command, { directory: scratch.path, patience: 120_000 });

  const { exitCode, stdout, stderr } = await run(process.execPath, QUICKSTART, project);
  expect({ exitCode, stderr: stderr.match(/error/i) }).toEqual({ exitCode: 0, stderr: null });
  expect(stdout.match(/^all_complete: .*$/gm)).toEqual([
    "all_complete: 4 protocols delivered, nothing is owed",
    "all_complete: nothing to do, everything is current",
  ]);
  const types = ["approved", "design", "implementation", "request", "requirements"];
  expect(readdirSync(join(project, ".runa/workspace")).sort()).toEqual(types);

  const [, suggestions = ""] = stdout.split("in this order:\n");
  const commands = suggestions.split("\n").filter((line) => /^ {2}[^ #]/.test(line));
  // cd, the request changed and run; a review that sends back; an artifact that is broken.
  expect(commands).toHaveLength(9);
  const script = commands.map((command) => `${command} && echo "$? ended" || echo "$? ended"`).join("\n");
  const followed = await run("sh", "-c", script);
  const ends = [...followed.stdout.matchAll(/^(\d+) ended$/gm)].map(([, code]) => Number(code));
  // Only `doctor` has something to complain about.
  expect(ends).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0]);
  expect(followed.stdout).toContain("rehearse review: delivered needs-revision/needs-revision");
  const { json } = await runaJson(project, "state");
  expect(json.protocols.map(({ status }) => status)).toEqual(["waiting", "waiting", "waiting", "waiting"]);
});

test("the quickstart leaves a directory alone that is not empty", async () => {
  const command = [process.execPath, QUICKSTART, join(CHECKOUT, "docs")] as const;
  const { exitCode, stderr } = await runProgram(command, { directory: CHECKOUT });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("is not empty: name a new directory");
});
