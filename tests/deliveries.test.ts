import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draft, units } from "./rig/examples.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

const DESIGN = ".runa/workspace/design/d1.json";

/** A project whose design is older than its requirements: complete, valid, and to be made again. */
async function outdated(options: RigOptions = draft): Promise<Rig> {
  const rig = await makeRig({ ...options, artifacts: { "design/d1": { title: "Old" } } });
  await rig.run("scan");
  rig.artifact("requirements/r1", { title: "Faster" });
  expect((await rig.state()).protocols).toMatchObject([{ name: "draft", status: "ready" }]);
  return rig;
}

describe("what counts as delivered by this attempt", () => {
  test("not what merely lies there, however complete it looks", async () => {
    const rig = await outdated();
    const step = rig.start("step");
    await (await rig.nextAttempt()).exit(0);
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: design");
  });

  test("the same bytes again, by the tool", async () => {
    const rig = await outdated();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "Old" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
    expect((await rig.state()).protocols).toMatchObject([{ status: "waiting" }]);
  });

  test("the same bytes again, past the server", async () => {
    const rig = await outdated();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.writeFile(DESIGN, rig.read(DESIGN));
    await agent.exit(0);
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("design/d1");
  });

  test("a new file past the server", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.writeFile(".runa/workspace/design/d2.json", '{"title": "By hand"}');
    await agent.exit(0);
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("design/d2");
  });

  test("not a file whose mode alone was changed", async () => {
    const rig = await outdated();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    chmodSync(join(rig.project, DESIGN), 0o600);
    await agent.exit(0);
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered");
  });

  test("not a file of another work unit", async () => {
    const rig = await makeRig(units);
    const step = rig.start("step", "--work-unit", "checkout");
    const agent = await rig.nextAttempt();
    await agent.writeFile(".runa/workspace/patch/p1.json", '{"title": "A patch", "work_unit": "search"}');
    await agent.exit(0);
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: patch");
  });

  test("not what somebody else delivered meanwhile by hand", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    // Without RUNA_ATTEMPT the server belongs to no attempt.
    const { server: byHand } = await rig.serve("--protocol", "draft");
    expect((await byHand.tools()).map(({ name }) => name)).toEqual(["design"]);
    expect(await byHand.call("design", { instance_id: "d1", title: "By hand" })).toMatchObject({ isError: false });
    await agent.exit(0);
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(rig.artifacts()).toContain("design/d1");
  });
});

describe("the server's own tools", () => {
  test("are not offered where there is nothing from before", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    expect((await agent.tools()).map(({ name }) => name)).toEqual(["design"]);
    await agent.exit(1);
    await step.ended();
  });

  test("confirm_unchanged delivers an output as it is", async () => {
    const rig = await outdated();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    expect((await agent.tools()).map(({ name }) => name)).toEqual(["design", "confirm_unchanged", "withdraw"]);
    const wrong = { artifact_type: "design", instance_id: "d9", reason: "still right" };
    expect(await agent.call("confirm_unchanged", wrong)).toMatchObject({ isError: true });
    const confirmed = await agent.call("confirm_unchanged", { ...wrong, instance_id: "d1" });
    expect(confirmed).toMatchObject({ isError: false, structured: { status: "confirmed", still_owed: [] } });
    await agent.exit(0);
    const { exitCode, stderr } = await step.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("design/d1");
    expect((await rig.state()).protocols).toMatchObject([{ unsatisfied_conditions: ["outputs are current"] }]);
  });

  test("withdraw takes an output away, into the attempt's own place", async () => {
    const rig = await outdated();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d2", { title: "New" });
    const withdrawn = await agent.call("withdraw", { artifact_type: "design", instance_id: "d1", reason: "replaced" });
    expect(withdrawn).toMatchObject({ isError: false, structured: { status: "withdrawn" } });
    expect(rig.artifacts()).toEqual([`.superseded/${agent.id}/design/d1`, "design/d2", "requirements/r1"]);
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
    expect((await rig.state()).protocols).toMatchObject([{ unsatisfied_conditions: ["outputs are current"] }]);
  });

  test("what was withdrawn is not delivered", async () => {
    const rig = await outdated();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "New" });
    const { structured } = await agent.call("withdraw", { artifact_type: "design", instance_id: "d1", reason: "no" });
    expect(structured).toMatchObject({ still_owed: ["design"] });
    await agent.exit(0);
    expect((await step.ended()).stderr).toContain("not_delivered: not delivered: design");
  });
});

