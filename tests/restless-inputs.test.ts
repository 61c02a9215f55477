import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** What makes an artifact another one whenever it is looked at. */
function restless(rig: Rig, artifact: string): { env: Record<string, string> } {
  const hook = fileURLToPath(new URL("rig/restless.cjs", import.meta.url));
  return {
    env: {
      NODE_OPTIONS: `--require=${JSON.stringify(hook)}`,
      RIG_RESTLESS: join(rig.project, rig.path(artifact)),
    },
  };
}

test("an input that is never what was evaluated: the run ends with 1 and says so, nothing was started", async () => {
  const rig = await makeRig(draft);
  const { exitCode, stderr } = await rig.run("run", restless(rig, "requirements/r1"));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error: protocol 'draft' cannot be started: .*Something keeps changing its inputs/m);
  expect(await rig.events("attempt_started")).toEqual([]);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends a run that looks again and again", async (signal, exit) => {
  const rig = await makeRig(draft);
  const run = rig.start("run", restless(rig, "requirements/r1"));
  await run.says("stderr", "looked again");
  run.signal(signal);
  expect((await run.ended()).exitCode).toBe(exit);
});

test("beside it, what runs is waited for and judged", async () => {
  const rig = await makeRig({
    protocols: [
      { name: "draft", requires: ["requirements"], produces: ["design"] },
      { name: "note", requires: ["thought"], produces: ["memo"] },
    ],
    artifacts: { "requirements/r1": { title: "Fast" }, "thought/t1": { title: "Hm" } },
  });
  const run = rig.start("run", "--jobs", "2", restless(rig, "thought/t1"));
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title: "A design" });
  await agent.exit(0);
  const { exitCode, stderr } = await run.ended();
  expect(stderr).toContain("✓ draft");
  expect(stderr).toContain("error: protocol 'note' cannot be started");
  expect(exitCode).toBe(1);
});
