import { userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { auditSchema, diagnosed, idsOf, recordOf } from "./rig/audit.ts";
import { draft, units } from "./rig/examples.ts";
import { writeMethodology } from "./rig/methodology.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editStore } from "./rig/store-edit.ts";

const HASH = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

/** Lets the next attempt exit with a code, having delivered nothing. */
async function failing(rig: Rig, code = 7): Promise<string> {
  const agent = await rig.nextAttempt();
  await agent.exit(code);
  return agent.id;
}

/** Lets the next attempt deliver one artifact. */
async function delivering(rig: Rig, type: string, id: string): Promise<string> {
  const agent = await rig.nextAttempt();
  await agent.deliver(type, id, { title: type });
  await agent.exit(0);
  return agent.id;
}

describe("the record of an attempt", () => {
  test("tells who did what, from what, and how it ended", async () => {
    const rig = await makeRig({
      ...diagnosed,
      settings: 'transcript = true\n[protocols.draft]\nagent = "pen"\n[agents.pen]\n',
    });
    const run = rig.start("run", "draft");
    const agent = await rig.nextAttempt();
    await agent.call("design", { instance_id: "d1", title: "" });
    await agent.deliver("design", "d1", { title: "First" });
    await agent.exit(7);
    expect(await run.ended()).toMatchObject({ exitCode: 2 });
    const [ended] = await rig.events("attempt_ended");
    expect(await recordOf(rig, "failed-attempt/draft")).toEqual({
      v: 1,
      attempt: agent.id,
      protocol: "draft",
      ran_by: { name: userInfo().username },
      agent: expect.arrayContaining([process.execPath]),
      binding: "[agent]",
      instructions: HASH,
      methodology: {
        name: "test-methodology",
        manifest: HASH,
        schemas: { requirements: HASH, design: HASH, "failed-attempt": HASH, diagnosis: HASH },
      },
      inputs: [{ artifact_type: "requirements", instance_id: "r1", content_hash: HASH }],
      delivered: [{ artifact_type: "design", instance_id: "d1", content_hash: HASH, via: "tool" }],
      started: TIME,
      ended: TIME,
      duration_ms: expect.any(Number),
      outcome: "exited",
      detail: { code: 7 },
      calls: { accepted: 1, refused: 1 },
      log_head: ended && (ended as unknown as { hash: string }).hash,
    });
  });

  test("is written before the next evaluation, so that what it calls for runs at once", async () => {
    const rig = await makeRig(diagnosed);
    const run = rig.start("run");
    const failed = await failing(rig, 0);
    const diagnosing = await rig.nextAttempt();
    expect(diagnosing.protocol).toBe("diagnose");
    expect(diagnosing.prompt).toContain("not_delivered");
    await diagnosing.deliver("diagnosis", "d1", { title: "It is lazy" });
    await diagnosing.exit(0);
    expect(await run.ended()).toMatchObject({ exitCode: 2 });
    expect(await rig.events("audited")).toMatchObject([
      {
        attempt: failed,
        body: {
          artifact_type: "failed-attempt",
          instance_id: "draft",
          content_hash: HASH,
          protocol: "draft",
          status: "valid",
        },
      },
    ]);
  });

  test("is replaced each time, and taken away when the newest attempt is none that is to be recorded", async () => {
    const rig = await makeRig({
      ...draft,
      schemas: { failed: auditSchema({ outcomes: ["exited", "not_delivered"] }), last: auditSchema() },
      types: ["failed", "last"],
    });
    const first = rig.start("run");
    await failing(rig);
    await first.ended();
    expect(await recordOf(rig, "failed/draft")).toMatchObject({ outcome: "exited", detail: { code: 7 } });

    const second = rig.start("run");
    const failed = await failing(rig, 0);
    await second.ended();
    expect(await recordOf(rig, "failed/draft")).toMatchObject({ attempt: failed, outcome: "not_delivered" });

    const third = rig.start("run");
    const delivered = await delivering(rig, "design", "d1");
    expect(await third.ended()).toMatchObject({ exitCode: 0 });
    expect(rig.artifacts()).toEqual(["design/d1", "last/draft", "requirements/r1"]);
    expect(await recordOf(rig, "last/draft")).toMatchObject({ attempt: delivered, outcome: "delivered" });
    const removed = (await rig.events("audited")).filter(({ body }) => body.removed === true);
    expect(removed).toMatchObject([{ attempt: delivered, body: { artifact_type: "failed", instance_id: "draft" } }]);
    expect(removed[0]?.body).not.toHaveProperty("status");
    expect((await rig.run("log", "--kind", "audited")).stdout).toMatch(/audited +failed\/draft, taken away$/m);
  });

  test("belongs to the attempt's work unit, each candidate's has its own name", async () => {
    const rig = await makeRig({
      ...units,
      types: ["done"],
      schemas: { done: auditSchema({ outcomes: ["delivered"] }) },
    });
    for (const unit of ["checkout", "search"]) {
      const run = rig.start("run", "--work-unit", unit);
      await delivering(rig, "patch", unit);
      await run.ended();
    }
    expect(idsOf(rig, "done")).toEqual(["implement@checkout", "implement@search"]);
    expect(await recordOf(rig, "done/implement@search")).toMatchObject({ protocol: "implement", work_unit: "search" });
    const shown = JSON.parse((await rig.run("show", "done", "implement@search", "--json")).stdout);
    expect(shown).toMatchObject({ work_unit: "search", status: "valid" });
  });

  test("is there for each attempt, where the type says so", async () => {
    const rig = await makeRig({ ...draft, types: ["trail"], schemas: { trail: auditSchema({ per: "attempt" }) } });
    const ids: string[] = [];
    for (const code of [1, 2]) {
      const run = rig.start("run");
      ids.push(await failing(rig, code));
      await run.ended();
    }
    expect(idsOf(rig, "trail")).toEqual([...ids].sort());
    expect(await recordOf(rig, `trail/${ids[0]}`)).toMatchObject({ detail: { code: 1 } });
  });

  test("is not there for protocols that the type does not name", async () => {
    const rig = await makeRig({ ...diagnosed });
    const run = rig.start("run");
    await failing(rig, 0);
    const diagnosing = await rig.nextAttempt();
    await diagnosing.exit(9);
    await run.ended();
    expect(idsOf(rig, "failed-attempt")).toEqual(["draft"]);
  });

  test("that lacks what the author's schema asks for is invalid, and says so", async () => {
    const rig = await makeRig({
      ...draft,
      types: ["trail"],
      schemas: { trail: auditSchema({}, { required: ["usage"] }) },
    });
    const run = rig.start("run");
    await delivering(rig, "design", "d1");
    await run.ended();
    const { stdout, exitCode } = await rig.run("doctor");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("trail/draft");
    expect(stdout).toContain("usage");
  });

  test("of an attempt that was accepted tells so, and counts as delivered", async () => {
    const rig = await makeRig({
      ...draft,
      types: ["failed", "last"],
      schemas: { failed: auditSchema({ outcomes: ["exited"] }), last: auditSchema() },
    });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "Good enough" });
    await agent.exit(3);
    await run.ended();
    expect(rig.exists(rig.path("failed/draft"))).toBe(true);
    expect(await rig.run("accept", "draft", "--note", "as good as done")).toMatchObject({ exitCode: 0 });
    expect(rig.exists(rig.path("failed/draft"))).toBe(false);
    expect(await recordOf(rig, "last/draft")).toMatchObject({
      outcome: "exited",
      accepted: { by: { name: userInfo().username }, at: TIME },
    });
  });

  test("of an attempt whose runa died is written by the next one", async () => {
    const rig = await makeRig({ ...draft, types: ["last"], schemas: { last: auditSchema() } });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    await agent.exit(0);
    const next = rig.start("run");
    const again = await rig.nextAttempt();
    expect(await recordOf(rig, "last/draft")).toMatchObject({ attempt: agent.id, outcome: "abandoned" });
    await again.exit(4);
    await next.ended();
    expect(await recordOf(rig, "last/draft")).toMatchObject({ attempt: again.id, outcome: "exited" });
  });

  test("of an attempt that was freed by hand is written at once", async () => {
    const rig = await makeRig({ ...draft, types: ["last"], schemas: { last: auditSchema() } });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    await agent.exit(0);
    expect(await rig.run("release", agent.id)).toMatchObject({ exitCode: 0 });
    expect(await recordOf(rig, "last/draft")).toMatchObject({ attempt: agent.id, outcome: "abandoned" });
  });

  test("that cannot be written is warned of, and written by the next run", async () => {
    const rig = await makeRig({ ...draft, types: ["last"], schemas: { last: auditSchema() } });
    rig.write(".runa/workspace/last", "a file where a directory has to be");
    const run = rig.start("run");
    const id = await failing(rig);
    const { stderr } = await run.ended();
    expect(stderr).toContain("the record of an attempt could not be written");
    rig.remove(".runa/workspace/last");
    const next = rig.start("run");
    const again = await rig.nextAttempt();
    expect(await recordOf(rig, "last/draft")).toMatchObject({ attempt: id });
    await again.exit(1);
    await next.ended();
  });

  test("of earlier attempts is there, or goes, when the methodology asks for others", async () => {
    const rig = await makeRig({ ...draft, types: ["last", "trail"], schemas: { last: auditSchema({ outcomes: [] }) } });
    for (const code of [1, 2]) {
      const run = rig.start("run");
      await failing(rig, code);
      await run.ended();
    }
    expect(idsOf(rig, "last")).toEqual([]);
    const declare = (last: object, trail: object) =>
      writeMethodology(rig.methodology, { ...draft, types: ["last", "trail"], schemas: { last, trail } });
    declare(auditSchema({ outcomes: ["exited"] }), auditSchema({ per: "attempt" }));
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    expect(await recordOf(rig, "last/draft")).toMatchObject({ detail: { code: 2 } });
    expect(idsOf(rig, "trail")).toHaveLength(2);
    await agent.exit(3);
    await run.ended();
    expect(idsOf(rig, "trail")).toHaveLength(3);

    declare(auditSchema({ outcomes: ["timed_out"] }), auditSchema({ per: "attempt", outcomes: ["timed_out"] }));
    const next = rig.start("run");
    await failing(rig, 3);
    await next.ended();
    expect([...idsOf(rig, "last"), ...idsOf(rig, "trail")]).toEqual([]);
    expect((await rig.run("audit", "--verify")).exitCode).toBe(0);
  });

  test("that could not go to the archive is still brought up to date when its attempt is accepted", async () => {
    const rig = await makeRig({
      ...draft,
      types: ["trail"],
      schemas: { trail: auditSchema({ per: "attempt" }) },
      config: '[history]\nkeep = "1d"\n',
    });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "Good enough" });
    await agent.exit(3);
    await run.ended();
    editStore(rig.project, `UPDATE attempt SET started_at = started_at - 2 * ${24 * 60 * 60 * 1_000_000}`);
    rig.write(".runa/workspace/.archive", "a file where a directory has to be");
    rig.remove(rig.path("requirements/r1"));
    await rig.run("run");
    expect(idsOf(rig, "trail")).toEqual([agent.id]);
    rig.artifact("requirements/r1", { title: "Fast" });
    expect(await rig.run("accept", "draft", "--note", "as good as done")).toMatchObject({ exitCode: 0 });
    expect(await recordOf(rig, `trail/${agent.id}`)).toMatchObject({ accepted: { at: TIME } });
    rig.remove(".runa/workspace/.archive");
    await rig.run("run");
    expect(idsOf(rig, "trail")).toEqual([]);
    const archived = JSON.parse(rig.read(`.runa/workspace/.archive/trail/${agent.id}.json`));
    expect(archived).toMatchObject({ accepted: { at: TIME } });
    expect(await rig.run("audit", "--verify")).toMatchObject({ exitCode: 0 });
  });

  test("that is there for each attempt goes to the archive when it is older than what is kept", async () => {
    const rig = await makeRig({
      ...draft,
      types: ["trail"],
      schemas: { trail: auditSchema({ per: "attempt" }) },
      config: '[history]\nkeep = "1d"\n',
    });
    const first = rig.start("run");
    const old = await failing(rig, 1);
    await first.ended();
    editStore(rig.project, `UPDATE attempt SET started_at = started_at - 2 * ${24 * 60 * 60 * 1_000_000}`);
    const second = rig.start("run");
    const recent = await failing(rig, 2);
    await second.ended();
    expect(idsOf(rig, "trail")).toEqual([recent]);
    expect(JSON.parse(rig.read(`.runa/workspace/.archive/trail/${old}.json`))).toMatchObject({ attempt: old });
    expect((await rig.run("audit", "--verify")).stdout).toMatch(/^everything fits: /);
    // It stays there.
    const third = rig.start("run");
    await failing(rig, 2);
    await third.ended();
    expect(idsOf(rig, ".archive/trail")).toEqual([old]);
  });
});
