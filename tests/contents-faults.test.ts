import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../store/src/connection/store.ts";
import { readContent } from "../store/src/contents/read.ts";
import { canonicalJson, sha256 } from "../store/src/json/canonical.ts";
import { readEvents } from "../store/src/record/event-log.ts";
import type { EventKind } from "../store/src/record/events.ts";
import { chain } from "./rig/examples.ts";
import { writeMethodology } from "./rig/methodology.ts";
import { RUNA } from "./rig/programs.ts";
import { cleanEnvironment, runa, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";
import { editStore } from "./rig/store-edit.ts";
import { type Strike, StruckProject } from "./rig/struck.ts";

/** So long, and so little to be compressed, that it is kept in a file of its own. */
const long = (word: string) =>
  word + Array.from({ length: 30_000 }, (_, at) => ((at * 7919) % 99_991).toString(36)).join("");
const designs = ["First", "Second", "Third"].map((word) => ({ title: long(word) }));
const [FIRST = "", SECOND = "", THIRD = ""] = designs.map((design) => sha256(canonicalJson(design)));
const objectOf = (hash: string) => hash.slice("sha256:".length);

/** Makes a project whose design was delivered three times, each time another one, all of it more than a day ago. */
async function delivered(scratch: Scratch): Promise<string> {
  const [template, methodology] = [join(scratch.path, "template"), join(scratch.path, "methodology")];
  mkdirSync(join(template, ".runa"), { recursive: true });
  mkdirSync(methodology);
  writeMethodology(methodology, chain);
  const config = join(template, ".runa/config.toml");
  writeFileSync(config, `methodology_path = ${JSON.stringify(methodology)}\n`);
  for (const design of designs) {
    const { exitCode, stderr } = await runProgram([process.execPath, RUNA, "deliver", "design", "d1"], {
      directory: template,
      env: cleanEnvironment(template),
      input: JSON.stringify(design),
    });
    expect(exitCode, stderr).toBe(0);
  }
  editStore(template, `UPDATE content SET at = at - ${2 * 24 * 60 * 60 * 1_000_000}`);
  writeFileSync(config, `${readFileSync(config, "utf8")}[history]\nkeep = "none"\n`);
  return template;
}

/** What the store says of the three contents, the files of long ones, and how often something was logged. */
function contentsOf({ path }: StruckProject, kind: EventKind) {
  const store = openStore(join(path, ".runa/store"));
  try {
    const kinds = [FIRST, SECOND, THIRD].map((hash) => {
      const found = readContent(store, hash);
      return found.kind === "damaged" ? found.reason.replace(/^.* is gone$/, "gone") : found.kind;
    });
    const files = readdirSync(join(path, ".runa/store/objects")).filter((name) => !name.startsWith("."));
    const events = [...readEvents(store, {})].filter((event) => event.kind === kind).length;
    return { kinds, files: files.sort(), events };
  } finally {
    store.close();
  }
}

/** Strikes a command at every point, one project each, two at a time; `examine` looks at each after that. */
async function strikeEverywhere(
  how: Strike["how"],
  words: readonly string[],
  examine: (project: StruckProject, where: string) => Promise<void>,
): Promise<readonly string[]> {
  using scratch = new Scratch();
  const template = await delivered(scratch);
  let next = 0;
  let points: readonly string[] | null = null;
  const strikeOn = async () => {
    while (points === null) {
      const at = next++;
      using project = new StruckProject(template, join(scratch.path, `project-${at}`));
      const struck = await project.strike({ program: "runa.js", at, how, words });
      const where = `${struck.points.at(-1)} (${at})\n${struck.stderr}`;
      if (!struck.points.some((point) => point.startsWith(how))) points ??= struck.points;
      expect(struck.stderr, where).not.toMatch(/^\s+at /m);
      const { chain: isWhole, told, held } = project.look();
      expect(isWhole, where).toBe(true);
      expect(told, where).toEqual(held);
      await examine(project, where);
      expect((await project.run("log", "--verify", "--fold")).exitCode, where).toBe(0);
    }
  };
  await Promise.all([strikeOn(), strikeOn()]);
  return points ?? [];
}

const HOW = ["kill", "fail"] as const satisfies readonly Strike["how"][];
const LONG = 240_000;

test.each(HOW)(
  "gc that is struck (%s) removed something, or did not, and nothing that is current; the next one finishes it",
  async (how) => {
    const points = await strikeEverywhere(how, ["gc"], async (project, where) => {
      const between = contentsOf(project, "pruned");
      const [first, second, third] = between.kinds;
      expect(third, where).toBe("kept");
      // A row without its file says so, and the file goes before the row.
      for (const kind of [first, second]) expect(["kept", "gone", "not_kept"], where).toContain(kind);
      if (between.events === 0) expect([first, second], where).not.toContain("not_kept");

      const again = await project.run("gc");
      expect(again.exitCode, `${where}\n--- again\n${again.stderr}`).toBe(0);
      const after = contentsOf(project, "pruned");
      expect(after.kinds, where).toEqual(["not_kept", "not_kept", "kept"]);
      expect(after.files, where).toEqual([objectOf(THIRD)]);
      expect(after.events, where).toBe(1);
    });
    expect(points.join(" ")).toMatch(/rmSync (?:unlinkSync )?rmSync (?:unlinkSync )?commit/);
  },
  LONG,
);

test.each(HOW)(
  "forget that is struck (%s) is finished by the same again",
  async (how) => {
    const forget = ["forget", FIRST, "--note", "a password"];
    const points = await strikeEverywhere(how, forget, async (project, where) => {
      const between = contentsOf(project, "forgotten");
      expect(between.kinds.slice(1), where).toEqual(["kept", "kept"]);
      // What is said to be forgotten is.
      if (between.events === 1) {
        expect(between.kinds[0], where).toBe("forgotten");
        expect(between.files, where).not.toContain(objectOf(FIRST));
      } else expect(["kept", "gone"], where).toContain(between.kinds[0]);

      const again = await project.run(...forget);
      expect(again.exitCode, `${where}\n--- again\n${again.stderr}`).toBe(0);
      const after = contentsOf(project, "forgotten");
      expect(after.kinds, where).toEqual(["forgotten", "kept", "kept"]);
      expect(after.files, where).toEqual([SECOND, THIRD].map(objectOf).sort());
      expect(after.events, where).toBe(1);
    });
    expect(points.join(" ")).toMatch(/rmSync (?:.+ )?commit/);
  },
  LONG,
);

test("an object that is torn is never served, and gc and the log go on", async () => {
  using scratch = new Scratch();
  const path = await delivered(scratch);
  const object = join(path, ".runa/store/objects", objectOf(FIRST));
  truncateSync(object, statSync(object).size / 2);
  const shown = await runa(path, "show", "--at", FIRST);
  expect(shown.exitCode).toBe(1);
  expect(shown.stdout).not.toContain("First");
  expect(shown.stdout + shown.stderr).toContain("holds something else");
  expect((await runa(path, "log", "--verify", "--fold")).exitCode).toBe(0);
  expect((await runa(path, "gc")).exitCode).toBe(0);
  expect(readdirSync(join(path, ".runa/store/objects"))).toEqual([objectOf(THIRD)]);
});
