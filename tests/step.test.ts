import { expect, test } from "vitest";
import { makeRig } from "./rig/rig.ts";

test("step executes the next READY protocol and is done when it was delivered", async () => {
  const rig = await makeRig({
    protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"] }],
    artifacts: { "requirements/r1": { title: "Fast" } },
  });
  const step = rig.start("step");
  const agent = await rig.nextAttempt();
  expect((await agent.tools()).map(({ name }) => name)).toEqual(["design"]);
  await agent.deliver("design", "d1", { title: "A design" });
  await agent.exit(0);
  const { exitCode, stdout, stderr } = await step.ended();
  console.log(stdout, stderr, agent.prompt);
  expect(exitCode).toBe(0);
  console.log(JSON.stringify(await rig.state(), null, 2));
});
