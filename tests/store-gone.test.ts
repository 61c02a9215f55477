import { cpSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

const DESIGN = { title: "A design" };
const STATE = "initialized_at = 2026-01-01T00:00:00.000Z\n";

/** What people and agents do to a store while somebody uses it. */
const INTERFERENCES: readonly [string, (rig: Rig) => Promise<void> | void][] = [
  ["deleted", (rig) => rig.remove(".runa/store")],
  [
    "deleted and rebuilt",
    async (rig) => {
      rig.remove(".runa/store");
      expect((await rig.run("scan", "--rebuild")).exitCode).toBe(0);
    },
  ],
  [
    "replaced by an older copy",
    (rig) => {
      renameSync(join(rig.project, ".runa/store"), join(rig.directory, "new"));
      renameSync(join(rig.directory, "old"), join(rig.project, ".runa/store"));
    },
  ],
];

/** A project whose store has been copied to `old`. */
async function copied(): Promise<Rig> {
  const rig = await makeRig(draft);
  rig.write(".runa/state.toml", STATE);
  await rig.run("scan", "--rebuild");
  cpSync(join(rig.project, ".runa/store"), join(rig.directory, "old"), { recursive: true });
  return rig;
}

describe.each(INTERFERENCES)("a store that is %s under whoever uses it", (_, interfere) => {
  test.each(["run", "step"])("ends a %s with 1, after the agent, and every delivery is refused", async (command) => {
    const rig = await copied();
    const run = rig.start(command);
    const agent = await rig.nextAttempt();
    await agent.server();
    await interfere(rig);
    const refused = await agent.call("design", { instance_id: "d1", ...DESIGN });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain("was deleted or replaced while this command was using it");
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
    expect(run.running).toBe(true);
    await agent.exit(0);
    const { exitCode, stderr } = await run.ended();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /error: .*runa\.db was deleted or replaced while this command was using it: what was recorded in it is lost, no artifact is/,
    );
    expect(rig.living()).toEqual([]);
  });

  test("ends `log --follow` with 1", async () => {
    const rig = await copied();
    const log = rig.start("log", "--follow", "--all");
    await log.says("stdout", "methodology");
    await interfere(rig);
    const { exitCode, stderr } = await log.ended();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("was deleted or replaced while this command was using it");
  });
});

test("an agent that takes the store away at its very end is not the last to have a word", async () => {
  const rig = await makeRig(draft);
  rig.write(".runa/state.toml", STATE);
  await rig.run("scan", "--rebuild");
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", DESIGN);
  rig.remove(".runa/store");
  await agent.exit(0);
  expect((await run.ended()).exitCode).toBe(1);
  // The whole recovery: the store is mended, the artifact was never in it.
  expect((await rig.run("scan", "--rebuild")).exitCode).toBe(0);
  expect(rig.artifacts()).toEqual(["design/d1", "requirements/r1"]);
});
