import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../store/src/connection/store.ts";
import { contentOf } from "../store/src/entries/files.ts";
import { readEvents } from "../store/src/record/event-log.ts";
import { gated } from "./rig/deciding.ts";
import { writeMethodology } from "./rig/methodology.ts";
import { runa, runaJson } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";
import { type Strike, StruckProject } from "./rig/struck.ts";

const DESIGN = '{"title":"Design"}';
const { hash: SHOWN } = contentOf(Buffer.from(DESIGN));
const APPROVE = ["approve", "design", "d1", "--hash", SHOWN];

/** Makes a project in which a design awaits its first decision. */
async function awaiting(scratch: Scratch): Promise<string> {
  const [template, methodology] = [join(scratch.path, "template"), join(scratch.path, "methodology")];
  mkdirSync(join(template, ".runa/workspace/design"), { recursive: true });
  mkdirSync(methodology);
  writeMethodology(methodology, gated);
  writeFileSync(join(template, ".runa/config.toml"), `methodology_path = ${JSON.stringify(methodology)}\n`);
  writeFileSync(join(template, ".runa/workspace/design/d1.json"), DESIGN);
  await runa(template, "scan");
  return template;
}

/** The ids of approvals that lie there, each with whether the log tells of exactly this file; torn ones are told of as well. */
function approvalsIn(project: StruckProject) {
  const directory = join(project.path, ".runa/workspace/design-approval");
  const store = openStore(join(project.path, ".runa/store"));
  try {
    const told = new Map<string, string>();
    for (const event of readEvents(store, {}))
      if (event.known && event.kind === "decision") told.set(event.body.instance_id, event.body.content_hash);
    const files = new Map(
      namesIn(directory)
        .filter((name) => !name.startsWith("."))
        .map((name) => [name.replace(/\.json$/, ""), contentOf(readFileSync(join(directory, name))).hash] as const),
    );
    const attested = [...told].filter(([id, hash]) => files.get(id) === hash).length;
    return { attested, events: told.size, files: files.size };
  } finally {
    store.close();
  }
}

/** The instances that await a decision. */
async function awaitedIn({ path }: StruckProject): Promise<readonly unknown[]> {
  const { json } = await runaJson(path, "state");
  const { awaiting_decision = [] } = json as { awaiting_decision?: readonly { instance_id: string }[] };
  return awaiting_decision.map(({ instance_id }) => instance_id);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

test.each(["kill", "fail"] as const satisfies readonly Strike["how"][])(
  "an approval that is struck (%s) was made, or was not and counts for nothing",
  async (how) => {
    using scratch = new Scratch();
    const template = await awaiting(scratch);
    let next = 0;
    let points: readonly string[] | null = null;
    const strikeOne = async (at: number) => {
      using project = new StruckProject(template, join(scratch.path, `project-${at}`));
      const struck = await project.strike({ program: "runa.js", at, how, words: APPROVE });
      const where = `${struck.points.at(-1)} (${at})\n${struck.stderr}`;
      const isStruck = struck.points.some((point) => point.startsWith(how));
      if (!isStruck) points ??= struck.points;
      expect(struck.stderr, where).not.toMatch(/^\s+at /m);

      const { chain, told, held } = project.look();
      expect(chain, where).toBe(true);
      expect(told, where).toEqual(held);
      const between = approvalsIn(project);
      // The log never tells of a file that is not there, and of what failed while its maker lived nothing is left.
      expect(between.attested, where).toBe(between.events);
      if (struck.signal === null) expect(between.files, where).toBe(between.events);
      if (struck.exitCode === 0) expect(between.events, where).toBe(1);
      if (how === "fail" && struck.exitCode !== 0) expect(struck.stdout, where).not.toContain("approved");

      expect(await awaitedIn(project), where).toEqual(between.events === 1 ? [] : ["d1"]);
      if (between.files > between.events)
        expect((await project.run("doctor")).stdout, where).toContain(
          "not attested: decisions are made with runa approve",
        );
      const id = namesIn(join(project.path, ".runa/workspace")).includes(".project.json")
        ? project.projectFile()
        : null;

      const again = await project.run(...APPROVE);
      expect(again.exitCode, `${where}\n--- again\n${again.stdout}${again.stderr}`).toBe(0);
      const after = approvalsIn(project);
      expect(after.attested, where).toBe(after.events);
      expect(after.events, where).toBe(between.events + 1);
      if (id !== null) expect(project.projectFile(), where).toBe(id);
      expect(await awaitedIn(project), where).toEqual([]);
      expect((await project.run("log", "--verify", "--fold")).exitCode, where).toBe(0);
    };
    const strikeOn = async () => {
      while (points === null) await strikeOne(next++);
    };
    await Promise.all([strikeOn(), strikeOn()]);
    // The project's own file, the decision's directory, its file, then the commit.
    expect((points ?? []).join(" ")).toMatch(
      /renameSync fsyncSync (?:.+ )?mkdirSync .*openSync writeFileSync fsyncSync renameSync fsyncSync commit/,
    );
  },
  240_000,
);
