import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { envelopeProblems } from "./rig/envelope.ts";
import { draft, units } from "./rig/examples.ts";
import { CHECKOUT } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { wrongVersionsOf } from "./wrong-versions.ts";

/** A methodology whose answers show everything that an envelope can hold. */
const EVERYTHING = {
  protocols: [
    { name: "draft", requires: ["need"], accepts: ["hint"], produces: ["design"], may_produce: ["question"] },
    { name: "judge", requires: ["design"], choices: { verdict: ["approved", "rejected"] } },
    { name: "mend", requires: ["tool"], produces: ["mended"], trigger: "on_invalid(hint)" },
    { name: "watch", requires: ["sight"], produces: ["view"], trigger: "on_artifact(need)" },
    { name: "settle", produces: ["rest"], trigger: "all_of()" },
    { name: "hen", requires: ["egg"], produces: ["chick"], trigger: "on_artifact(need)" },
    { name: "nest", requires: ["chick"], produces: ["egg"], trigger: "on_artifact(need)" },
    { name: "day", requires: ["night"], produces: ["light"], trigger: "any_of(on_change(need), on_artifact(hint))" },
    { name: "dusk", requires: ["light"], produces: ["night"], trigger: "on_artifact(need)" },
  ],
  artifacts: {
    "need/n1": { title: "A login page" },
    "hint/h1": { title: "" },
    "hint/h2": { title: "Short" },
  },
};

/** The `--json` answers of a project, as text. */
async function answersOf(rig: Rig, ...scope: string[]): Promise<Record<"state" | "step" | "run", string>> {
  const [state, step, run] = [
    await rig.run("state", "--json", ...scope),
    await rig.run("step", "--dry-run", "--json", ...scope),
    await rig.run("run", "--dry-run", "--json", ...scope),
  ];
  return { state: state.stdout, step: step.stdout, run: run.stdout };
}

describe("every answer meets its schema", () => {
  test("with every status, every reason, choices, gaps, and several cycles", async () => {
    const rig = await makeRig(EVERYTHING);
    rig.write(".runa/workspace/sight/.keep", "");
    rig.writeUndecodable(".runa/workspace/sight");
    const { state, step, run } = await answersOf(rig);
    const { scan_warnings, protocols } = JSON.parse(state);
    expect(scan_warnings).toHaveLength(1);
    expect(protocols.map((entry: { name: string; status: string }) => `${entry.name} ${entry.status}`)).toEqual([
      "draft ready",
      "settle ready",
      "mend blocked",
      "watch blocked",
      "judge waiting",
      "hen waiting",
      "nest waiting",
      "day waiting",
      "dusk waiting",
    ]);
    for (const answer of [step, run]) {
      expect(JSON.parse(answer)).toMatchObject({
        cycle: ["hen", "nest"],
        cycles: [
          ["hen", "nest"],
          ["day", "dusk"],
        ],
      });
    }
  });

  test("while an attempt runs", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    const { state } = await answersOf(rig);
    expect(JSON.parse(state).protocols[0]).toMatchObject({
      status: "ready",
      attempt: { id: agent.id, pid: agent.pid },
    });
    await agent.exit(1);
    await step.ended();
  });

  test("for a work unit, and for one that nothing names", async () => {
    const rig = await makeRig(units);
    for (const unit of ["search", "séarch \u202e"]) {
      const { run } = await answersOf(rig, "--work-unit", unit);
      expect(JSON.parse(run).protocols).toMatchObject([{ name: "implement", work_unit: unit }]);
    }
  });

  test("with a line separator in a name", async () => {
    const rig = await makeRig(draft);
    const manifest = join(rig.methodology, "manifest.toml");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replaceAll('"requirements"', '"two\u2028lines"'));
    renameSync(
      join(rig.methodology, "schemas/requirements.schema.json"),
      join(rig.methodology, "schemas/two\u2028lines.schema.json"),
    );
    rig.artifact("two\u2028lines/r1", { title: "Fast" });
    const { run } = await answersOf(rig);
    expect(JSON.parse(run).execution_plan).toMatchObject([{ trigger: "on_artifact(two\u2028lines)" }]);
  });
});

describe("the schemas are strict", () => {
  /** What may be left out: it is, where there is nothing to say. */
  const OPTIONAL =
    /\/(work_unit|work_units|inputs|attempt|pid|cycle|cycles|required_output_choices|violation) taken away$/;

  /** The three say the same of reasons: one of them is enough to try. */
  const REASONS = /\/reasons\//;

  test("the same of reasons", () => {
    const [state, ...others] = ["state", "step", "run"].map((name) => {
      const { $defs } = JSON.parse(readFileSync(join(CHECKOUT, "schemas", `${name}.schema.json`), "utf8"));
      return Object.entries($defs).filter(([definition]) => definition.startsWith("reason"));
    });
    expect(state?.length).toBeGreaterThan(3);
    expect(others).toEqual([state, state]);
  });

  test("what is missing, of another type, or unknown is refused, wherever it is", async () => {
    const rig = await makeRig(EVERYTHING);
    const answers = await answersOf(rig);
    const accepted: string[] = [];
    let tried = 0;
    for (const [command, text] of Object.entries(answers))
      for (const [change, wrong] of wrongVersionsOf(text)) {
        if (OPTIONAL.test(change) || (command !== "state" && REASONS.test(change))) continue;
        tried++;
        if ((await envelopeProblems(wrong)).length === 0) accepted.push(`${command} ${change}`);
      }
    expect(accepted).toEqual([]);
    expect(tried).toBeGreaterThan(500);
  });
});
