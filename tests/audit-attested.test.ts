import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { auditSchema, diagnosed, idsOf, recordOf } from "./rig/audit.ts";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

/** Lets the next attempt deliver nothing. */
async function failing(rig: Rig, code = 7): Promise<string> {
  const agent = await rig.nextAttempt();
  await agent.exit(code);
  return agent.id;
}

/** A project in which `draft` has failed, which was recorded, and nothing else was done. */
async function failed(options: Partial<RigOptions> = {}): Promise<Rig> {
  const rig = await makeRig({ ...diagnosed, ...options });
  const run = rig.start("run", "draft");
  await failing(rig);
  expect(await run.ended()).toMatchObject({ exitCode: 2 });
  return rig;
}

async function statusOf(rig: Rig, protocol: string): Promise<string | undefined> {
  return (await rig.state()).protocols.find(({ name }) => name === protocol)?.status;
}

async function doctor(rig: Rig): Promise<string> {
  return (await rig.run("doctor")).stdout;
}

/** Checks that what lies there under a name is invalid for everybody, and calls for nothing. */
async function expectRefused(rig: Rig, id: string, why: string): Promise<void> {
  const shown = await rig.run("show", "failed-attempt", id, "--json");
  expect(JSON.parse(shown.stdout)).toMatchObject({ status: "invalid", violations: [{ message: why }] });
  const report = await doctor(rig);
  expect(report).toContain(`failed-attempt/${id} is invalid`);
  expect(report).toContain(why);
}

const FORGED = "not attested: records of attempts are written by runa alone";
const EDITED = "not attested: it is not as runa wrote it";

describe("a record counts only as runa wrote it", () => {
  test("one that somebody wrote is invalid, whatever stands in it", async () => {
    const rig = await makeRig({ ...diagnosed });
    await rig.run("scan");
    rig.artifact("failed-attempt/draft", {
      v: 1,
      protocol: "draft",
      outcome: "exited",
      ended: new Date().toISOString(),
    });
    expect(await statusOf(rig, "diagnose")).toBe("waiting");
    await expectRefused(rig, "draft", FORGED);
  });

  test("one that was edited is invalid, until it is replaced", async () => {
    const rig = await failed();
    expect(await statusOf(rig, "diagnose")).toBe("ready");
    const record = await recordOf(rig, "failed-attempt/draft");
    rig.artifact("failed-attempt/draft", { ...record, outcome: "delivered" });
    expect(await statusOf(rig, "diagnose")).toBe("waiting");
    await expectRefused(rig, "draft", EDITED);
    // The same content again is the record.
    rig.artifact("failed-attempt/draft", record);
    expect(await statusOf(rig, "diagnose")).toBe("ready");

    rig.artifact("failed-attempt/draft", { ...record, outcome: "delivered" });
    const run = rig.start("run", "draft");
    await failing(rig);
    await run.ended();
    expect(await statusOf(rig, "diagnose")).toBe("ready");
  });

  test("a copy under another name is invalid", async () => {
    const rig = await failed();
    rig.artifact("failed-attempt/copy", await recordOf(rig, "failed-attempt/draft"));
    await expectRefused(rig, "copy", FORGED);
  });

  test("one that was taken away and put back is invalid", async () => {
    const rig = await failed();
    const record = await recordOf(rig, "failed-attempt/draft");
    const run = rig.start("run", "draft");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "Done" });
    await agent.exit(0);
    await run.ended();
    expect(idsOf(rig, "failed-attempt")).toEqual([]);
    rig.artifact("failed-attempt/draft", record);
    await expectRefused(rig, "draft", EDITED);
  });

  test("an agent gets no tool for one, and one that it writes as a file counts for nothing", async () => {
    const rig = await makeRig(diagnosed);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    expect((await agent.tools()).map(({ name }) => name)).not.toContain("failed-attempt");
    await agent.writeFile(rig.path("failed-attempt/forged"), JSON.stringify({ v: 1, protocol: "draft" }));
    await agent.deliver("design", "d1", { title: "Done" });
    await agent.exit(0);
    expect(await run.ended()).toMatchObject({ exitCode: 0 });
    await expectRefused(rig, "forged", FORGED);
  });

  test("nobody can deliver one", async () => {
    const rig = await makeRig({
      ...diagnosed,
      schemas: {
        ...diagnosed.schemas,
        approval: { "x-runa": { kind: "approval", of: "design" }, type: "object" },
      },
      types: ["approval"],
    });
    const deliver = (type: string) => rig.run("deliver", type, "x1", "-", { input: '{"v": 1}' });
    expect(await deliver("failed-attempt")).toMatchObject({
      exitCode: 1,
      stderr: "error: 'failed-attempt' holds records of attempts, which runa alone writes: nobody can deliver one\n",
    });
    expect(await deliver("approval")).toMatchObject({
      exitCode: 1,
      stderr: "error: 'approval' holds decisions: give one with `runa approve` or `runa reject`\n",
    });
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });

  test("those from before a log that was lost are stale, with one finding for all of them", async () => {
    const rig = await makeRig({ ...draft, types: ["trail"], schemas: { trail: auditSchema({ per: "attempt" }) } });
    for (const code of [1, 2]) {
      const run = rig.start("run");
      await failing(rig, code);
      await run.ended();
    }
    expect(await doctor(rig)).not.toContain("attests");
    rig.remove(".runa/store");
    expect(await rig.run("scan", "--rebuild")).toMatchObject({ exitCode: 0 });
    const report = await doctor(rig);
    expect(report).toContain("2 records of attempts from before this project's log: nothing attests them");
    expect(report).not.toContain("trail/");
    const [id = ""] = idsOf(rig, "trail");
    expect(JSON.parse((await rig.run("show", "trail", id, "--json")).stdout)).toMatchObject({ status: "stale" });
    // A new one is attested by the new log.
    const run = rig.start("run");
    const next = await failing(rig, 3);
    await run.ended();
    expect(JSON.parse((await rig.run("show", "trail", next, "--json")).stdout)).toMatchObject({ status: "valid" });
  });
});

