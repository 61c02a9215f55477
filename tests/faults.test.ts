import { join } from "node:path";
import { expect, test } from "vitest";
import { Scratch } from "./rig/scratch.ts";
import { AGENTS, type Strike, StruckProject, struckProject } from "./rig/struck.ts";

const LYING = { "brief/b.json": "changed", "note/same.json": "same" };
const DONE = { ...LYING, ".superseded/rework/old.json": "old", "approved/yes.json": "approved" };

/** Strikes every point of one attempt, one project each, two at a time: how a program changes the disk does not vary. */
async function strikeEverywhere(
  agent: keyof typeof AGENTS,
  program: Strike["program"],
  how: Strike["how"],
  done: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  using scratch = new Scratch();
  const template = await struckProject(scratch, AGENTS[agent]);
  let next = 0;
  let all: readonly string[] | null = null;
  const strikeOne = async (at: number) => {
    using project = new StruckProject(template, join(scratch.path, `project-${at}`));
    const struck = await project.strike({ program, at, how });
    const where = `${struck.points.at(-1)} (${at})\n${struck.stderr}`;
    const isStruck = struck.points.some((point) => point.startsWith(how));
    if (!isStruck) all ??= struck.points;
    if (isStruck && how === "kill" && program === "runa.js") expect(struck.signal, where).toBe("SIGKILL");
    expect(struck.stderr, where).not.toMatch(/^\s+at /m);

    // Whatever was struck: what is there is whole, and the log tells neither more nor less than is so.
    const between = project.look();
    expect(between.chain, where).toBe(true);
    expect(between.told, where).toEqual(between.held);
    const allowed: Record<string, string> = { ...done, "draft/old.json": "old", "rework/old.json": "old" };
    for (const [file, title] of Object.entries(project.files("artifacts")))
      expect(title, `${file}: ${where}`).toBe(allowed[file]);

    const again = await project.run();
    expect(again.exitCode, `${where}\n--- again\n${again.stdout}${again.stderr}`).toBe(0);
    const { chain, told, held, outcomes } = project.look();
    expect(chain, where).toBe(true);
    expect(told, where).toEqual(held);
    expect(outcomes.at(-1), where).toBe("delivered");
    expect(project.files("all"), where).toEqual(done);
    // What was delivered is not done again, what was not is tried once more, and no agent is started twice.
    expect(outcomes.slice(0, -1), where).not.toContain("delivered");
    expect(outcomes.length, where).toBeLessThanOrEqual(2);
    const executed = project.executed();
    expect(new Set(executed).size, where).toBe(executed.length);
    expect(executed.length, where).toBeLessThanOrEqual(outcomes.length);
    return isStruck;
  };
  const strikeOn = async () => {
    while (all === null) await strikeOne(next++);
  };
  await Promise.all([strikeOn(), strikeOn()]);
  return all ?? [];
}

const HOW = ["kill", "fail"] as const;
/** Some forty projects each, two runs a project; in milliseconds, on a busy machine. */
const LONG = 240_000;

test.each(HOW)(
  "an attempt whose runa is struck (%s) is not begun, to be finished, or over",
  async (how) => {
    const points = await strikeEverywhere("by file", "runa.js", how, { ...DONE, "draft/old.json": "old" });
    // Its prompt, its process, and at least: scan, claim, start, fence, scan, end, superseding.
    expect(points).toEqual(expect.arrayContaining(["mkdirSync", "writeFileSync", "spawn", "fsyncSync", "renameSync"]));
    expect(points.filter((point) => point === "commit").length).toBeGreaterThanOrEqual(7);
  },
  LONG,
);

test.each(HOW)(
  "an attempt whose server is struck (%s) delivers whole artifacts or none",
  async (how) => {
    const done = { ...DONE, ".superseded/draft/old.json": "old" };
    const points = await strikeEverywhere("through its server", "runa-mcp", how, done);
    const writes = points.filter((point) => !/^commit|^mkdir/.test(point));
    // A delivery, then a withdrawal that makes three directories; each of these, and a confirmation, is committed.
    expect(writes.join(" ")).toMatch(
      /openSync writeFileSync fsyncSync renameSync fsyncSync(?: fsyncSync){3} renameSync/,
    );
    expect(points.filter((point) => point === "commit").length).toBeGreaterThanOrEqual(4);
  },
  LONG,
);
