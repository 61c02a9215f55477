import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** A project in which one attempt has delivered the design. */
async function done(): Promise<Rig> {
  const rig = await makeRig(draft);
  const step = rig.start("step");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title: "A design" });
  await agent.exit(0);
  expect((await step.ended()).exitCode).toBe(0);
  return rig;
}

test("a store that was deleted is one error that names what is lost and what mends it", async () => {
  const rig = await done();
  // Made by `init`, unlike what the rig makes.
  rig.write(".runa/state.toml", "initialized_at = 2026-01-01T00:00:00.000Z\n");
  rig.remove(".runa/store");
  for (const command of [["state"], ["run"], ["log"], ["scan"]]) {
    const { exitCode, stdout, stderr } = await rig.run(...command);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /^error: .*\.runa\/store holds no store: .* earlier attempts is lost with it, no artifact is\. `runa scan --rebuild`/,
    );
  }
  expect(rig.artifacts()).toEqual(["design/d1", "requirements/r1"]);
  const mended = await rig.run("scan", "--rebuild");
  expect(mended.exitCode).toBe(0);
  expect(mended.stdout).toMatch(
    /^there was no store: a new one was made\noutputs that nothing is remembered of are taken as current: .*\n2 new, /,
  );
  expect((await rig.run("log", "--verify")).exitCode).toBe(0);
});

test("a store that was emptied is as one that was deleted", async () => {
  const rig = await done();
  rig.write(".runa/state.toml", "initialized_at = 2026-01-01T00:00:00.000Z\n");
  rig.write(".runa/store/runa.db", "");
  const { exitCode, stderr } = await rig.run("state");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("holds no store");
  expect((await rig.run("scan", "--rebuild")).stdout).toMatch(/^there was no store: a new one was made\n/);
});

test("a damaged store is mended with what can be read; the artifacts were never in it", async () => {
  const rig = await done();
  const file = join(rig.project, ".runa/store/runa.db");
  const whole = readFileSync(file);
  // Everything from the middle on is gone.
  writeFileSync(file, Buffer.concat([whole.subarray(0, 100), Buffer.alloc(whole.length - 100, 0x5a)]));
  const { exitCode, stderr } = await rig.run("state");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/runa\.db is damaged: .* is in doubt, no artifact is\. `runa scan --rebuild`/);
  const mended = await rig.run("scan", "--rebuild");
  expect(mended).toMatchObject({ exitCode: 0, stderr: "" });
  expect(mended.stdout).toContain("the store was damaged: ");
  expect(mended.stdout).toMatch(
    /the damaged file is .*runa\.db\.damaged-1(, with runa\.db\.damaged-1-wal and runa\.db\.damaged-1-shm beside it: delete them|: delete it) when/,
  );
  expect((await rig.state()).protocols).toMatchObject([{ name: "draft" }]);
  expect((await rig.run("run")).exitCode).toBeLessThan(4);
});

test("a sound store keeps what it remembers", async () => {
  const rig = await done();
  const before = await rig.run("log", "--head");
  const { stdout } = await rig.run("scan", "--rebuild");
  expect(stdout).toMatch(
    /^the store was sound: 1 attempt and \d+ events of the log are as they were\n2 artifacts read again\n/,
  );
  expect((await rig.run("log", "--verify", "--expect", before.stdout.trim())).exitCode).toBe(0);
  // What the attempt saw still holds.
  expect((await rig.state()).protocols).toMatchObject([{ name: "draft", status: "waiting" }]);
});
