import { expect, test } from "vitest";
import { makeRig, type RigOptions } from "./rig/rig.ts";

const three: RigOptions = {
  protocols: [
    { name: "draft", requires: ["need"], produces: ["design"] },
    { name: "cook", requires: ["need"], produces: ["meal"] },
    { name: "build", requires: ["design"], accepts: ["meal"], produces: ["code"], trigger: "on_artifact(need)" },
  ],
  artifacts: { "need/n1": { title: "Need" } },
};

test("executes the protocol that is named, whatever is READY before it", async () => {
  const rig = await makeRig(three);
  const step = rig.start("step", "--protocol", "cook");
  const cook = await rig.nextAttempt();
  expect(cook.protocol).toBe("cook");
  await cook.deliver("meal", "m1", { title: "Meal" });
  await cook.exit(0);
  const { exitCode, stdout, stderr } = await step.ended();
  expect({ exitCode, started: stderr.match(/^▶ .*$/gm) }).toEqual({ exitCode: 0, started: ["▶ cook"] });
  expect(stdout).toMatch(/^test-methodology {2}unscoped: 1 READY, 1 BLOCKED, 1 WAITING$/m);
});

test("says why one is not READY, and ends with 1", async () => {
  const rig = await makeRig({ ...three, agent: ["false"] });
  const why = async (name: string) => {
    const { exitCode, stdout, stderr } = await rig.run("step", "--protocol", name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    return stdout.split("\n")[0];
  };
  expect(await why("build")).toBe(
    "build is not READY but BLOCKED: design (missing); `runa explain build` says what would move it",
  );
  rig.artifact("design/d1", { title: "By hand" });
  expect(await why("draft")).toBe(
    "draft is not READY but WAITING: outputs are current; `runa reopen draft` has it executed all the same",
  );
  expect(await rig.events("claimed")).toEqual([]);
  // A dry run answers for it, too, and does not fail.
  const dry = await rig.run("step", "--dry-run", "--protocol", "draft");
  expect(dry.exitCode).toBe(0);
  expect(dry.stdout).toMatch(/\n\ndraft is not READY but WAITING: outputs are current; .*\n$/);
  const json = await rig.run("step", "--dry-run", "--json", "--protocol", "build");
  expect(json.json?.execution_plan).toMatchObject([{ protocol: "build" }]);
  const prompt = await rig.run("step", "--dry-run", "--prompt", "--protocol", "draft");
  expect(prompt).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("**draft**") });
});

test.each([
  [["--protocol", "cok"], /^error: methodology 'test-methodology' has no protocol 'cok' — did you mean 'cook'\?$/m],
  [["--protocol", "cook", "--work-unit", "w"], /^error: protocol 'cook' is not scoped: leave --work-unit out$/m],
  [["--protocol", ""], /^error: --protocol needs a protocol; it is empty/m],
  [["--protocol", "cook", "--dry-run", "--prompt", "draft"], /^error: --prompt and --protocol both name a protocol/m],
])("step %j is an error", async (words, message) => {
  const rig = await makeRig(three);
  const { exitCode, stdout, stderr } = await rig.run("step", ...words);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(message);
});

test("waits for what another run does with it, unless it is told not to", async () => {
  const rig = await makeRig(three);
  const run = rig.start("run", "cook");
  const cook = await rig.nextAttempt();
  const held = await rig.run("step", "--protocol", "cook", "--no-wait");
  expect(held.exitCode).toBe(3);
  expect(held.stdout).toMatch(/^held: cook: runa pid /m);
  await cook.deliver("meal", "m1", { title: "Meal" });
  await cook.exit(0);
  expect(await run.ended()).toMatchObject({ exitCode: 0 });
});

test("one that no server could offer is not started, and that is a failure", async () => {
  const rig = await makeRig({ ...three, undeclared: ["meal"] });
  const { exitCode, stderr } = await rig.run("step", "--protocol", "cook");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("✗ cook  not started: protocol 'cook' writes 'meal', which is not a declared artifact type");
});
