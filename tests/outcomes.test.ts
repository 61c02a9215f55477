import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Attempt } from "./rig/attempt.ts";
import { chain, draft, review } from "./rig/examples.ts";
import { makeRig, type RigOptions } from "./rig/rig.ts";

/** Executes one attempt as `act` says. */
async function attempt(options: RigOptions, act: (agent: Attempt) => Promise<void>) {
  const rig = await makeRig(options);
  const step = rig.start("step");
  await act(await rig.nextAttempt());
  const { exitCode, stderr } = await step.ended();
  return { rig, exitCode, stderr };
}

describe("not_started", () => {
  test.each([
    {
      what: "is missing",
      agent: "./missing",
      errno: "ENOENT",
      advice: "correct the command of [agent] in the config, or install it",
    },
    {
      what: "is not executable",
      agent: "./.runa/config.toml",
      errno: "EACCES",
      advice: "`chmod +x ./.runa/config.toml`",
    },
  ])("a command that $what is a failed attempt", async ({ agent, errno, advice }) => {
    const rig = await makeRig({ ...draft, agent: [agent] });
    const step = await rig.run("step");
    expect(step.exitCode).toBe(1);
    expect(step.stderr).toContain("✗ draft");
    expect(step.stderr).toContain(`not_started: the agent '${agent}' could not be started (${errno})`);
    expect(step.stderr).toContain(advice);
    const run = await rig.run("run");
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("not_started");
    expect(run.stdout).toContain("quiescent_with_failures");
  });
});

describe("an agent's script that cannot be started for another reason than the system gives", () => {
  test.each([
    {
      what: "has lines that end with CR LF",
      script: "#!/bin/sh\r\necho hello\r\n",
      says: /bad interpreter: \/bin\/sh\^M: the lines of \S+\/agent\.sh end with CR LF; save it with LF alone/,
    },
    {
      what: "names an interpreter that is not there",
      script: "#! /nowhere/python3 -u\n",
      says: /bad interpreter: \/nowhere\/python3, which the first line of \S+\/agent\.sh names, is not there/,
    },
    {
      what: "names an interpreter that cannot be executed",
      script: "#!.runa/config.toml\n",
      says: /bad interpreter: \.runa\/config\.toml, which the first line of \S+\/agent\.sh names, cannot be executed/,
    },
  ])("it $what: step and doctor say so", async ({ script, says }) => {
    const rig = await makeRig({ ...draft, agent: ["./agent.sh"] });
    rig.write("agent.sh", script);
    chmodSync(join(rig.project, "agent.sh"), 0o755);
    const step = await rig.run("step");
    expect(step.exitCode).toBe(1);
    expect(step.stderr).toMatch(
      new RegExp(`not_started: the agent './agent\\.sh' could not be started .*: ${says.source}`),
    );
    expect((await rig.run("doctor", "--agent")).stdout).toMatch(says);
  });

  test("one whose interpreter is looked for on the PATH is started", async () => {
    const rig = await makeRig({ ...draft, agent: ["./agent.sh"] });
    rig.write("agent.sh", "#!/usr/bin/env sh\nexit 7\n");
    chmodSync(join(rig.project, "agent.sh"), 0o755);
    expect((await rig.run("step")).stderr).toContain("exited: the agent ended with exit code 7");
    expect((await rig.run("doctor", "--agent")).stdout).toContain("installed: ");
  });
});

