import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand, Scratch } from "./programs.ts";
import { CHECKOUT } from "./rig/programs.ts";

test("a short soak: killed at random moments, a cascade loses nothing and finishes", async () => {
  using scratch = new Scratch();
  const soak = join(CHECKOUT, "scripts/soak.mjs");
  const { exit, stdout, stderr } = await runCommand(process.execPath, [soak, "--rounds", "12", "--seconds", "12"], {
    cwd: scratch.path,
    env: { ...process.env, TMPDIR: scratch.path },
    timeout: 110_000,
  });
  expect(exit, stdout + stderr).toBe(0);
  expect(Number(/^kills +(\d+)/m.exec(stdout)?.[1]), stdout).toBeGreaterThan(0);
  expect(stdout).toMatch(/^attempts +\d+: .*\bdelivered \d+/m);
}, 120_000);
