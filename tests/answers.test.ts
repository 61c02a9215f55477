import { describe, expect, test } from "vitest";
import { envelopeProblems } from "./rig/envelope.ts";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { wrongVersionsOf } from "./wrong-versions.ts";

/** A project whose answers show nearly everything that they can hold. */
async function everything(): Promise<Rig> {
  const rig = await makeRig({
    protocols: [
      { name: "draft", requires: ["need"], accepts: ["hint"], produces: ["design"], may_produce: ["question"] },
      { name: "judge", requires: ["design"], choices: { verdict: ["approved", "rejected"] } },
      { name: "hen", requires: ["egg"], produces: ["chick"] },
      { name: "nest", requires: ["chick"], produces: ["egg"] },
      { name: "split", requires: ["part"], produces: ["piece"], scoped: true },
    ],
    types: ["unused"],
    artifacts: {
      "need/n1": { title: "A login page" },
      "hint/h1": { title: 7 },
      "part/p1": { title: "P", work_unit: "w" },
      "elsewhere/e1": {},
    },
    agent: ["sh", "-c", `printf '{"tokens": 9, "cost_usd": 1, "model": "m"}' > "$RUNA_USAGE"; exit 1`],
  });
  rig.write(".runa/workspace/hint/h2.json", "{");
  rig.write(".runa/workspace/hint/h3.JSON", "{}");
  rig.write(".runa/workspace/unused/.keep", "");
  rig.writeUndecodable(".runa/workspace/unused");
  await rig.run("step");
  await rig.run("step", "--work-unit", "w");
  return rig;
}

const COMMANDS = [
  ["scan"],
  ["scan", "--rebuild"],
  ["list"],
  ["doctor"],
  ["show"],
  ["show", "hint"],
  ["show", "hint", "h1"],
  ["show", "hint", "h2"],
  ["show", "part", "p1"],
  ["validate", "hint", ".runa/workspace/hint/h1.json"],
  ["attempts"],
  ["graph"],
  ["graph", "--work-unit", "w"],
  ["explain"],
];

describe("the JSON answers", () => {
  test("say what the command is for", async () => {
    const rig = await everything();
    const answer = async (...args: string[]) => JSON.parse((await rig.run(...args, "--json")).stdout);
    expect(await answer("list")).toMatchObject({
      kind: "list",
      cycles: [["hen", "nest"]],
      protocols: [
        {
          name: "draft",
          scoped: false,
          requires: ["need"],
          accepts: ["hint"],
          produces: ["design"],
          may_produce: ["question"],
          trigger: "on_artifact(need)",
          precondition_failures: [],
        },
        {
          name: "judge",
          required_output_choices: [{ name: "verdict", members: ["approved", "rejected"] }],
          precondition_failures: [{ artifact_type: "design", reason: "missing" }],
        },
        { name: "split", scoped: true },
        { name: "hen" },
        { name: "nest" },
      ],
    });
    expect(await answer("scan")).toMatchObject({
      kind: "scan",
      new: [],
      unchanged: 4,
      unhealthy: [
        { artifact_type: "hint", instance_id: "h1", status: "invalid", violations: [{ path: "/title" }] },
        { artifact_type: "hint", instance_id: "h2", status: "malformed" },
      ],
      not_read: [{ artifact_type: "unused" }],
      passed_over: ["hint/h3.JSON"],
      unrecognized: ["elsewhere"],
    });
    rig.artifact("need/n2", { title: "Another" });
    expect(await answer("scan")).toMatchObject({ new: [{ artifact_type: "need", instance_id: "n2" }] });
    expect(await answer("scan", "--rebuild")).toMatchObject({
      rebuilt: { incomplete: false, attempts: 2 },
      unchanged: 0,
    });
    const doctor = await rig.run("doctor", "--json");
    expect(doctor.exitCode).toBe(1);
    expect(JSON.parse(doctor.stdout)).toMatchObject({
      kind: "doctor",
      artifacts: expect.arrayContaining([{ artifact_type: "hint", total: 2, valid: 0 }]),
      unhealthy: [{ instance_id: "h1" }, { instance_id: "h2" }],
      readiness: [{ protocol: "judge" }, { protocol: "hen" }, { protocol: "nest" }],
      passed_over: ["hint/h3.JSON"],
      cycles: [["hen", "nest"]],
    });
  });

  test("of doctor has the place of each finding", async () => {
    const rig = await makeRig(draft);
    rig.write("../methodology/manifest.toml", `${rig.read("../methodology/manifest.toml")}\nnonsense = 1\n`);
    const { json } = await rig.run("doctor", "--json");
    expect(json).toMatchObject({
      problems: 1,
      findings: [
        {
          rule: "unknown-key",
          level: "problem",
          line: expect.any(Number),
          column: 1,
          file: expect.stringMatching(/manifest\.toml$/),
        },
      ],
    });
  });

  test.each(["--mcp", "--agent", "--verbose"])("of doctor is not for %s", async (option) => {
    const rig = await makeRig(draft);
    const { exitCode, stderr } = await rig.run("doctor", "--json", option);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error: --json and ${option} cannot be used together\n`));
  });

  /** What may be left out: it is, where there is nothing to say. */
  const OPTIONAL =
    /\/(work_unit|choice|status|line|column|changed|text|prose|usage|tokens|cost_usd|model|rebuilt|outcome|ended|duration_ms|last_attempt|tree|attempts|because|violation|started) taken away$/;

  test("meet their schemas, and nothing that is missing, of another type, or unknown does", async () => {
    const rig = await everything();
    const accepted: string[] = [];
    const kinds = new Set<string>();
    for (const words of COMMANDS) {
      // `run` holds each answer against its schema.
      const { stdout, json } = await rig.run(...words, "--json");
      kinds.add(json?.kind ?? "");
      for (const [change, wrong] of wrongVersionsOf(stdout)) {
        if (OPTIONAL.test(change)) continue;
        if ((await envelopeProblems(wrong)).length === 0) accepted.push(`${words.join(" ")} ${change}`);
      }
    }
    expect(accepted).toEqual([]);
    expect([...kinds].sort()).toEqual([
      "attempts",
      "doctor",
      "explanation",
      "graph",
      "instance",
      "list",
      "scan",
      "type",
      "types",
      "validation",
    ]);
  });
});
