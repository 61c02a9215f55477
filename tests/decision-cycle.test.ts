import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { by, deciding, hashOf } from "./rig/deciding.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** The status of each protocol. */
async function statuses(rig: Rig): Promise<string[]> {
  return (await rig.state()).protocols.map(({ name, status }) => `${name} ${status}`).sort();
}

async function decided(rig: Rig, ...words: readonly string[]): Promise<void> {
  const [verb = "", type = "", id = "", ...more] = words;
  const hash = await hashOf(rig, `${type}/${id}`);
  const answer = await rig.run(verb, type, id, "--hash", hash, ...more, by("anna"));
  expect(answer).toMatchObject({ exitCode: 0, stderr: "" });
}

const WAITS = "waiting for a decision on design/d1: `runa approve design d1`\n";

test("wait, reject with a reason, rework, approve, go on; an edit of what was approved has it wait again", async () => {
  const rig = await makeRig({
    protocols: [
      {
        name: "draft",
        requires: ["need"],
        accepts: ["design-rejection"],
        produces: ["design"],
        trigger: "any_of(on_artifact(need), on_artifact(design-rejection))",
      },
      {
        name: "build",
        requires: ["design", "design-approval"],
        produces: ["code"],
        trigger: "on_artifact(design-approval)",
      },
    ],
    schemas: {
      "design-approval": deciding({ kind: "approval", of: "design" }),
      "design-rejection": deciding({ kind: "rejection", of: "design" }),
    },
    artifacts: { "need/n1": { title: "Need" } },
  });
  // The draft is made, and then a person has to say something.
  const first = rig.start("run");
  const draft = await rig.nextAttempt();
  expect(draft.protocol).toBe("draft");
  await draft.deliver("design", "d1", { title: "First draft" });
  await draft.exit(0);
  const waiting = await first.ended();
  expect(waiting.exitCode).toBe(3);
  expect(waiting.stdout.endsWith(WAITS)).toBe(true);
  expect((await rig.run("state")).stdout.endsWith(`\n${WAITS}`)).toBe(true);
  expect((await rig.run("explain", "build")).stdout).toContain("`runa approve design d1`");
  expect(await rig.run("run")).toMatchObject({ exitCode: 3 });
  expect((await rig.run("step")).stdout).toContain(WAITS);
  expect((await rig.run("run", "--dry-run")).exitCode).toBe(3);
  expect((await rig.run("approvals", "--json")).json).toMatchObject({
    kind: "approvals",
    awaiting: [
      {
        artifact_type: "design",
        instance_id: "d1",
        content_hash: await hashOf(rig, "design/d1"),
        approvals: [{ approval_type: "design-approval", min: 1, by: [] }],
        rejection_type: "design-rejection",
        waiters: [{ protocol: "build" }],
      },
    ],
  });

  // Rejected, it is made again, and the reason is in the prompt.
  await decided(rig, "reject", "design", "d1", "--note", "What when the bank is offline?");
  expect(await statuses(rig)).toEqual(["build waiting", "draft ready"]);
  expect((await rig.run("approvals")).stdout).toBe("nothing awaits a decision\n");
  const second = rig.start("run");
  const rework = await rig.nextAttempt();
  expect(rework.protocol).toBe("draft");
  expect(rework.prompt).toContain("- **Decision:** rejected\n");
  expect(rework.prompt).toContain("- **Note:** What when the bank is offline?\n");
  await rework.deliver("design", "d1", { title: "With a queue" });
  await rework.exit(0);
  const waitsAgain = await second.ended();
  expect(waitsAgain.exitCode).toBe(3);
  expect(waitsAgain.stdout.endsWith(WAITS)).toBe(true);

  // Approved, work goes on.
  await decided(rig, "approve", "design", "d1");
  expect(await statuses(rig)).toEqual(["build ready", "draft waiting"]);
  const third = rig.start("run");
  const build = await rig.nextAttempt();
  expect(build.protocol).toBe("build");
  expect(build.prompt).toContain("With a queue");
  await build.deliver("code", "c1", { title: "Code" });
  await build.exit(0);
  expect(await third.ended()).toMatchObject({ exitCode: 0 });

  // Somebody edits what was approved: whatever names its approval waits again.
  rig.artifact("design/d1", { title: "With a queue, and a back door" });
  expect(await statuses(rig)).toEqual(["build waiting", "draft waiting"]);
  const edited = await rig.run("run");
  expect(edited.exitCode).toBe(3);
  expect(edited.stdout.endsWith(WAITS)).toBe(true);
  const { json } = await rig.run("approvals", "design", "d1", "--json");
  expect(json).toMatchObject({
    kind: "decisions",
    approved: false,
    decisions: [
      { decision: "approved", by: "anna", state: "stale" },
      { decision: "rejected", by: "anna", state: "stale", note: "What when the bank is offline?" },
    ],
  });

  // The log alone says all of it.
  expect(await rig.run("log", "--verify", "--fold")).toMatchObject({ exitCode: 0 });

  // And edited back it is what was approved.
  rig.artifact("design/d1", { title: "With a queue" });
  expect(await statuses(rig)).toEqual(["build waiting", "draft waiting"]);
  expect(await rig.run("run")).toMatchObject({ exitCode: 0 });
});

test("an attempt that was given an approval is ended when that is withdrawn with --stop", async () => {
  const rig = await makeRig({
    protocols: [{ name: "build", requires: ["design", "design-approval"], produces: ["code"] }],
    schemas: { "design-approval": deciding({ kind: "approval", of: "design" }) },
    artifacts: { "design/d1": { title: "Design" } },
  });
  await decided(rig, "approve", "design", "d1");
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  const answer = await rig.run("revoke", "design", "d1", "--note", "not yet", "--stop", by("anna"));
  expect(answer).toMatchObject({ exitCode: 0, stderr: "" });
  expect(answer.stdout).toBe(
    `revoked: design/d1, by anna, as design-approval\nstopped: build, attempt ${agent.id.slice(0, 13)}\n`,
  );
  const ended = await run.ended();
  expect(ended.exitCode).toBe(2);
  expect(rig.artifacts().filter((name) => name.startsWith("code/"))).toEqual([]);
  expect(await statuses(rig)).toEqual(["build waiting"]);
  const again = await rig.run("revoke", "design", "d1", "--note", "not yet", "--stop", by("anna"));
  expect(again.exitCode).toBe(1);
});

/** What has another runa do something between the evaluation and the claim of a candidate. */
function meanwhile(...words: readonly string[]): { env: Record<string, string> } {
  const hook = fileURLToPath(new URL("rig/meanwhile.cjs", import.meta.url));
  return { env: { NODE_OPTIONS: `--require=${JSON.stringify(hook)}`, RIG_MEANWHILE: JSON.stringify(words) } };
}

test("an approval that is withdrawn between evaluation and claim is given to nobody", async () => {
  const rig = await makeRig({
    protocols: [{ name: "build", requires: ["design", "design-approval"], produces: ["code"] }],
    schemas: { "design-approval": deciding({ kind: "approval", of: "design" }) },
    artifacts: { "design/d1": { title: "Design" } },
  });
  await decided(rig, "approve", "design", "d1");
  const revoke = meanwhile("revoke", "design", "d1", "--note", "not yet", "--stop");
  const run = await rig.run("run", by("anna", revoke));
  expect(run.stdout).toContain("revoked: design/d1, by anna, as design-approval\n");
  expect(run.exitCode).toBe(3);
  expect(await rig.events("claimed")).toEqual([]);
  expect(await statuses(rig)).toEqual(["build waiting"]);
});
