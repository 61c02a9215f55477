import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gazette } from "./real-methodologies/gazette.ts";
import { groundworkBehavior } from "./real-methodologies/groundwork-behavior.ts";
import { groundworkContract } from "./real-methodologies/groundwork-contract.ts";
import { groundworkFirst } from "./real-methodologies/groundwork-first.ts";
import { groundworkMay } from "./real-methodologies/groundwork-may.ts";
import { scopeFixture } from "./real-methodologies/scope-fixture.ts";
import { answers, flags, type Play, place, remove } from "./real-project.ts";
import { RUNA_AGENT } from "./rig/programs.ts";
import { runa } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";
import { describeWith } from "./shared-data.ts";

const PLAYS: readonly Play[] = [
  gazette,
  scopeFixture,
  groundworkFirst,
  groundworkMay,
  groundworkBehavior,
  groundworkContract,
];
const REFUSED = "red-tree-refused";
const LONG = 180_000;

const linesOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim());

async function init(project: string, methodology: string) {
  return runa(project, "init", "--methodology", join(methodology, "methodology"));
}

/** Every artifact of the workspace with its content. */
function artifacts(project: string): Record<string, string> {
  const workspace = join(project, ".runa/workspace");
  const files = readdirSync(workspace, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(workspace, file), "utf8")]));
}

describeWith("real methodologies", "real-methodologies", (directory) => {
  test("each of them is played here", () => {
    expect(readdirSync(directory).sort()).toEqual([...PLAYS.map(({ methodology }) => methodology), REFUSED].sort());
  });

  test("the one that is wrong is refused with all of its errors, and nothing is made", async () => {
    using scratch = new Scratch();
    const { exitCode, stdout, stderr } = await init(scratch.path, join(directory, REFUSED));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^error: 2 errors\n/);
    expect(stderr).toMatch(/manifest\.toml:9:3 {2}protocol 'survey' has no 'trigger'/);
    expect(stderr).toMatch(/manifest\.toml:13:3 {2}protocol 'silent' has no 'trigger'/);
    expect(existsSync(join(scratch.path, ".runa"))).toBe(false);
  });

  describe.concurrent.each(PLAYS)("$methodology", ({ methodology, counts, stages, unhealthy, rehearsal }) => {
    const source = join(directory, methodology);
    const inputs = join(source, "input");

    test("stage by stage", { timeout: LONG }, async () => {
      using scratch = new Scratch();
      const made = await init(scratch.path, source);
      expect(made).toMatchObject({ exitCode: 0, stderr: "" });
      expect(made.stdout).toContain(counts);
      for (const stage of stages) {
        remove(scratch.path, stage.remove);
        place(scratch.path, inputs, stage.place);
        for (const [scope, expected] of Object.entries(stage.expected))
          expect(await answers(scratch.path, scope), `${stage.about}; ${scope}`).toEqual(linesOf(expected));
      }
      const after = await runa(scratch.path, "doctor");
      expect(after.stdout).toContain("Methodology\n  nothing to report\n");
      const found = [...after.stdout.matchAll(/\S+\/\S+ is (?:invalid|malformed)/g)].map(String);
      expect({ exitCode: after.exitCode, found }).toEqual({
        exitCode: unhealthy.length === 0 ? 0 : 1,
        found: unhealthy,
      });
    });

    test("rehearsed, after which there is nothing to do", { timeout: LONG }, async () => {
      using scratch = new Scratch();
      await init(scratch.path, source);
      const config = join(scratch.path, ".runa/config.toml");
      const command = JSON.stringify([process.execPath, RUNA_AGENT, "rehearse"]);
      appendFileSync(config, `\n[agent]\ncommand = ${command}\n`);
      place(scratch.path, inputs, rehearsal.place);
      for (const scope of rehearsal.scopes) {
        const first = await runa(scratch.path, "run", ...flags(scope));
        expect(first.exitCode, first.stdout + first.stderr).toBe(0);
        expect(first.stdout).toContain("all_complete");
      }
      const delivered = artifacts(scratch.path);
      expect([...new Set(Object.keys(delivered).map((file) => file.split("/")[0]))]).toEqual(rehearsal.types);
      expect(await runa(scratch.path, "doctor")).toMatchObject({ exitCode: 0 });
      for (const scope of rehearsal.scopes) {
        const second = await runa(scratch.path, "run", ...flags(scope));
        expect(second).toMatchObject({ exitCode: 0, stderr: "" });
        expect(second.stdout).toContain("all_complete: nothing to do");
      }
      expect(artifacts(scratch.path)).toEqual(delivered);
    });
  });
});
