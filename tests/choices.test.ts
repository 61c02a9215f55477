import { describe, expect, test } from "vitest";
import { review } from "./rig/examples.ts";
import { makeRig, type RigOptions } from "./rig/rig.ts";

/** A review whose two verdicts lead to different work. */
const branching: RigOptions = {
  protocols: [
    { name: "review", requires: ["design"], choices: { verdict: ["approved", "rejected"] } },
    { name: "publish", requires: ["approved"], produces: ["release"] },
    { name: "rework", requires: ["rejected"], produces: ["revision"] },
  ],
  artifacts: { "design/d1": { title: "A design" } },
};

describe("a choice group", () => {
  test("is settled by one member, and the run names it and waits for no other", async () => {
    const rig = await makeRig(branching);
    const run = rig.start("run");
    const reviewer = await rig.nextAttempt();
    expect((await reviewer.tools()).map(({ name }) => name)).toEqual(["approved", "rejected"]);
    expect((await reviewer.deliver("approved", "a1", { title: "Yes" })).structured).toMatchObject({ still_owed: [] });
    await reviewer.exit(0);
    const publisher = await rig.nextAttempt();
    expect(publisher.protocol).toBe("publish");
    await publisher.deliver("release", "r1", { title: "1.0" });
    await publisher.exit(0);
    const { exitCode, stdout } = await run.ended();
    expect(stdout).toContain("choice 'verdict' of review was settled: approved");
    expect(stdout).toMatch(/^all_complete: /m);
    expect(exitCode).toBe(0);
    // Known again without executing anything; only the run that settled it says so.
    const again = await rig.run("run");
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toBe("all_complete: nothing to do, everything is current\n");
    expect((await rig.state()).protocols).toMatchObject([
      { name: "review", unsatisfied_conditions: ["outputs are current"] },
      { name: "publish", unsatisfied_conditions: ["outputs are current"] },
      {
        name: "rework",
        status: "waiting",
        unsatisfied_conditions: [expect.stringContaining("on_artifact(rejected): ")],
      },
    ]);
  });

  test("that was not settled leaves both branches owed", async () => {
    const rig = await makeRig({ ...branching, artifacts: {} });
    const { exitCode, stdout } = await rig.run("run");
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^quiescent_with_blocked_work: /m);
    for (const name of ["review", "publish", "rework"]) expect(stdout).toContain(`owed: ${name}`);
    expect(stdout).not.toContain("was settled");
  });

  test("is in the plan with its members", async () => {
    const rig = await makeRig(review);
    const { json } = await rig.run("step", "--dry-run", "--json");
    expect(json?.execution_plan).toMatchObject([
      {
        protocol: "review",
        context: {
          expected_outputs: {
            produces: [],
            may_produce: [],
            required_output_choices: [{ name: "verdict", members: ["approved", "rejected"] }],
          },
        },
      },
    ]);
  });
});

describe("superseding", () => {
  /** A project in which `rejected/r1` was delivered for a design that has changed since. */
  async function rejectedOnce() {
    const rig = await makeRig(review);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("rejected", "r1", { title: "Not yet" });
    await agent.exit(0);
    await step.ended();
    rig.artifact("design/d1", { title: "A better design" });
    return rig;
  }

  test("another member takes the place of the old one", async () => {
    const rig = await rejectedOnce();
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    // The old member stays until this attempt has succeeded.
    await agent.deliver("approved", "a1", { title: "Yes" });
    expect(rig.artifacts()).toEqual(["approved/a1", "design/d1", "rejected/r1"]);
    await agent.exit(0);
    const { exitCode, stdout, stderr } = await run.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("superseded rejected/r1");
    expect(stdout).toContain("choice 'verdict' of review was settled: approved");
    expect(rig.artifacts()).toEqual([`.superseded/${agent.id}/rejected/r1`, "approved/a1", "design/d1"]);
    expect((await rig.run("run")).stderr).toBe("");
  });

  test("a failed attempt supersedes nothing", async () => {
    const rig = await rejectedOnce();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("approved", "a1", { title: "Yes" });
    await agent.exit(1);
    await step.ended();
    expect(rig.artifacts()).toEqual(["approved/a1", "design/d1", "rejected/r1"]);
  });

  test("what a crash left undone is finished by the next command that executes work", async () => {
    const rig = await rejectedOnce();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    // Where the old member should go lies a file: the attempt's end is committed, and the move fails, which is told.
    rig.write(".runa/workspace/.superseded", "in the way");
    await agent.deliver("approved", "a1", { title: "Yes" });
    await agent.exit(0);
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /what was superseded could not be moved: .*\.superseded is .*: nothing is written there; remove it/,
    );
    expect(rig.artifacts()).toEqual(["approved/a1", "design/d1", "rejected/r1"]);
    rig.remove(".runa/workspace/.superseded");
    const next = await rig.run("run");
    expect(next.exitCode).toBe(0);
    expect(next.stdout).toBe("all_complete: nothing to do, everything is current\n");
    expect(rig.artifacts()).toEqual([`.superseded/${agent.id}/rejected/r1`, "approved/a1", "design/d1"]);
  });

  test("does not reach into another work unit", async () => {
    const rig = await makeRig({
      protocols: [{ ...review.protocols[0], name: "review", scoped: true }],
      artifacts: {
        "design/d1": { title: "A design", work_unit: "checkout" },
        "rejected/theirs": { title: "No", work_unit: "search" },
        "rejected/mine": { title: "No", work_unit: "checkout" },
      },
    });
    await rig.run("scan");
    rig.artifact("design/d1", { title: "A better design", work_unit: "checkout" });
    const step = rig.start("step", "--work-unit", "checkout");
    const agent = await rig.nextAttempt();
    await agent.deliver("approved", "a1", { title: "Yes" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
    expect(rig.artifacts()).toEqual([
      `.superseded/${agent.id}/rejected/mine`,
      "approved/a1",
      "design/d1",
      "rejected/theirs",
    ]);
  });
});
