import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chain } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editStore } from "./rig/store-edit.ts";

const HASH = /^sha256:[0-9a-f]{64}$/;

/** A project in which a design was drafted twice, from requirements that were changed in between. */
async function redrafted() {
  const rig = await makeRig(chain);
  const first = await drafted(rig, "A design");
  rig.artifact("requirements/r1", { title: "Faster" });
  const second = await drafted(rig, "A better design");
  return { rig, first, second };
}

async function drafted(rig: Rig, title: string): Promise<string> {
  const step = rig.start("step", "--protocol", "draft");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title });
  await agent.exit(0);
  expect((await step.ended()).exitCode).toBe(0);
  return agent.id;
}

/** The number of the event by which an attempt delivered. */
async function deliveryOf(rig: Rig, attempt: string): Promise<number> {
  const events = await rig.events("delivery_accepted");
  return events.find((event) => event.attempt === attempt)?.seq ?? 0;
}

describe("show --at", () => {
  test("shows an instance as it was: after an event, at a time, as an attempt was given it, by its content", async () => {
    const { rig, first, second } = await redrafted();
    const event = await deliveryOf(rig, first);
    const { json } = await rig.run("show", "design", "d1", `--at=#${event}`, "--json");
    expect(json).toEqual({
      version: 1,
      kind: "past_instance",
      point: { event, at: expect.any(String) },
      artifact_type: "design",
      instance_id: "d1",
      content_hash: expect.stringMatching(HASH),
      event,
      at: expect.any(String),
      origin: { by: "attempt", attempt: first, protocol: "draft" },
      content: "kept",
      text: '{"title":"A design"}',
      prose: "- **Title:** A design",
    });
    const { content_hash } = json as unknown as { content_hash: string };
    const text = async (...at: string[]) => (await rig.run("show", "design", "d1", "--json", ...at)).json;
    expect(await text(`--at=${content_hash.slice(0, 15)}`)).toMatchObject({ text: '{"title":"A design"}' });
    expect(await text("--at", "0s")).toMatchObject({ text: '{"title":"A better design"}' });
    const given = await rig.run("show", "requirements/r1", "--at", second.slice(0, 13), "--json");
    expect(given.json).toMatchObject({ point: { attempt: second }, text: '{"title":"Faster"}' });
    const before = await rig.run("show", "requirements", "r1", "--at", first);
    expect(before.stdout).toContain("- **Title:** Fast\n");
    expect(before.stdout).toContain(`requirements/r1  as attempt ${first.slice(0, 13)} was given it`);
  });

  test("counts and lists what there was", async () => {
    const { rig, first, second } = await redrafted();
    const event = await deliveryOf(rig, first);
    const types = await rig.run("show", "--json", `--at=#${event}`);
    expect(types.json).toEqual({
      version: 1,
      kind: "past_types",
      point: { event, at: expect.any(String) },
      types: [
        { artifact_type: "design", total: 1 },
        { artifact_type: "requirements", total: 1 },
      ],
    });
    expect((await rig.run("show", "--at=#0")).stdout).toBe("before the first event\n  nothing was there\n");
    const given = await rig.run("show", "--at", second);
    expect(given.stdout).toBe(`as attempt ${second.slice(0, 13)} was given it\n  requirements  1\n`);
    const design = await rig.run("show", "design", "--at", "0s");
    expect(design.stdout).toMatch(/^design {2}after event \d+, \S+ \S+\nINSTANCE {2}CONTENT/);
    expect(design.stdout).toMatch(/\nd1 {8}sha256:[0-9a-f]{12} {2}#\d+ \S+ \S+ {2}by draft, attempt /);
    expect((await rig.run("show", "code", "--at", "0s")).stdout).toMatch(/^there was no code after event /);
  });

  test("tells of what has gone since, and nothing of it once it had", async () => {
    const rig = await makeRig(chain);
    rig.artifact("design/lost", { title: "Lost" });
    await rig.state();
    const event = (await rig.events("scanned")).at(-1)?.seq;
    rig.remove(rig.path("design/lost"));
    await rig.state();
    // A scan alone keeps no contents.
    const then = await rig.run("show", "design", "lost", `--at=#${event}`, "--json");
    expect(then).toMatchObject({ exitCode: 1, json: { content: "not_kept" } });
    const now = await rig.run("show", "design", "lost", "--at", "0s");
    expect(now).toMatchObject({ exitCode: 1, stdout: "" });
    expect(now.stderr).toMatch(/^error: the log tells of no 'lost' of type 'design' after event \d+\n$/);
  });

  test("shows what lies there still, though it was never kept", async () => {
    const rig = await makeRig(chain);
    await rig.state();
    const { exitCode, json } = await rig.run("show", "requirements", "r1", "--at", "0s", "--json");
    expect({ exitCode, json }).toMatchObject({ exitCode: 0, json: { content: "kept", text: '{"title":"Fast"}' } });
  });

  test("shows any content by its hash: instructions too", async () => {
    const { rig } = await redrafted();
    const [changed] = await rig.events("methodology_changed");
    const { draft: hash = "" } = (changed?.body.instructions ?? {}) as Record<string, string>;
    const { json } = await rig.run("show", "--at", hash.slice(0, 20), "--json");
    expect(json).toEqual({
      version: 1,
      kind: "content",
      content_hash: hash,
      content: "kept",
      text: "Carry out draft. Deliver design.\n",
      instances: [],
    });
    const none = await rig.run("show", "--at", "sha256:00000000");
    expect(none).toMatchObject({
      exitCode: 1,
      stderr: "error: no content is kept whose hash begins with sha256:00000000\n",
    });
    editStore(
      rig.project,
      `INSERT INTO content SELECT substr(hash, 1, 70) || 'f', at, size, bytes FROM content WHERE hash = '${hash}'`,
    );
    const several = await rig.run("show", "--at", hash.slice(0, 20));
    expect(several.stderr).toContain(`error: several contents have a hash that begins with ${hash.slice(0, 20)}: `);
  });

  test("serves no content that was edited on the disk", async () => {
    const rig = await makeRig(chain);
    const title = Array.from({ length: 30_000 }, (_, index) => index.toString(36) + ((index * 7919) % 9973)).join("");
    const first = await drafted(rig, title);
    rig.artifact("requirements/r1", { title: "Faster" });
    await drafted(rig, "Short");
    const [object = ""] = readdirSync(join(rig.project, ".runa/store/objects"));
    writeFileSync(join(rig.project, ".runa/store/objects", object), "edited");
    const at = `--at=#${await deliveryOf(rig, first)}`;
    const shown = await rig.run("show", "design", "d1", at, "--json");
    expect(shown).toMatchObject({ exitCode: 1, json: { content: "damaged" } });
    expect((await rig.run("show", "design", "d1", at)).stdout).toContain(
      `its content is damaged: ${rig.project}/.runa/store/objects/${object} holds something else`,
    );
    rmSync(join(rig.project, ".runa/store/objects"), { recursive: true });
    expect((await rig.run("diff", "design", "d1")).stderr).toMatch(
      /^error: the content of design\/d1 of event \d+, sha256:[0-9a-f]{64}, is damaged: \S+ is gone\n$/,
    );
  });

  test.each([
    ["#x", /^error: --at needs an event of the log such as "#12"/],
    ["sha256:123", /^error: --at needs an event/],
    ["#999", /^error: there is no event 999: the log ends with event \d+\n$/],
    ["01234567-0000", /^error: no attempt has an id that begins with '01234567-0000': `runa attempts` lists them\n$/],
  ])("refuses %s", async (at, message) => {
    const rig = await makeRig(chain);
    await rig.state();
    const { exitCode, stderr } = await rig.run("show", `--at=${at}`);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});

describe("diff", () => {
  test("compares with the content before", async () => {
    const { rig, first, second } = await redrafted();
    const { json, exitCode } = await rig.run("diff", "design", "d1", "--json");
    expect(exitCode).toBe(0);
    const side = (attempt: string) => ({
      content_hash: expect.stringMatching(HASH),
      event: expect.any(Number),
      at: expect.any(String),
      origin: { by: "attempt", attempt, protocol: "draft" },
    });
    expect(json).toEqual({
      version: 1,
      kind: "difference",
      artifact_type: "design",
      instance_id: "d1",
      from: side(first),
      to: side(second),
      changes: [{ path: "/title", change: "changed", from: "A design", to: "A better design" }],
    });
  });

  test("shows what changed, place by place", async () => {
    const { rig } = await redrafted();
    rig.artifact("design/d1", { title: "One.\nTwo.", work_unit: "w" });
    const { stdout } = await rig.run("diff", "design/d1");
    expect(stdout.split("\n").slice(3)).toEqual([
      "",
      "/title",
      "  - A better design",
      "  + One.",
      "  + Two.",
      "",
      "/work_unit added",
      "  + w",
      "",
    ]);
    expect(stdout).toMatch(
      /^design\/d1\n {2}from {2}sha256:\S+ {2}#\d+ \S+ \S+, by draft, attempt \S+\n {2}to {4}sha256:\S+ {2}#\d+ \S+ \S+, by hand\n/,
    );
  });

  test("compares any two: what an attempt was given with what lies there, or two events", async () => {
    const { rig, first, second } = await redrafted();
    const since = await rig.run("diff", "requirements", "r1", "--from", first, "--json");
    const changes = [{ path: "/title", change: "changed", from: "Fast", to: "Faster" }];
    expect(since.json).toMatchObject({ from: { point: { attempt: first } }, changes });
    const between = await rig.run("diff", "requirements", "r1", "--from", first, "--to", second, "--json");
    expect(between.json).toMatchObject({ to: { point: { attempt: second } }, changes });
    const event = await deliveryOf(rig, first);
    const back = await rig.run("diff", "design", "d1", "--from", "0s", "--to", `#${event}`, "--json");
    expect(back.json).toMatchObject({ changes: [{ from: "A better design", to: "A design" }] });
    const same = await rig.run("diff", "design", "d1", "--from", "0s");
    expect(same.stdout).toContain("both are the same content");
  });

  test("compares what is no JSON by its lines", async () => {
    const { rig } = await redrafted();
    rig.write(rig.path("design/d1"), '{"title":');
    const { stdout } = await rig.run("diff", "design", "d1");
    expect(stdout).toContain('(all of it)\n  - {"title":"A better design"}\n  + {"title":\n');
  });

  test("says what keeps it from comparing", async () => {
    const rig = await makeRig(chain);
    await rig.state();
    rig.artifact("requirements/r1", { title: "Faster" });
    const refusal = async (...args: string[]) => (await rig.run("diff", ...args)).stderr;
    expect(await refusal("requirements", "r1")).toMatch(
      /^error: the content of requirements\/r1 of event \d+, sha256:[0-9a-f]{64}, is not kept, so it cannot be compared\n$/,
    );
    rig.artifact("requirements/r2", { title: "New" });
    expect(await refusal("requirements", "r2")).toBe(
      "error: the log tells of no other content that 'r2' of type 'requirements' had before: name one with --from\n",
    );
    expect(await refusal("requirements", "r3")).toMatch(/^error: there is no 'r3' of type 'requirements'/);
    expect(await refusal("requirement", "r1")).toMatch(/did you mean 'requirements'/);
    expect(await refusal("requirements")).toMatch(/^error: diff needs a type and an instance/);
    expect(await refusal("requirements", "r1", "--from", "yesterday")).toMatch(/^error: --from needs an event/);
  });
});
