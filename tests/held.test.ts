import { describe, expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editStore } from "./rig/store-edit.ts";

/** From now on every attempt seems to be executed on another machine. */
const moveElsewhere = (rig: Rig) =>
  editStore(rig.project, "UPDATE attempt SET owner = json_set(owner, '$.machine', 'another-machine')");

/** A project whose `draft` a runa holds of which nothing is left; it seems to be on another machine. */
async function heldElsewhere(): Promise<{ rig: Rig; id: string }> {
  const rig = await makeRig(draft);
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  await run.killed();
  await agent.kill("SIGKILL");
  moveElsewhere(rig);
  return { rig, id: agent.id };
}

describe("while another runa executes the only candidate", () => {
  test.each(["run", "step"])("%s --no-wait says who holds it, and ends with 3", async (command) => {
    const rig = await makeRig(draft);
    const here = rig.start("run");
    const agent = await rig.nextAttempt();
    const { exitCode, stdout, stderr } = await rig.run(command, "--no-wait");
    expect(exitCode).toBe(3);
    expect(stdout).toContain(
      `held: draft: runa pid ${here.pid} executes it, its agent pid ${agent.pid}, attempt ${agent.id}\n`,
    );
    expect(stderr).not.toContain("▶");
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await here.ended()).exitCode).toBe(0);
  });

  test.each([
    { command: "run", signal: "SIGINT", exit: 130 },
    { command: "step", signal: "SIGINT", exit: 130 },
    { command: "run", signal: "SIGTERM", exit: 143 },
  ] as const)("$signal ends a $command that waits, and nothing of the other", async ({ command, signal, exit }) => {
    const rig = await makeRig(draft);
    const here = rig.start("run");
    const agent = await rig.nextAttempt();
    const there = rig.start(command);
    await there.says("stderr", `… waiting for draft: runa pid ${here.pid} executes it`);
    there.signal(signal);
    expect((await there.ended()).exitCode).toBe(exit);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await here.ended()).exitCode).toBe(0);
  });

  test("one that waits goes on when the other is killed: it adopts the attempt", async () => {
    const rig = await makeRig(draft);
    const here = rig.start("run");
    const agent = await rig.nextAttempt();
    const there = rig.start("run");
    await there.says("stderr", "… waiting for draft");
    await here.killed();
    await there.says("stderr", `draft: its runa died, its agent (pid ${agent.pid}) is still at work`);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await there.ended()).exitCode).toBe(0);
  });
});

describe("what a runa holds that cannot be seen from here", () => {
  test.each([
    { where: "in another container", column: "pidNamespace", value: "pid:[1]" },
    { where: "on another machine (id elsewhere-1)", column: "machine", value: "elsewhere-1" },
    { where: "on another machine (or on this one before it was restarted)", column: "machine", value: null },
  ])("$where: who waits, run --no-wait and state say so, and how to free it", async ({ where, column, value }) => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    await agent.kill("SIGKILL");
    editStore(
      rig.project,
      `UPDATE attempt SET owner = json_set(owner, '$.${column}', ${value === null ? "NULL" : `'${value}'`})`,
    );
    // A machine is another one where it was not booted together with this.
    if (column === "machine") editStore(rig.project, "UPDATE attempt SET owner = json_set(owner, '$.boot', 'other')");
    const release = `if that one is gone: \`runa release ${agent.id.slice(0, 13)} --config .runa/config.toml\``;
    const holder = `draft: runa ${where} executes it, attempt ${agent.id}; ${release}\n`;
    const flags = ["--config", ".runa/config.toml"];
    expect((await rig.run("run", "--no-wait", ...flags)).stdout).toContain(`held: ${holder}`);
    const state = (await rig.run("state", ...flags)).stdout;
    expect(state).toMatch(/^ {2}draft {2}running since \d{4}-/m);
    expect(state).toContain(` ${where}; ${release}\n`);
    const waits = rig.start("run", ...flags);
    await waits.says("stderr", `… waiting for ${holder}`);
    waits.signal("SIGINT");
    expect((await waits.ended()).stderr).toContain("SIGINT: nothing is running here: ends now\n");
    expect((await rig.run("release", agent.id.slice(0, 13))).exitCode).toBe(0);
    const { stdout } = await rig.run("log", "--attempt", agent.id.slice(0, 13));
    expect(stdout).toMatch(/released +draft, freed by hand; process \d+/);
  });

  test("an attempt whose runa died is said to be taken over", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    expect((await rig.run("state")).stdout).toMatch(/running since .*; its runa died: `runa run` takes it over\n/);
    await agent.exit(0);
  });
});

