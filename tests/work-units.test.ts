import { expect, test } from "vitest";
import { makeRig, type RigOptions } from "./rig/rig.ts";

/** Scoped protocols with work units in every state, and an unscoped one. */
const project: RigOptions = {
  protocols: [
    { name: "plan", requires: ["idea"], produces: ["outline"] },
    { name: "implement", requires: ["task"], produces: ["patch"], scoped: true },
    { name: "verify", requires: ["patch"], produces: ["report"], trigger: "on_artifact(review)", scoped: true },
  ],
  artifacts: {
    "idea/i1": { title: "Go" },
    // Something to do.
    "task/t1": { title: "Pay", work_unit: "checkout" },
    // Called for, and the patch is missing; nobody writes one, as there is no task.
    "review/r1": { title: "Look", work_unit: "stuck" },
    // Nothing is called for.
    "report/p1": { title: "All well", work_unit: "idle" },
  },
};
const counts = { ready: 0, blocked: 0, waiting: 0, failed: 0, running: 0 };

test("state lists the work units with something ready, blocked or failed, and counts all of them in JSON", async () => {
  const rig = await makeRig({ ...project, agent: ["false"] });
  const { stdout } = await rig.run("state");
  expect(stdout).toMatch(
    /\nWork units with protocols to run:\n {2}runa run --work-unit checkout +1 protocol ready\n {2}runa state --work-unit stuck +1 protocol blocked\n$/,
  );
  expect((await rig.state()).work_units).toEqual([
    { ...counts, work_unit: "checkout", ready: 1, waiting: 1 },
    { ...counts, work_unit: "idle", waiting: 2 },
    { ...counts, work_unit: "stuck", blocked: 1, waiting: 1 },
  ]);
  expect(await rig.state("checkout")).not.toHaveProperty("work_units");
  await rig.run("run", "--work-unit", "checkout");
  expect((await rig.run("state")).stdout).toMatch(/runa run --work-unit checkout +1 protocol ready, 1 failed\n/);
  // A failed one stays listed when it is called for no more.
  rig.remove(rig.path("task/t1"));
  rig.artifact("report/p2", { title: "Odd", work_unit: "checkout" });
  expect((await rig.run("state")).stdout).toMatch(/runa state --work-unit checkout +1 protocol failed\n/);
  expect((await rig.state()).work_units?.[0]).toEqual({ ...counts, work_unit: "checkout", waiting: 2, failed: 1 });
});

test("one that is being executed is counted as such", async () => {
  const rig = await makeRig(project);
  const run = rig.start("run", "--work-unit", "checkout");
  const agent = await rig.nextAttempt();
  expect((await rig.state()).work_units?.[0]).toMatchObject({ work_unit: "checkout", ready: 1, running: 1 });
  await agent.deliver("patch", "p1", { title: "Done" });
  await agent.exit(0);
  await run.ended();
  expect((await rig.state()).work_units?.[0]).toEqual({ ...counts, work_unit: "checkout", waiting: 2 });
});

test("a run in one scope ends by naming what is READY in the others, with the command for each", async () => {
  const rig = await makeRig({
    ...project,
    artifacts: { ...project.artifacts, "task/t2": { title: "Find", work_unit: "search" } },
  });
  const flags = ["--config", ".runa/config.toml"];
  const run = rig.start("run", "--work-unit", "checkout", ...flags);
  const agent = await rig.nextAttempt();
  await agent.deliver("patch", "p1", { title: "Done" });
  await agent.exit(0);
  expect((await run.ended()).stdout).toMatch(
    /\nOther work to run:\n {2}runa run --config \.runa\/config\.toml +1 protocol ready\n {2}runa run --work-unit search --config \.runa\/config\.toml +1 protocol ready\nquiescent_with_blocked_work: /,
  );
});

test("where nothing is scoped there are no work units to tell of", async () => {
  const rig = await makeRig({
    protocols: [{ name: "plan", requires: ["idea"], produces: ["outline"] }],
    artifacts: { "idea/i1": { title: "Go", work_unit: "odd" } },
  });
  expect((await rig.state()).work_units).toEqual([]);
  expect((await rig.run("state")).stdout).not.toContain("Work units");
});
