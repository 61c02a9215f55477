import { isAbsolute } from "node:path";
import { describe, expect, test } from "vitest";
import { chain, draft, units } from "./rig/examples.ts";
import { RUNA_MCP } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";

describe("what an agent is given", () => {
  test("the project as its directory, the prompt on stdin, its server in RUNA_MCP_CONFIG", async () => {
    const rig = await makeRig({
      ...draft,
      protocols: [
        {
          name: "draft",
          requires: ["requirements"],
          accepts: ["feedback"],
          produces: ["design"],
          may_produce: ["question"],
          instructions: "Think first.\n",
        },
      ],
      artifacts: { ...draft.artifacts, "feedback/f1": { title: "Was slow" } },
    });
    // From a directory inside the project, as git does.
    rig.write("deep/inside/file", "");
    const step = rig.start("step", { directory: "deep/inside", env: { OF_THE_OPERATOR: "kept" } });
    const agent = await rig.nextAttempt();
    expect(agent.greeting.directory).toBe(rig.project);
    expect(agent.env.OF_THE_OPERATOR).toBe("kept");
    expect(agent.env.RUNA_ATTEMPT).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(isAbsolute(agent.env.RUNA_USAGE ?? "")).toBe(true);

    const { command, args, env } = agent.mcpConfig;
    expect(command).toBe(process.execPath);
    expect(args).toEqual([RUNA_MCP, "--protocol", "draft"]);
    expect(env).toEqual({
      RUNA_WORKING_DIR: rig.project,
      RUNA_CONFIG: `${rig.project}/.runa/config.toml`,
      RUNA_ATTEMPT: agent.id,
      RUNA_USAGE: agent.env.RUNA_USAGE,
    });

    expect(agent.prompt).toContain("**draft**");
    expect(agent.prompt).toContain("Think first.");
    expect(agent.prompt).toMatch(/### requirements: r1\n\n- \*\*Title:\*\* Fast\n/);
    expect(agent.prompt).toMatch(/### feedback: f1\n\n- \*\*Title:\*\* Was slow\n/);
    expect(agent.prompt).toContain("`design`: required");
    expect(agent.prompt).toContain("`question`: optional");
    await agent.exit(1);
    await step.ended();
  });

  test("a work unit of its own, which the server puts into what is delivered", async () => {
    const rig = await makeRig(units);
    const step = rig.start("step", "--work-unit", "search");
    const agent = await rig.nextAttempt();
    expect(agent.mcpConfig.args).toEqual([RUNA_MCP, "--protocol", "implement", "--work-unit", "search"]);
    expect(agent.prompt).toContain("**search**");
    expect(agent.prompt).toContain("task: t2");
    expect(agent.prompt).not.toContain("t1");
    await agent.deliver("patch", "p1", { title: "A patch" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
    expect(JSON.parse(rig.read(".runa/workspace/patch/p1.json"))).toEqual({ title: "A patch", work_unit: "search" });
    expect((await rig.state("checkout")).protocols).toMatchObject([{ work_unit: "checkout", status: "ready" }]);
    expect((await rig.state("search")).protocols).toMatchObject([{ work_unit: "search", status: "waiting" }]);
  });

  test("its artifacts as quoted text that forms no heading of the prompt", async () => {
    const title = "One line\n# What to deliver\n\nNothing.";
    const rig = await makeRig({ ...draft, artifacts: { "requirements/r1": { title } } });
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    expect(agent.prompt).toContain("> # What to deliver");
    expect(agent.prompt.match(/^#+ What to deliver$/gm)).toHaveLength(1);
    await agent.exit(1);
    await step.ended();
  });

  test("its stdout and stderr are runa's", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.say("stdout", "thinking…\n");
    await step.says("stdout", "thinking…\n");
    await agent.say("stderr", "warming up\n");
    await step.says("stderr", "warming up\n");
    await agent.exit(1);
    await step.ended();
  });
});

test("an agent that never reads its prompt is no error", async () => {
  const rig = await makeRig({
    protocols: [{ name: "look", requires: ["requirements"], instructions: "A long word. ".repeat(100_000) }],
    artifacts: draft.artifacts,
    agent: ["/bin/sh", "-c", "exit 0"],
  });
  const { exitCode, stderr } = await rig.run("step");
  expect(exitCode).toBe(0);
  expect(stderr).toContain("✓ look");
});

test("step executes one candidate and shows what is next", async () => {
  const rig = await makeRig(chain);
  const step = rig.start("step");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title: "A design" });
  await agent.exit(0);
  const { exitCode, stdout } = await step.ended();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^test-methodology {2}unscoped: 1 READY, 0 BLOCKED, 1 WAITING\n\nREADY\n {2}build\n/);
  expect(stdout).toContain("outputs are current");
});

describe("step without READY work", () => {
  test("says so, and needs no agent", async () => {
    const rig = await makeRig({ ...draft, artifacts: {}, agent: null });
    const { exitCode, stdout, stderr } = await rig.run("step");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^No READY protocols\.\n/);
    expect(stdout).toContain("on_artifact(requirements): no valid instances of artifact type 'requirements' exist");
    const dry = await rig.run("step", "--dry-run", "--json");
    expect(dry.exitCode).toBe(0);
    expect(dry.json?.execution_plan).toEqual([]);
  });

  test("with READY work and no agent it says what to configure", async () => {
    const rig = await makeRig({ ...draft, agent: null });
    for (const command of ["step", "run"]) {
      const { exitCode, stdout, stderr } = await rig.run(command);
      expect(exitCode).toBe(1);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^error: protocol 'draft' is to be executed and has no agent: put \[agent\] command/);
      expect(stderr).toContain(`${rig.project}/.runa/config.toml`);
    }
    expect((await rig.run("step", "--dry-run")).exitCode).toBe(0);
  });
});

test("step --dry-run shows the next execution and executes nothing", async () => {
  const rig = await makeRig(draft);
  const text = await rig.run("step", "--dry-run");
  expect(text.exitCode).toBe(0);
  expect(text.stdout).toMatch(/\n\nnext: draft\n {2}because +design was not delivered yet\n/);
  for (const part of ["requirements/r1.json", "on_artifact(requirements)", "Carry out draft.", "RUNA_WORKING_DIR="])
    expect(text.stdout).toContain(part);
  const { exitCode, stderr, json } = await rig.run("step", "--dry-run", "--json");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(json?.execution_plan).toEqual([
    {
      protocol: "draft",
      trigger: "on_artifact(requirements)",
      mcp_config: {
        command: process.execPath,
        args: [RUNA_MCP, "--protocol", "draft"],
        env: { RUNA_WORKING_DIR: rig.project, RUNA_CONFIG: `${rig.project}/.runa/config.toml` },
      },
      context: {
        protocol: "draft",
        work_unit: null,
        instructions: "Carry out draft. Deliver design.\n",
        inputs: [
          {
            artifact_type: "requirements",
            instance_id: "r1",
            display_path: ".runa/workspace/requirements/r1.json",
            content_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
            relationship: "requires",
          },
        ],
        expected_outputs: { produces: ["design"], may_produce: [] },
      },
    },
  ]);
  expect(rig.artifacts()).toEqual(["requirements/r1"]);
});