describe("when an attempt has ended", () => {
  test("its server is fenced: a later call is refused and nothing is written", async () => {
    // Else the server would be ended with its agent.
    const rig = await outdated({ ...draft, settings: 'spare = ["node"]' });
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    const server = await agent.server();
    await agent.deliver("design", "d1", { title: "New" });
    await agent.exitWithoutServer(0);
    await step.says("stdout", "outputs are current");
    const before = rig.artifacts();
    const late = await server.call("design", { instance_id: "d2", title: "Too late" });
    expect(late.isError).toBe(true);
    expect(late.text).toContain(`attempt ${agent.id} has ended`);
    for (const tool of ["confirm_unchanged", "withdraw"]) {
      const refused = await server.call(tool, { artifact_type: "design", instance_id: "d1", reason: "late" });
      expect(refused.isError).toBe(true);
      expect(refused.text).toContain("has ended");
    }
    expect(rig.artifacts()).toEqual(before);
    server.end();
    expect((await step.ended()).exitCode).toBe(0);
  });

  test("a server that is started only then is refused too", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.exit(0);
    await step.ended();
    const { server: leaked } = await rig.serve("--protocol", "draft", { env: { RUNA_ATTEMPT: agent.id } });
    const late = await leaked.call("design", { instance_id: "d1", title: "Too late" });
    expect(late).toMatchObject({ isError: true });
    expect(late.text).toContain("has ended");
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });
});

describe("a delivery", () => {
  test("that is refused writes nothing, whatever the reason", async () => {
    const rig = await makeRig(units);
    const step = rig.start("step", "--work-unit", "checkout");
    const agent = await rig.nextAttempt();
    const before = rig.artifacts();
    for (const wrong of [
      { instance_id: "p1" },
      { instance_id: "p1", title: 5 },
      { instance_id: "../../p1", title: "A patch" },
      { instance_id: ".p1", title: "A patch" },
      { instance_id: "p1", title: "A patch", work_unit: "search" },
      { title: "A patch" },
    ])
      expect(await agent.call("patch", wrong), JSON.stringify(wrong)).toMatchObject({ isError: true });
    expect(rig.artifacts()).toEqual(before);
    expect(readdirSync(join(rig.project, ".runa/workspace"))).toEqual(["task"]);
    await agent.deliver("patch", "p1", { title: "A patch" });
    expect(JSON.parse(rig.read(".runa/workspace/patch/p1.json"))).toEqual({ title: "A patch", work_unit: "checkout" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
  });

  const title = { type: "string" };
  const PATCH = { type: "object", properties: { title, work_unit: title }, required: ["title", "work_unit"] };
  const $defs = { patch: PATCH };

  test.each([
    ["behind a reference", { $ref: "#/$defs/patch", $defs }],
    ["in a branch", { anyOf: [{ allOf: [{ $ref: "#/$defs/patch" }] }, { type: "object" }], $defs }],
    ["under a condition", { type: "object", if: { required: ["title"] }, then: PATCH }],
    ["only among what is required", { type: "object", required: ["work_unit"] }],
  ])("carries the session's work unit where its schema mentions it %s", async (_, patch) => {
    const rig = await makeRig({ ...units, schemas: { patch } });
    const { server } = await rig.serve("--protocol", "implement", "--work-unit", "checkout");
    expect(await server.call("patch", { instance_id: "p1", title: "A patch" })).toMatchObject({ isError: false });
    expect(JSON.parse(rig.read(".runa/workspace/patch/p1.json"))).toEqual({ title: "A patch", work_unit: "checkout" });
  });

  test("carries no work unit where its schema mentions none, as it would for a part of it", async () => {
    const part = { type: "object", properties: { work_unit: title } };
    const patch = { type: "object", properties: { title, part }, additionalProperties: false };
    const rig = await makeRig({ ...units, schemas: { patch } });
    const { server } = await rig.serve("--protocol", "implement", "--work-unit", "checkout");
    expect(await server.call("patch", { instance_id: "p1", title: "A patch" })).toMatchObject({ isError: false });
    expect(JSON.parse(rig.read(".runa/workspace/patch/p1.json"))).toEqual({ title: "A patch" });
  });

  test("never replaces an instance of another work unit", async () => {
    const rig = await makeRig(units);
    rig.artifact("patch/p1", { title: "Theirs", work_unit: "search" });
    const step = rig.start("step", "--work-unit", "checkout");
    const agent = await rig.nextAttempt();
    const refused = await agent.call("patch", { instance_id: "p1", title: "Mine" });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain("work unit 'search'");
    expect(JSON.parse(rig.read(".runa/workspace/patch/p1.json"))).toMatchObject({ title: "Theirs" });
    await agent.exit(1);
    await step.ended();
  });
});
