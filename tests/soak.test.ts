import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT } from "./rig/programs.ts";
import { runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

test("a short soak: killed at random moments, a cascade loses nothing and finishes", async () => {
  using scratch = new Scratch();
  const soak = join(CHECKOUT, "scripts/soak.mjs");
  const command = [process.execPath, soak, "--rounds", "12", "--seconds", "12"] as const;
  const { exitCode, stdout, stderr } = await runProgram(command, {
    directory: scratch.path,
    env: { ...process.env, TMPDIR: scratch.path },
    patience: 110_000,
  });
  expect(exitCode, stdout + stderr).toBe(0);
  expect(Number(/^kills +(\d+)/m.exec(stdout)?.[1]), stdout).toBeGreaterThan(0);
  expect(stdout).toMatch(/^attempts +\d+: .*\bdelivered \d+/m);
}, 120_000);
