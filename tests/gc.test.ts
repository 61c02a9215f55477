import { describe, expect, test } from "vitest";
import { chain } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editLog, editStore } from "./rig/store-edit.ts";

const DAY = 24 * 60 * 60 * 1_000_000;

/** Has everything that is recorded so far be so many days old. */
function age(rig: Rig, days: number): void {
  const ago = days * DAY;
  editStore(rig.project, `UPDATE content SET at = at - ${ago}; UPDATE attempt SET started_at = started_at - ${ago}`);
  editLog(rig.project, `UPDATE event SET at = at - ${ago}`);
}

async function drafted(rig: Rig, title: string): Promise<void> {
  const step = rig.start("step", "--protocol", "draft");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title });
  await agent.exit(0);
  expect((await step.ended()).exitCode).toBe(0);
}

/** A project that drafted a design a hundred days ago, from what has changed since, and one today. */
async function aged(): Promise<Rig> {
  const rig = await makeRig(chain);
  await drafted(rig, "First");
  rig.artifact("requirements/r1", { title: "Faster" });
  await drafted(rig, "Second");
  age(rig, 100);
  rig.artifact("requirements/r1", { title: "Fastest" });
  await drafted(rig, "Third");
  return rig;
}

describe("gc", () => {
  test("removes what is older than is kept and rests on nothing, and says so", async () => {
    const rig = await aged();
    // The first design and what it was made from; ninety days ago the second ones lay there.
    const dry = await rig.run("gc", "--dry-run", "--json");
    expect(dry.json).toEqual({
      version: 1,
      kind: "gc",
      dry_run: true,
      keep: "90d",
      removed: { contents: 2, bytes: '{"title":"Fast"}{"title":"First"}'.length },
      kept: { contents: 10, bytes: expect.any(Number) },
      stray_files: 0,
    });
    const would = await rig.run("gc", "--dry-run");
    expect(would.stdout).toMatch(
      /^would remove 2 contents, 33 bytes: older than 90d, and nothing rests on them\n10 contents would stay, \d+ bytes\n$/,
    );
    const done = await rig.run("gc");
    expect(done.stdout).toMatch(
      /^removed 2 contents, 33 bytes: older than 90d, and nothing rests on them\n10 contents stay, \d+ bytes\n$/,
    );
    expect((await rig.run("gc")).stdout).toMatch(/^nothing to remove: what is old is in use\n/);
    const [event, ...more] = await rig.events("pruned");
    expect(event?.body).toMatchObject({ contents: 2, bytes: 33, actor: { kind: "person" } });
    expect(more).toEqual([]);
    expect((await rig.run("diff", "design", "d1")).stdout).toContain("  - Second\n  + Third\n");
  });

  test.each([
    ["all", 0],
    ["200d", 0],
    ["12w", 2],
    ["none", 4],
  ])("with keep = %s removes %i", async (keep, contents) => {
    const rig = await aged();
    rig.write(".runa/config.toml", `${rig.read(".runa/config.toml")}\n[history]\nkeep = "${keep}"\n`);
    const { json } = await rig.run("gc", "--json");
    expect(json).toMatchObject({ removed: { contents } });
  });

  test("leaves an open attempt what it was given, and is refused inside one", async () => {
    const rig = await makeRig(chain);
    const step = rig.start("step", "--protocol", "draft");
    const agent = await rig.nextAttempt();
    age(rig, 100);
    rig.remove(rig.path("requirements/r1"));
    const inside = await rig.run("gc", { env: { RUNA_ATTEMPT: agent.id } });
    expect(inside).toMatchObject({ exitCode: 1, stdout: "" });
    expect(inside.stderr).toContain(agent.id);
    expect((await rig.run("gc", "--json")).json).toMatchObject({ removed: { contents: 0 } });
    const given = await rig.run("show", "requirements", "r1", "--at", agent.id, "--json");
    expect(given.json).toMatchObject({ content: "kept" });
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    await step.ended();
  });
});
