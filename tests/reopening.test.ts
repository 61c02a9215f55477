import { describe, expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** How a run's attempts ended, and the run. */
async function cameTo(rig: Rig, run: { ended(): Promise<{ exitCode: number | null; stdout: string }> }) {
  const { exitCode, stdout } = await run.ended();
  const attempts = (await rig.events("attempt_ended")).map(({ body }) => body.outcome);
  return { exitCode, stdout, attempts };
}

describe("what an attempt has seen", () => {
  test("is what it wrote itself, not what somebody else made of that", async () => {
    const rig = await makeRig({
      protocols: [{ name: "rev", requires: ["plan"], produces: ["review"], may_produce: ["plan"] }],
      artifacts: { "plan/p": { title: "one" } },
    });
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("plan", "p", { title: "two" });
    const { server } = await rig.serve("--protocol", "rev");
    expect((await server.call("plan", { instance_id: "p", title: "three" })).isError).toBe(false);
    await agent.deliver("review", "r", { title: "Of two" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
    expect((await rig.state()).protocols).toMatchObject([{ name: "rev", status: "ready" }]);
    // What it wrote last is what it has seen.
    const again = rig.start("step");
    const next = await rig.nextAttempt();
    await next.deliver("plan", "p", { title: "four" });
    await next.deliver("plan", "p", { title: "five" });
    await next.deliver("review", "r", { title: "Of five" });
    await next.exit(0);
    expect((await again.ended()).exitCode).toBe(0);
    expect((await rig.state()).protocols).toMatchObject([{ unsatisfied_conditions: ["outputs are current"] }]);
  });

  test("an input that it withdrew does not reopen it", async () => {
    const rig = await makeRig({
      protocols: [{ name: "tidy", requires: ["note"], produces: ["report"], may_produce: ["note"] }],
      artifacts: { "note/keep": { title: "Keep" }, "note/old": { title: "Old" } },
    });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    const withdrawal = { artifact_type: "note", instance_id: "old", reason: "out of date" };
    expect((await agent.call("withdraw", withdrawal)).isError).toBe(false);
    await agent.deliver("report", "r", { title: "Tidied" });
    await agent.exit(0);
    expect(await cameTo(rig, run)).toMatchObject({ exitCode: 0, attempts: ["delivered"] });
  });
});

describe("a success that is READY again", () => {
  test("though nothing has changed is a failure, and not tried again", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    rig.writeUndecodable(".runa/workspace/design");
    await agent.exit(0);
    const { stdout, ...rest } = await cameTo(rig, run);
    expect(rest).toEqual({ exitCode: 2, attempts: ["delivered"] });
    expect(stdout).toContain(
      "draft was delivered and is READY again, though nothing that it reads or writes has changed since: `runa doctor`",
    );
    expect(stdout).not.toContain("max_reopens");
  });

  test("is none where the other member of its choice named no work unit", async () => {
    const untold = { type: "object", properties: { title: { type: "string" } }, additionalProperties: false };
    const rig = await makeRig({
      protocols: [{ name: "review", requires: ["design"], choices: { verdict: ["yes", "no"] }, scoped: true }],
      schemas: { no: untold },
      artifacts: { "design/d1": { title: "A design", work_unit: "w" } },
    });
    const first = rig.start("run", "--work-unit", "w");
    const refusing = await rig.nextAttempt();
    await refusing.deliver("no", "n1", { title: "Not yet" });
    await refusing.exit(0);
    expect((await first.ended()).exitCode).toBe(0);
    rig.artifact("design/d1", { title: "A better design", work_unit: "w" });
    const second = rig.start("run", "--work-unit", "w");
    const agent = await rig.nextAttempt();
    await agent.deliver("yes", "y1", { title: "Yes" });
    await agent.exit(0);
    expect(await cameTo(rig, second)).toMatchObject({ exitCode: 0, attempts: ["delivered", "delivered"] });
    expect(rig.artifacts()).toEqual([`.superseded/${agent.id}/no/n1`, "design/d1", "yes/y1"]);
  });
});

describe("work without outputs", () => {
  const tell = {
    protocols: [{ name: "tell", requires: ["note"] }],
    artifacts: { "note/n": { title: "First" } },
  };

  test("is not done again for what changed while it ran: nobody can tell who wrote it", async () => {
    const rig = await makeRig(tell);
    const run = rig.start("run");
    const first = await rig.nextAttempt();
    await first.writeFile(".runa/workspace/note/n.json", '{"title": "Second"}');
    await first.exit(0);
    expect(await cameTo(rig, run)).toMatchObject({ exitCode: 0, attempts: ["delivered"] });
  });

  test("is not done again for what it wrote itself", async () => {
    const rig = await makeRig({ ...tell, protocols: [{ name: "tell", requires: ["note"], may_produce: ["note"] }] });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("note", "n", { title: "Told" });
    await agent.exit(0);
    expect(await cameTo(rig, run)).toMatchObject({ exitCode: 0, attempts: ["delivered"] });
  });
});
