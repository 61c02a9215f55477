import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { textWidth } from "../cli/src/output/text-width.ts";
import { CHECKOUT, RUNA } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

const COLUMNS = 60;

/** The lines of a text that a terminal of that width would break, but for those that are one word. */
function tooWide(text: string): string[] {
  return stripVTControlCharacters(text)
    .split(/\r?\n/)
    .filter((line) => textWidth(line) > COLUMNS && /\S\s+\S/.test(line));
}

const LONG = "a-name-that-is-about-as-long-as-people-make-them";

/** A project in which each view has much to say: long names, several work units, what is broken, what failed, a cycle. */
async function wordy(): Promise<Rig> {
  const rig = await makeRig({
    protocols: [
      {
        name: `draft-${LONG}`,
        requires: ["requirements"],
        accepts: ["review-notes"],
        produces: ["design"],
        trigger: "any_of(on_artifact(requirements), all_of(on_change(review-notes), on_invalid(design)))",
      },
      { name: "build", requires: ["design"], produces: ["code"], may_produce: ["review-notes", "build-report"] },
      {
        name: "judge",
        requires: ["code"],
        choices: { verdict: ["approved-by-everybody", "to-be-reworked-by-somebody"] },
      },
      { name: "hen", requires: ["egg"], produces: ["chick"] },
      { name: "chicken", requires: ["chick"], produces: ["egg"] },
      { name: "implement", requires: ["task"], produces: ["patch"], scoped: true },
    ],
    types: ["nobody-uses-this-type-of-artifact"],
    artifacts: {
      "requirements/r1": { title: "Fast" },
      [`requirements/${LONG}`]: { title: "Fast\u202e \u001b[31m and 日本語 wide" },
      [`task/${LONG}`]: { title: "Pay", work_unit: `the-work-unit-${LONG}` },
      "task/t2": { title: "Find", work_unit: "search" },
      "review-notes/n1": { titel: "misspelt, so that it breaks its schema in more than one way" },
    },
    agent: ["sh", "-c", "echo working on it; echo and something on stderr >&2; exit 3"],
    settings: "transcript = true\n",
  });
  rig.write(".runa/workspace/review-notes/broken.json", "{ this is no JSON at all, whatever its name says");
  rig.write(".runa/workspace/review-notes/picture.png", "");
  rig.write(".runa/workspace/unknown-directory/x.json", "{}");
  const { exitCode, stderr } = await rig.run("run");
  expect(exitCode, stderr).toBe(2);
  return rig;
}

const words = (line: string) => line.split(" ");

/** Every command's text, for people. */
const COMMANDS = [
  "state",
  "state --work-unit search",
  "state --work-unit serch",
  "list",
  "doctor",
  "doctor --verbose",
  "doctor --mcp build",
  "doctor --agent",
  "scan --full",
  "scan --rebuild",
  "show",
  "show requirements",
  "show requirements r1",
  `show requirements ${LONG}`,
  "show review-notes n1",
  "show --at 0s",
  "show requirements --at 0s",
  "show requirements r1 --at 0s",
  "diff requirements r1",
  "diff requirements r1 --from 0s",
  "gc --dry-run",
  "gc",
  `forget sha256:${"0".repeat(64)} --note never`,
  "validate requirements .runa/workspace/review-notes/n1.json",
  "attempts",
  "log --all",
  "log --verify",
  "lint ../methodology",
  "test ../methodology",
  "rehearse ../methodology",
  "audit requirements r1",
  "audit --verify",
  "explain",
  "explain build",
  "explain implement --work-unit search",
  "reopen build",
  "accept build --note checked",
  "graph",
  "graph --work-unit search",
  "step --dry-run",
  "run --dry-run",
  "run",
  "step",
  "run --work-unit search",
  "approvals",
  "approvals requirements r1",
  `approve requirements ${LONG} --hash 0123456789ab`,
  "approve requirements r1",
  `reject requirements ${LONG} --hash 0123456789ab --note no`,
  `revoke requirements ${LONG} --note no`,
  "release 01234567-89ab",
  "deliver requirements x missing.json",
  "stat",
  "state --wrok-unit a",
  "--help",
];

describe(`in ${COLUMNS} columns`, () => {
  test("every command's text fits, as COLUMNS says", { timeout: 240_000 }, async () => {
    const rig = await wordy();
    const env = { COLUMNS: String(COLUMNS) };
    const wide: Record<string, string[]> = {};
    const commands = readdirSync(join(CHECKOUT, "cli/src/commands"))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => file.slice(0, -".ts".length));
    const lines = [...COMMANDS, ...commands.map((command) => `${command} --help`)];
    for (const line of lines) {
      const { stdout, stderr } = await rig.run(...words(line), { env });
      expect(stdout + stderr, line).not.toBe("");
      const found = [...tooWide(stdout), ...tooWide(stderr)];
      if (found.length > 0) wide[line] = found;
    }
    expect(wide).toEqual({});
    // Every command that there is was asked for more than its help.
    const asked = new Set(COMMANDS.map((line) => words(line)[0]));
    expect(commands.filter((command) => !asked.has(command))).toEqual(["completion", "init", "output"]);
  });

  test.runIf(spawnSync("script", ["--version"]).status === 0)("so it does on a terminal of that width", async () => {
    const rig = await wordy();
    for (const line of ["state", "doctor", "log --all", "run"]) {
      const shell = `stty cols ${COLUMNS}; ${process.execPath} ${RUNA} ${line}; true`;
      const { stdout } = await rig.launch(["script", "-qec", shell, "/dev/null"], line).ended();
      expect(stdout, line).not.toBe("");
      expect(tooWide(stdout), line).toEqual([]);
    }
  });

  test("what programs read stays in one line, and so does everything where no width is known", async () => {
    const rig = await wordy();
    const env = { COLUMNS: String(COLUMNS) };
    for (const line of ["state --json", "log --json", "graph --format dot", "lint --format github ../methodology"])
      expect((await rig.run(...words(line), { env })).stdout, line).toBe((await rig.run(...words(line))).stdout);
    expect(tooWide((await rig.run("state")).stdout)).not.toEqual([]);
  });
});
