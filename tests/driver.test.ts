import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { RUNA } from "./rig/programs.ts";
import { cleanEnvironment, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const NATIVE = "node_modules/better-sqlite3/build/Release/better_sqlite3.node";

/** What may have become of the driver's native part, and what is said of it. */
const DRIVERS: readonly (readonly [string, (file: string) => void, RegExp])[] = [
  [
    "was never built",
    () => {},
    /^error: better-sqlite3, with which runa keeps its store, was never built; this is Node /,
  ],
  [
    "cannot be loaded",
    (file) => writeFileSync(file, "built for something else"),
    /^error: better-sqlite3, with which runa keeps its store, cannot be loaded \([^\n]+\); this is Node /,
  ],
];

test.each(DRIVERS)("a driver that %s: one error, with the command that mends it", async (_, spoil, reason) => {
  using scratch = new Scratch();
  const installed = join(scratch.path, "installed");
  cpSync(dirname(RUNA), join(installed, "dist"), { recursive: true });
  mkdirSync(join(installed, dirname(NATIVE)), { recursive: true });
  spoil(join(installed, NATIVE));
  const project = join(scratch.path, "project");
  mkdirSync(join(project, ".runa"), { recursive: true });
  cpSync(join(dirname(RUNA), "../methodologies/review-pipeline"), join(scratch.path, "methodology"), {
    recursive: true,
  });
  writeFileSync(join(project, ".runa/config.toml"), 'methodology_path = "../methodology"\n');
  const asked = (program: string, ...args: string[]) =>
    runProgram([process.execPath, join(installed, "dist", program), ...args], {
      directory: project,
      env: cleanEnvironment(scratch.path),
    });
  for (const { exitCode, stdout, stderr } of [
    await asked("runa.js", "state"),
    await asked("runa.js", "doctor"),
    await asked("runa-mcp.js", "--protocol", "review"),
  ]) {
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(reason);
    expect(stderr).toContain(`run \`npm rebuild better-sqlite3\` in ${installed}, with the Node that runs runa`);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  }
});
