import { expect, test } from "vitest";
import { makeRig } from "./rig/rig.ts";

test("who is called because something is invalid is told what, why, and what it says", async () => {
  const rig = await makeRig({
    protocols: [
      {
        name: "mend",
        produces: ["report"],
        trigger: "any_of(on_invalid(log), all_of(on_invalid(note), on_artifact(go)))",
      },
    ],
    artifacts: { "log/good": { title: "Fine" }, "log/bad": { title: 7 }, "note/bad": { title: 7 } },
  });
  rig.write(".runa/workspace/log/torn.json", `# Not a heading\n${"x".repeat(20_000)}`);
  const inputs = [
    { artifact_type: "log", instance_id: "bad", relationship: "invalid" },
    { artifact_type: "log", instance_id: "torn", relationship: "invalid" },
  ];
  // The branch over notes is not true.
  const [entry] = (await rig.state()).protocols;
  expect(entry).toMatchObject({ name: "mend", status: "ready", inputs });
  expect((await rig.run("state")).stdout).toMatch(/^ +invalid +log\/bad$/m);
  const dry = await rig.run("step", "--dry-run", "--json");
  expect(dry.json?.execution_plan).toMatchObject([{ context: { inputs } }]);
  const step = rig.start("step");
  const agent = await rig.nextAttempt();
  expect(agent.prompt).toContain(
    [
      "## What is not valid",
      "### log: bad",
      "The file .runa/workspace/log/bad.json is not valid:",
      "- /title: expected a string, got 7",
      '> {"title":7}',
      "### log: torn",
      "The file .runa/workspace/log/torn.json is not valid:",
    ].join("\n\n"),
  );
  expect(agent.prompt).toContain("\n> # Not a heading\n> xxx");
  expect(agent.prompt).toContain("(4016 more bytes)");
  expect(agent.prompt.length).toBeLessThan(18_000);
  await agent.deliver("report", "r", { title: "Seen" });
  await agent.exit(0);
  expect((await step.ended()).exitCode).toBe(0);
});
