import { describe, expect, test } from "vitest";
import { chain, draft } from "./rig/examples.ts";
import { makeRig } from "./rig/rig.ts";

describe("run and the first Ctrl-C", () => {
  test("lets the running attempt end, starts no other, and leaves with 130", async () => {
    const rig = await makeRig(chain);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    run.signal("SIGINT");
    await run.says("stderr", "SIGINT: ");
    // Its agent has a process group of its own and goes on; what it delivers counts.
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const { exitCode, stdout, stderr } = await run.ended();
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^interrupted: /m);
    expect(stderr).toContain("✓ draft");
    expect(stderr).not.toContain("build");
    expect((await rig.state()).protocols).toMatchObject([
      { name: "build", status: "ready" },
      { name: "draft", unsatisfied_conditions: ["outputs are current"] },
    ]);
  });

  test("prevents nothing when nothing was left to do", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    run.signal("SIGINT");
    await run.says("stderr", "SIGINT: ");
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const { exitCode, stdout } = await run.ended();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^all_complete: /m);
  });

  test("leaves a failure of the running attempt a failure", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    run.signal("SIGINT");
    await run.says("stderr", "SIGINT: ");
    await agent.exit(7);
    const { exitCode, stdout, stderr } = await run.ended();
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^quiescent_with_failures: /m);
    expect(stderr).toContain("exited: the agent ended with exit code 7");
  });
});

test("signals speak of all agents that run, and of none where none does", async () => {
  const options = {
    protocols: ["a", "b"].map((name) => ({ name, requires: ["brief"], produces: [`of-${name}`] })),
    artifacts: { "brief/b1": { title: "Brief" } },
  };
  const rig = await makeRig(options);
  const run = rig.start("run", "--jobs", "2");
  const agents = [await rig.nextAttempt(), await rig.nextAttempt()];
  for (const agent of agents) await agent.ignoreSigterm();
  run.signal("SIGINT");
  await run.says("stderr", "SIGINT: the 2 running attempts end first and nothing more starts; Ctrl-C again kills them");
  run.signal("SIGTERM");
  await run.says("stderr", "SIGTERM: the 2 agents are told to end and killed if they do not; once more kills them at");
  run.signal("SIGTERM");
  expect((await run.ended()).stderr).toContain("SIGTERM: the 2 agents are killed\n");
});

test("the second Ctrl-C under run kills the attempt at once", async () => {
  const rig = await makeRig(chain);
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  // SIGTERM would not end it.
  await agent.ignoreSigterm();
  await agent.deliver("design", "d1", { title: "A design" });
  run.signal("SIGINT");
  await run.says("stderr", "SIGINT: the running attempt ends first and nothing more starts; Ctrl-C again kills it");
  run.signal("SIGINT");
  await agent.gone("after the second Ctrl-C");
  const { exitCode, stdout, stderr } = await run.ended();
  expect(exitCode).toBe(130);
  expect(stderr).toContain("✗ draft");
  expect(stderr).toContain("interrupted: stopped by SIGINT");
  expect(stderr).toContain("everything it owes had been delivered all the same");
  expect(stdout).toMatch(/^interrupted: /m);
  // What it delivered is kept, the attempt is not a success.
  expect(rig.artifacts()).toContain("design/d1");
  expect((await rig.state()).protocols).toMatchObject([
    { name: "draft", status: "ready" },
    { name: "build", status: "ready" },
  ]);
});

describe("signals that end the attempt in order", () => {
  test.each([
    { command: "step", signal: "SIGINT", exit: 130 },
    { command: "step", signal: "SIGTERM", exit: 143 },
    { command: "step", signal: "SIGHUP", exit: 129 },
    { command: "run", signal: "SIGTERM", exit: 143 },
    { command: "run", signal: "SIGHUP", exit: 129 },
  ] as const)("$signal to $command: SIGTERM to the agent, and $exit", async ({ command, signal, exit }) => {
    const rig = await makeRig(chain);
    const program = rig.start(command);
    const agent = await rig.nextAttempt();
    program.signal(signal);
    // It does not survive a SIGTERM, and nothing else was sent within the grace.
    await agent.gone(`after ${signal} to runa`);
    const { exitCode, stdout, stderr } = await program.ended();
    expect(exitCode).toBe(exit);
    expect(stderr).toContain(`interrupted: stopped by ${signal}`);
    expect(stderr.match(/▶/g)).toHaveLength(1);
    if (command === "run") expect(stdout).toMatch(/^interrupted: /m);
  });

  test("again: the agent that ignored the first is killed", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.ignoreSigterm();
    step.signal("SIGINT");
    expect(await agent.signalled()).toBe("SIGTERM");
    step.signal("SIGINT");
    await agent.gone("after the second Ctrl-C");
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(130);
    expect(stderr).toContain("interrupted: stopped by SIGINT");
  });

  test("a Ctrl-C that waits for the attempt, then SIGTERM: in order too, and 143", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.ignoreSigterm();
    run.signal("SIGINT");
    await run.says("stderr", "SIGINT: ");
    run.signal("SIGTERM");
    expect(await agent.signalled()).toBe("SIGTERM");
    await agent.exit(0);
    const { exitCode, stderr } = await run.ended();
    expect(exitCode).toBe(143);
    expect(stderr).toContain("interrupted: stopped by SIGTERM");
  });

  test("an interrupted attempt may be tried again at once", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    await rig.nextAttempt();
    step.signal("SIGTERM");
    await step.ended();
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await run.ended()).exitCode).toBe(0);
  });
});