describe("signalled and exited", () => {
  test("an agent that a signal kills", async () => {
    const { exitCode, stderr } = await attempt(draft, (agent) => agent.kill("SIGKILL"));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("signalled: the agent was killed by SIGKILL");
  });

  test("an exit code other than 0, though everything was delivered", async () => {
    const { rig, exitCode, stderr } = await attempt(draft, async (agent) => {
      await agent.deliver("design", "d1", { title: "A design" });
      await agent.exit(3);
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("exited: the agent ended with exit code 3");
    expect(stderr).toContain("everything it owes had been delivered all the same");
    // What it delivered is kept, and it is not done.
    expect(rig.artifacts()).toContain("design/d1");
    expect((await rig.state()).protocols[0]).toMatchObject({ name: "draft", status: "ready" });
  });

  test("an exit code ends an attempt also where its outputs cannot be looked at", async () => {
    const rig = await makeRig({ ...draft, agent: ["sh", "-c", "rm -r .runa/workspace; exit 3"] });
    const { exitCode, stderr } = await rig.run("run");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: /m);
    rig.artifact("requirements/r1", { title: "Fast" });
    expect((await rig.events("attempt_ended")).map(({ body }) => body)).toMatchObject([{ outcome: "exited", code: 3 }]);
    const run = await rig.run("run");
    expect(run.stderr).not.toContain("its runa had died");
  });

  test("the exit code comes before what is wrong with the outputs", async () => {
    const { stderr } = await attempt(draft, async (agent) => {
      await agent.writeFile(".runa/workspace/design/d1.json", "{}");
      await agent.exit(1);
    });
    expect(stderr).toContain("exited: the agent ended with exit code 1");
    expect(stderr).not.toContain("invalid_output");
    expect(stderr).not.toContain("all the same");
  });
});

describe("invalid_output", () => {
  test("an output that breaks its schema, with every violation", async () => {
    const { exitCode, stderr } = await attempt(draft, async (agent) => {
      await agent.writeFile(".runa/workspace/design/d1.json", '{"title": 5, "colour": "red"}');
      await agent.exit(0);
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("invalid_output: 1 output not valid");
    expect(stderr).toContain("design/d1");
    expect(stderr).toContain("/title");
    expect(stderr).toContain("colour");
  });

  test("an output that is no JSON", async () => {
    const { stderr } = await attempt(draft, async (agent) => {
      await agent.writeFile(".runa/workspace/design/d1.json", '{"title":');
      await agent.exit(0);
    });
    expect(stderr).toContain("invalid_output");
    expect(stderr).toContain("not JSON");
  });

  test("a sibling from before that is not valid, beside a valid delivery", async () => {
    const options = { ...draft, artifacts: { ...draft.artifacts, "design/old": { name: "no title" } } };
    const { stderr } = await attempt(options, async (agent) => {
      await agent.deliver("design", "new", { title: "A design" });
      await agent.exit(0);
    });
    expect(stderr).toContain("invalid_output: 1 output not valid");
    expect(stderr).toContain("design/old");
  });

  test("an optional output that is there and not valid", async () => {
    const options: RigOptions = {
      ...draft,
      protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"], may_produce: ["question"] }],
    };
    const { stderr } = await attempt(options, async (agent) => {
      await agent.deliver("design", "d1", { title: "A design" });
      await agent.writeFile(".runa/workspace/question/q1.json", "[]");
      await agent.exit(0);
    });
    expect(stderr).toContain("invalid_output");
    expect(stderr).toContain("question/q1");
  });
});

describe("choice_unmet", () => {
  test("none of a group", async () => {
    const { exitCode, stderr } = await attempt(review, (agent) => agent.exit(0));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("choice_unmet: delivered none of approved, rejected (choice 'verdict')");
    expect(stderr).toContain("the agent never started the MCP server");
  });

  test("more than one of a group", async () => {
    const { rig, stderr } = await attempt(review, async (agent) => {
      await agent.deliver("approved", "a1", { title: "Yes" });
      await agent.deliver("rejected", "r1", { title: "No" });
      await agent.exit(0);
    });
    expect(stderr).toContain(
      "choice_unmet: delivered approved and rejected: of choice 'verdict' exactly one is wanted",
    );
    expect(rig.artifacts()).toEqual(["approved/a1", "design/d1", "rejected/r1"]);
  });
});

describe("not_delivered", () => {
  test("the agent never started its server", async () => {
    const { exitCode, stderr } = await attempt(draft, (agent) => agent.exit(0));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(stderr).toContain("the agent never started the MCP server in RUNA_MCP_CONFIG");
  });

  test("the agent started its server and called no tool", async () => {
    const { stderr } = await attempt(draft, async (agent) => {
      await agent.tools();
      await agent.exit(0);
    });
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(stderr).toContain("the agent started the MCP server and called no tool");
  });

  test("the agent only withdrew", async () => {
    const first = await attempt(draft, async (agent) => {
      await agent.deliver("design", "d1", { title: "A design" });
      await agent.exit(0);
    });
    first.rig.artifact("requirements/r1", { title: "Faster" });
    const step = first.rig.start("step");
    const agent = await first.rig.nextAttempt();
    const withdrawal = { artifact_type: "design", instance_id: "d1", reason: "it is wrong" };
    expect((await agent.call("withdraw", withdrawal)).isError).toBe(false);
    await agent.exit(0);
    const { stderr } = await step.ended();
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(stderr).toContain("the agent called tools, and nothing that it delivered is there");
    expect(stderr).not.toContain("called no tool");
  });

  test("its calls were refused, and how the last one was", async () => {
    const { rig, stderr } = await attempt(draft, async (agent) => {
      expect(await agent.call("design", { instance_id: "../d1", title: "A design" })).toMatchObject({ isError: true });
      const refused = await agent.call("design", { instance_id: "d1", title: "" });
      expect(refused.isError).toBe(true);
      expect(refused.text).toContain("/title");
      await agent.exit(0);
    });
    expect(stderr).toContain("2 calls were refused");
    expect(stderr).toContain("/title");
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });

  test("names only what is missing", async () => {
    const options: RigOptions = {
      ...draft,
      protocols: [{ name: "draft", requires: ["requirements"], produces: ["design", "plan", "risks"] }],
    };
    const { stderr } = await attempt(options, async (agent) => {
      await agent.deliver("plan", "p1", { title: "A plan" });
      await agent.exit(0);
    });
    expect(stderr).toContain("not_delivered: not delivered: design, risks");
  });
});

describe("delivered", () => {
  test("every obligation met: exit 0, and what was delivered on stderr", async () => {
    const { rig, exitCode, stderr } = await attempt(chain, async (agent) => {
      const result = await agent.deliver("design", "d1", { title: "A design" });
      expect(result.structured).toMatchObject({
        status: "delivered",
        path: ".runa/workspace/design/d1.json",
        still_owed: [],
      });
      await agent.exit(0);
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^▶ draft\n✓ draft {2}\d+\.\d s {2}design\/d1\n$/);
    expect((await rig.state()).protocols).toMatchObject([
      { name: "build", status: "ready" },
      { name: "draft", status: "waiting", unsatisfied_conditions: ["outputs are current"] },
    ]);
  });

  test("a protocol that owes nothing is delivered on exit 0", async () => {
    const options: RigOptions = { ...draft, protocols: [{ name: "look", requires: ["requirements"] }] };
    const { exitCode, stderr } = await attempt(options, async (agent) => {
      expect(await agent.tools()).toEqual([]);
      await agent.exit(0);
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("nothing was owed");
  });
});
