import { cpSync, existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECKOUT } from "./rig/programs.ts";
import { runa, runaJson, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const EXAMPLES = ["gated-change", "gated-runbook"];
const PATIENCE = { timeout: 180_000 };

/** A file's name without what is another each time: the ids of decisions and attempts. */
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What the projects' own .gitignore leaves out of version control. */
const IGNORED = /\.runa\/(store\/|state\.toml$|workspace\/\.superseded\/)/;

/** The files of an example, as far as they are in version control, with its ids made alike. */
function filesOf(root: string, example: string): string[] {
  const directory = join(root, "examples", example);
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((name) => !IGNORED.test(name))
    .map((name) => name.replaceAll(ID, "ID"))
    .sort();
}

/** A copy of the examples and of what they rest on, as in a fresh clone. */
function clone(): Scratch {
  const scratch = new Scratch();
  for (const name of ["examples", "methodologies"])
    cpSync(join(CHECKOUT, name), join(scratch.path, name), {
      recursive: true,
      filter: (path) => !/\.runa\/store(\/|$)/.test(path),
    });
  return scratch;
}

describe.each(EXAMPLES)("the example of %s", (example) => {
  test("is done also where nothing is known of it but its files: its decisions are signed", PATIENCE, async () => {
    using scratch = clone();
    const project = join(scratch.path, "examples", example);
    expect((await runa(project, "scan", "--rebuild")).exitCode).toBe(0);
    const { json } = await runaJson(project, "state");
    expect(json.protocols.filter(({ status }) => status !== "waiting")).toEqual([]);
    const { exitCode, stdout } = await runa(project, "run", "--dry-run");
    expect(stdout).toContain("No READY protocols.");
    expect(exitCode).toBe(0);
    expect((await runa(project, "approvals")).stdout).toBe("nothing awaits a decision\n");
  });

  test("has a log and no store", () => {
    expect(existsSync(join(CHECKOUT, "examples", example, "log.txt"))).toBe(true);
    expect(filesOf(CHECKOUT, example)).toContain("people.toml");
  });
});

test("the script makes the examples as they are", PATIENCE, async () => {
  using scratch = clone();
  const script = join(CHECKOUT, "scripts/examples.mjs");
  const ended = await runProgram([process.execPath, script, scratch.path], {
    directory: scratch.path,
    patience: 150_000,
  });
  expect(ended.stderr).toBe("");
  expect(ended.exitCode).toBe(0);
  for (const example of EXAMPLES) expect(filesOf(scratch.path, example)).toEqual(filesOf(CHECKOUT, example));
});