describe("a record of an attempt of a protocol never counts for it", () => {
  test("not in what it requires, nor for its freshness", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "draft", requires: ["requirements"], produces: ["design"] },
        { name: "report", requires: ["trail"], produces: ["summary"] },
      ],
      schemas: { trail: auditSchema() },
      artifacts: { "requirements/r1": { title: "Fast" } },
    });
    const run = rig.start("run");
    for (const type of ["design", "summary"]) {
      const agent = await rig.nextAttempt();
      if (type === "summary") {
        expect(agent.prompt).toContain("### trail: draft\n");
        expect(agent.prompt).not.toContain("### trail: report");
      }
      await agent.deliver(type, "x1", { title: type });
      await agent.exit(0);
    }
    expect(await run.ended()).toMatchObject({ exitCode: 0 });
    expect(idsOf(rig, "trail")).toEqual(["draft", "report"]);
    expect(await statusOf(rig, "report")).toBe("waiting");
    expect((await rig.run("run", "--dry-run", "--json")).json?.execution_plan).toEqual([]);
  });

  test("not in its trigger: what failed is not called for by its own failure", async () => {
    const rig = await makeRig({
      protocols: [{ name: "repair", accepts: [], trigger: "on_artifact(broken)", produces: ["patch"] }],
      schemas: { broken: auditSchema({ outcomes: ["exited"] }) },
      types: ["need"],
      artifacts: { "need/n1": { title: "Any" } },
    });
    expect(await statusOf(rig, "repair")).toBe("waiting");
    const other = await makeRig({
      protocols: [{ name: "repair", trigger: "any_of(on_artifact(need), on_artifact(broken))", produces: ["patch"] }],
      schemas: { broken: auditSchema({ outcomes: ["exited"] }) },
      artifacts: { "need/n1": { title: "Any" } },
    });
    const run = other.start("run");
    await failing(other);
    await run.ended();
    expect(idsOf(other, "broken")).toEqual(["repair"]);
    other.remove(".runa/workspace/need");
    expect(await statusOf(other, "repair")).toBe("waiting");
  });

  test("and it counts for all others: a release waits for the record that its check passed", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "check", requires: ["code"], produces: ["verdict"] },
        { name: "release", requires: ["code", "passed"], produces: ["release-note"] },
      ],
      schemas: { passed: auditSchema({ outcomes: ["delivered"], protocols: ["check"] }) },
      artifacts: { "code/c1": { title: "Code" } },
    });
    const first = rig.start("run");
    await failing(rig);
    expect(await first.ended()).toMatchObject({ exitCode: 2 });
    expect(await statusOf(rig, "release")).toBe("blocked");
    // Nobody opens the gate by hand.
    rig.artifact("passed/check", { v: 1, protocol: "check", outcome: "delivered" });
    expect(await statusOf(rig, "release")).toBe("blocked");
    rig.remove(rig.path("passed/check"));

    const second = rig.start("run");
    for (const type of ["verdict", "release-note"]) {
      const agent = await rig.nextAttempt();
      await agent.deliver(type, "x1", { title: type });
      await agent.exit(0);
    }
    expect(await second.ended()).toMatchObject({ exitCode: 0 });
  });
});

test("a workspace of another project's records is not taken for this one's", async () => {
  const from = await failed();
  const to = await makeRig({ ...diagnosed });
  await to.run("scan");
  mkdirSync(join(to.project, ".runa/workspace/failed-attempt"), { recursive: true });
  to.artifact("failed-attempt/draft", {
    ...(await recordOf(from, "failed-attempt/draft")),
    ended: "2999-01-01T00:00:00.000000Z",
  });
  await expectRefused(to, "draft", FORGED);
});
