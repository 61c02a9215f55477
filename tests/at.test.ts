import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chain, draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editStore } from "./rig/store-edit.ts";

const COMMANDS = [["state"], ["list"], ["explain"], ["explain", "draft"], ["explain", "build"]] as const;

type Documents = Readonly<Record<string, unknown>>;

/** What the commands say of a project, as it is or as it was; without the point that the latter names. */
async function documents(rig: Rig, ...at: readonly string[]): Promise<Documents> {
  const found: Record<string, unknown> = {};
  for (const command of COMMANDS) {
    const { exitCode, json } = await rig.run(...command, "--json", ...at);
    expect({ command, exitCode }).toEqual({ command, exitCode: 0 });
    const { point, ...document } = json as unknown as Record<string, unknown>;
    expect(point === undefined).toBe(at.length === 0);
    // When a file was written that somebody put there: its own time tells, and the log does not.
    found[command.join(" ")] = JSON.parse(JSON.stringify(document), (key, value) => (key === "at" ? undefined : value));
  }
  return found;
}

/** The number of the log's last event. */
async function head(rig: Rig): Promise<number> {
  const { stdout } = await rig.start("log", "--json", "--limit", "1").ended();
  return (JSON.parse(stdout) as { seq: number }).seq;
}

async function step(rig: Rig, protocol: string, delivers: readonly [string, string, object] | null): Promise<void> {
  const running = rig.start("step", "--protocol", protocol);
  const agent = await rig.nextAttempt();
  if (delivers !== null) await agent.deliver(...delivers);
  await agent.exit(delivers === null ? 1 : 0);
  await running.ended();
}

describe("--at", () => {
  test("says what was said then, after everything that can happen", { timeout: 120_000 }, async () => {
    const rig = await makeRig(chain);
    const then = new Map<number, Documents>();
    const remember = async () => {
      const now = await documents(rig);
      then.set(await head(rig), now);
    };
    await remember();
    await step(rig, "draft", ["design", "d1", { title: "One" }]);
    await remember();
    await step(rig, "build", ["code", "c1", { title: "Two" }]);
    await remember();
    rig.artifact("requirements/r1", { title: "Faster" });
    await remember();
    await step(rig, "draft", null);
    await remember();
    await rig.run("accept", "draft", "--note", "as good as done");
    await remember();
    rig.artifact("design/d1", { title: "By hand" });
    await remember();
    await rig.run("reopen", "build");
    await remember();
    // Another methodology: `draft` may also deliver notes, and `build` has other instructions.
    rig.write("../methodology/protocols/build/PROTOCOL.md", "Build it well.\n");
    await remember();
    rig.write(
      "methodology/manifest.toml",
      rig.read("../methodology/manifest.toml").replace('name = "build"', 'name = "build"\naccepts = ["requirements"]'),
    );
    await remember();
    rig.remove(".runa/workspace/requirements/r1.json");
    await remember();
    expect(then.size).toBeGreaterThan(8);
    for (const [seq, said] of then) expect([seq, await documents(rig, `--at=#${seq}`)]).toEqual([seq, said]);
  });

  test("tells people after which event, and takes a time", async () => {
    const rig = await makeRig(draft);
    await rig.run("state");
    const { stdout, exitCode } = await rig.start("state", "--at", "0s").ended();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^after event 2, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n\n.*1 READY/);
    const { json } = await rig.run("state", "--at=#1", "--json");
    expect(json).toMatchObject({ point: { event: 1 }, protocols: [{ name: "draft", status: "waiting" }] });
  });

  test("says of an attempt that was open then since when it ran, and nothing of what to do about it now", async () => {
    const rig = await makeRig(draft);
    const running = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    const inTheMiddle = await head(rig);
    const shown = /^RUNNING\n {2}draft {2}running since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n {4}trigger {2}.*\n/m;
    const now = (await rig.run("state")).stdout;
    expect(now).toMatch(shown);
    await agent.exit(0);
    await running.ended();
    const then = (await rig.start("state", `--at=#${inTheMiddle}`).ended()).stdout;
    expect(then).toContain(now.slice(now.indexOf("\nRUNNING\n")));
    expect(then).not.toContain("release");
    for (const said of [now, then]) expect(said).not.toMatch(/because|By age/);
  });

  test.each([
    ["#99", /^error: there is no event 99: the log ends with event 2/],
    ["yesterday", /--at needs an event of the log/],
    [`sha256:${"0".repeat(64)}`, /^error: what was is asked of one moment/],
    ["#0", /^error: what was after event 0 cannot be judged: the log tells of no methodology up to it/],
  ])("refuses %s", async (at, said) => {
    const rig = await makeRig(draft);
    await rig.run("state");
    const { exitCode, stdout, stderr } = await rig.start("state", `--at=${at}`).ended();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(said);
  });

  test("says which part of the methodology of then is not kept", async () => {
    const rig = await makeRig(draft);
    await rig.run("state");
    rig.write("../methodology/protocols/draft/PROTOCOL.md", "Draft it well.\n");
    await rig.run("state");
    editStore(rig.project, "DELETE FROM content");
    rmSync(join(rig.project, ".runa/store/objects"), { recursive: true, force: true });
    const { exitCode, stderr } = await rig.start("state", "--at=#1").ended();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: what was then cannot be judged: the manifest of the methodology of event 1 is not kept/,
    );
  });
});
