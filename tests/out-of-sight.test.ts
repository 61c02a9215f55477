import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chain, draft } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";
import { editStore } from "./rig/store-edit.ts";

/** How a command comes to run where it cannot see, or be seen by, a runa of the same machine. */
interface Place {
  readonly name: string;
  /** What stands before the command. */
  readonly into: (user: number) => string[];
}

const inShell = (options: readonly string[], prepare: string) => [
  "unshare",
  ...options,
  "sh",
  "-c",
  `${prepare} && exec "$@"`,
  "sh",
];
const PLACES: readonly Place[] = [
  { name: "no /proc", into: () => inShell(["--mount"], "mount -t tmpfs none /proc") },
  { name: "the /proc of an outer pid namespace", into: () => ["unshare", "--pid", "--fork"] },
  { name: "a time namespace of its own", into: () => ["unshare", "--time", "--boottime=1000", "--fork"] },
  {
    name: "another user's, with hidepid",
    into: (user) => [
      ...inShell(["--mount"], "mount -t proc -o hidepid=2 none /proc && umask 0"),
      ...["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"],
    ],
  },
];

/** Most need rights that not everybody who runs these tests has. */
const possible = PLACES.filter(({ into }) => {
  const [program = "", ...words] = into(2001);
  return spawnSync(program, [...words, "true"]).status === 0;
});

/** None where nobody else can be acted for. */
const TWO_USERS = process.getuid?.() === 0 ? [[2001, 2002] as const] : [];

describe("a living runa that cannot be seen from here", () => {
  test.each(possible)("$name: it holds what it executes, and its delivery counts", async ({ into }) => {
    const rig = await makeRig(draft);
    await rig.run("scan");
    spawnSync("chmod", ["-R", "a+rwX", rig.directory]);
    const runa = (user: number, ...words: string[]) =>
      rig.launch([...into(user), process.execPath, RUNA, ...words] as [string, ...string[]], `runa ${words.join(" ")}`);
    const here = runa(2001, "step");
    const agent = await rig.nextAttempt();
    const there = await runa(2002, "run", "--no-wait").ended();
    expect(there.stdout, there.stderr).toMatch(
      /^held: draft: runa (out of sight|in another container) executes it, attempt /m,
    );
    expect(there.exitCode).toBe(3);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const { exitCode, stderr } = await here.ended();
    expect(stderr).toContain("✓ draft");
    expect(exitCode).toBe(0);
  });
});

describe("an owner of which too little is recorded, or known here, to be judged", () => {
  test.each([
    ["no boot id", "json_set(owner, '$.boot', NULL)"],
    ["no pid namespace", "json_set(owner, '$.pidNamespace', NULL)"],
    ["another time namespace", "json_set(owner, '$.timeNamespace', 'time:[1]')"],
    ["no time namespace, by an older runa", "json_remove(owner, '$.timeNamespace')"],
    ["a living process without a start time", "json_set(owner, '$.startTime', NULL, '$.pid', 1)"],
  ])("%s: it counts as living until it is released", async (_, edited) => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    await agent.kill("SIGKILL");
    editStore(rig.project, `UPDATE attempt SET owner = ${edited}`);
    const { exitCode, stdout } = await rig.run("run", "--no-wait");
    expect(stdout).toContain(
      `held: draft: runa out of sight executes it, attempt ${agent.id}; if that one is gone: \`runa release`,
    );
    expect(exitCode).toBe(3);
    expect((await rig.run("state")).stdout).toMatch(/running since .* out of sight; if that one is gone/);
    expect((await rig.run("release", agent.id)).exitCode).toBe(0);
    expect((await rig.state()).protocols).toMatchObject([{ name: "draft", status: "ready" }]);
  });

  test.each(TWO_USERS)(
    "another user's (%i's) runa that died before it noted its agent: that may be at work, unseen",
    async (user, other) => {
      const rig = await makeRig(draft);
      const run = rig.start("run");
      const agent = await rig.nextAttempt();
      await run.killed();
      editStore(rig.project, `UPDATE attempt SET agent = NULL, owner = json_set(owner, '$.user', ${user})`);
      spawnSync("chmod", ["-R", "a+rwX", rig.directory]);
      const { stdout } = await rig.run("run", "--no-wait", { user: other });
      expect(stdout).toContain("held: draft: runa out of sight executes it");
      // Who may look at it finds it.
      const again = rig.start("run");
      await again.says("stderr", `its agent (pid ${agent.pid}) is still at work`);
      await agent.deliver("design", "d1", { title: "A design" });
      await agent.exit(0);
      expect((await again.ended()).exitCode).toBe(0);
    },
  );
});

test.each(TWO_USERS)(
  "users %i and %i take turns in one project, and neither sees the other's prompts",
  async (first, second) => {
    const rig = await makeRig(chain);
    await rig.run("scan");
    spawnSync("chmod", ["-R", "a+rwX", rig.directory]);
    for (const [user, type] of [
      [first, "design"],
      [second, "code"],
    ] as const) {
      const command = ["sh", "-c", 'umask 0; exec "$@"', "sh", process.execPath, RUNA, "step"] as const;
      const step = rig.launch(command, "runa step", { user });
      const agent = await rig.nextAttempt();
      expect(statSync(join(rig.project, ".runa/store/attempts", agent.id))).toMatchObject({ uid: user, mode: 0o40700 });
      await agent.deliver(type, "x1", { title: "Done" });
      await agent.exit(0);
      const { exitCode, stderr } = await step.ended();
      expect(exitCode, stderr).toBe(0);
    }
  },
);