describe("release", () => {
  test("frees what a runa on another machine holds, which counts as living until then", async () => {
    const { rig, id } = await heldElsewhere();
    const before = await rig.run("run", "--no-wait");
    expect(before.exitCode).toBe(3);
    expect(before.stdout).toContain(`attempt ${id}`);
    const { exitCode, stdout } = await rig.run("release", id.slice(0, 13));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^released: draft, attempt ${id}, held by runa pid \\d+ on machine another-machine\\n`),
    );
    expect(await rig.events("released")).toMatchObject([{ attempt: id, body: { protocol: "draft" } }]);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await run.ended()).exitCode).toBe(0);
  });

  test("what was released takes no more deliveries, and its own runa tells how it ended", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const first = await rig.nextAttempt();
    moveElsewhere(rig);
    expect((await rig.run("release", first.id)).exitCode).toBe(0);
    const late = await first.call("design", { instance_id: "d1", title: "Late" });
    expect(late).toMatchObject({ isError: true, text: expect.stringContaining("has ended") });
    await first.exit(0);
    // The candidate is free again, for this run as well.
    const second = await rig.nextAttempt();
    await second.deliver("design", "d1", { title: "A design" });
    await second.exit(0);
    const { exitCode, stdout, stderr } = await run.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("abandoned: it was released, or another runa took it over, before its agent had ended");
    expect(stdout).toMatch(/^draft +abandoned +1 .*\ndraft +delivered +1 /m);
  });

  test("refuses what a living runa executes here", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    const { exitCode, stderr } = await rig.run("release", agent.id);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`attempt ${agent.id} is executed by runa (pid ${run.pid}) on this machine`);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await run.ended()).exitCode).toBe(0);
  });

  test("refuses an id that is none, too short, or of an attempt that has ended", async () => {
    const { rig, id } = await heldElsewhere();
    for (const [wrong, why] of [
      ["01234567-89ab", "no open attempt '01234567-89ab'"],
      [id.slice(0, 7), `'${id.slice(0, 7)}' is too short`],
    ] as const) {
      const { exitCode, stderr } = await rig.run("release", wrong);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(why);
    }
    expect((await rig.run("release", id)).exitCode).toBe(0);
    const again = await rig.run("release", id);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain("no attempt is open: there is nothing to release");
  });
});

describe("an adopted attempt", () => {
  test("has as much time as its first start gives it", async () => {
    const rig = await makeRig({ ...draft, settings: 'timeout = "45m"' });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    editStore(rig.project, "UPDATE attempt SET started_at = started_at - 3600 * 1000000");
    const next = await rig.run("step");
    await agent.gone("after its timeout");
    expect(next.stderr).toContain("draft: its runa had died; timed_out: it ran for 45m, its timeout");
    expect(rig.living()).toEqual([]);
  });

  test("without a transcript is not taken for idle: nobody sees whether it prints", async () => {
    const rig = await makeRig({ ...draft, settings: "# limits" });
    const run = rig.start("run");
    await rig.nextAttempt();
    await run.killed();
    const config = rig.read(".runa/config.toml");
    rig.write(".runa/config.toml", config.replace("# limits", 'idle_timeout = "100ms"\ntimeout = "2s"'));
    const { stderr } = await rig.run("run");
    expect(stderr).toContain("timed_out: it ran for 2 s, its timeout");
    expect(stderr).not.toContain("its idle_timeout");
  });

  test("is shown and limited by its transcript", async () => {
    const rig = await makeRig({ ...draft, settings: 'transcript = true\noutput_limit = "2kB"' });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.say("stdout", "before\n");
    await run.says("stdout", "before\n");
    await run.killed();
    const next = rig.start("run");
    await next.says("stderr", "is still at work");
    await agent.say("stdout", "after\n");
    await next.says("stdout", "after\n");
    await agent.say("stdout", "x".repeat(3000));
    await agent.gone("after its output_limit");
    await next.says("stderr", "draft: its runa had died; timed_out: it wrote more than 0.002 MB of output");
    next.signal("SIGTERM");
    const { stdout } = await next.ended();
    expect(stdout).not.toContain("before");
  });

  test("whose agent has ended is not said to be at work", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    await agent.kill("SIGKILL");
    const next = rig.start("run");
    await next.says("stderr", "draft: its runa had died; abandoned");
    expect(next.stderr).not.toContain("still at work");
    next.signal("SIGTERM");
    await next.ended();
  });
});
