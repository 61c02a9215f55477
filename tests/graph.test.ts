import { describe, expect, test } from "vitest";
import { chain, review, units } from "./rig/examples.ts";
import { makeRig, type RigOptions } from "./rig/rig.ts";

/** Every relation that there can be between a protocol and a type. */
const EVERY_RELATION: RigOptions = {
  protocols: [
    { name: "draft", requires: ["need"], accepts: ["rejected"], produces: ["design"], may_produce: ["question"] },
    {
      name: "judge",
      requires: ["design", "question"],
      choices: { verdict: ["approved", "rejected"] },
      trigger: "any_of(on_artifact(design), on_change(design), on_invalid(alarm))",
    },
    { name: "build", requires: ["part"], produces: ["code"], scoped: true },
  ],
  artifacts: { "need/n1": { title: "A page" }, "need/n2": { title: "" }, "part/p1": { title: "P", work_unit: "w" } },
};

/** A methodology of many protocols, each of which reads what three before it wrote. */
function manyProtocols(count: number): RigOptions {
  const name = (index: number) => (index % 7 === 3 ? `a-protocol-with-a-rather-long-name-${index}` : `step-${index}`);
  return {
    protocols: Array.from({ length: count }, (_, index) => ({
      name: name(index),
      requires:
        index === 0
          ? ["brief"]
          : [...new Set([index - 1, index >> 1, Math.trunc(index / 3)])].map((from) => `outcome-of-${from}`),
      accepts: index % 4 === 1 ? ["note"] : [],
      produces: [`outcome-of-${index}`],
    })),
    artifacts: { "brief/b1": { title: "Brief" } },
  };
}

describe("graph --format json", () => {
  test("has every protocol with its status, every type, and every relation with its strength", async () => {
    const rig = await makeRig(EVERY_RELATION);
    const { json } = await rig.run("graph", "--format", "json", "--json");
    const edge = (protocol: string, artifact_type: string, direction: string, relation: string, strength: string) => ({
      protocol,
      artifact_type,
      direction,
      relation,
      strength,
    });
    expect(json).toEqual({
      version: 1,
      kind: "graph",
      methodology: "test-methodology",
      scan_warnings: [],
      protocols: [
        { name: "draft", scoped: false, status: "ready" },
        { name: "judge", scoped: false, status: "waiting" },
        { name: "build", scoped: true },
      ],
      types: [
        { artifact_type: "need", total: 2, valid: 1, written_by: [] },
        { artifact_type: "rejected", total: 0, valid: 0, written_by: ["judge"] },
        { artifact_type: "design", total: 0, valid: 0, written_by: ["draft"] },
        { artifact_type: "question", total: 0, valid: 0, written_by: ["draft"] },
        { artifact_type: "approved", total: 0, valid: 0, written_by: ["judge"] },
        { artifact_type: "alarm", total: 0, valid: 0, written_by: [] },
        { artifact_type: "part", total: 1, valid: 1, written_by: [] },
        { artifact_type: "code", total: 0, valid: 0, written_by: ["build"] },
      ],
      edges: [
        edge("draft", "need", "in", "requires", "hard"),
        edge("draft", "rejected", "in", "accepts", "soft"),
        edge("draft", "need", "in", "on_artifact", "trigger"),
        edge("draft", "design", "out", "produces", "hard"),
        edge("draft", "question", "out", "may_produce", "soft"),
        edge("judge", "design", "in", "requires", "hard"),
        edge("judge", "question", "in", "requires", "soft"),
        edge("judge", "design", "in", "on_artifact", "trigger"),
        edge("judge", "design", "in", "on_change", "trigger"),
        edge("judge", "alarm", "in", "on_invalid", "trigger"),
        { ...edge("judge", "approved", "out", "choice", "soft"), choice: "verdict" },
        { ...edge("judge", "rejected", "out", "choice", "soft"), choice: "verdict" },
        edge("build", "part", "in", "requires", "hard"),
        edge("build", "part", "in", "on_artifact", "trigger"),
        edge("build", "code", "out", "produces", "hard"),
      ],
      cycles: [],
    });
  });

  test("with a work unit has the status of scoped protocols too", async () => {
    const rig = await makeRig(units);
    const { json } = await rig.run("graph", "--work-unit", "search", "--json");
    expect(json).toMatchObject({
      work_unit: "search",
      protocols: [{ name: "implement", status: "ready" }],
      types: [
        { artifact_type: "task", total: 1 },
        { artifact_type: "patch", total: 0 },
      ],
    });
    expect((await rig.run("graph", "--work-unit", "serch")).stderr).toBe(
      "warning: no artifact names work unit 'serch' — did you mean 'search'?\n",
    );
  });

  test("tells what runs, what is done, and cycles", async () => {
    const rig = await makeRig(chain);
    const run = rig.start("run");
    const first = await rig.nextAttempt();
    await first.deliver("design", "d1", { title: "A design" });
    await first.exit(0);
    const second = await rig.nextAttempt();
    const { json } = await rig.run("graph", "--json");
    expect(json?.protocols).toMatchObject([{ status: "current" }, { status: "running" }]);
    await second.exit(1);
    await run.ended();
    const circle = await makeRig({
      protocols: [
        { name: "hen", requires: ["egg"], produces: ["chick"] },
        { name: "nest", requires: ["chick"], produces: ["egg"] },
      ],
    });
    expect((await circle.run("graph", "--json")).json).toMatchObject({ cycles: [["hen", "nest"]] });
    expect((await circle.run("graph")).stdout).toContain("\ncycle: hen -> nest -> hen\n");
  });
});

describe("graph as text", () => {
  test("is a list in the order of execution, with what goes in and what comes out", async () => {
    const rig = await makeRig(EVERY_RELATION);
    expect((await rig.run("graph")).stdout).toBe(
      [
        "test-methodology",
        "",
        "from people: need, alarm, part",
        "draft  READY    need*, [rejected] -> design, question?",
        "judge  WAITING  design*~, [question], (alarm)! -> approved|rejected",
        "build  SCOPED   part* -> code",
        "",
        "calls for it: * on_artifact ~ on_change ! on_invalid   [x] accepted",
        "(x) only watched   x? optional   a|b one of them",
        "",
      ].join("\n"),
    );
  });

  test("of thirty protocols fits into 80 columns, each protocol on a few lines", async () => {
    const rig = await makeRig(manyProtocols(30));
    const { stdout } = await rig.run("graph");
    const lines = stdout.split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    for (let index = 0; index < 30; index++)
      expect(stdout).toMatch(new RegExp(`^\\S+-${index} .*(READY|BLOCKED|WAITING)`, "m"));
    expect(lines.length).toBeLessThan(30 * 3);
  });
});

describe("graph for other programs", () => {
  test("as DOT names protocols and types apart, and takes any name literally", async () => {
    const rig = await makeRig({
      protocols: [{ name: "same", requires: ["need", 'a "b" <c> & d'], produces: ["same"] }],
      artifacts: { 'a "b" <c> & d/x': { title: "X" } },
    });
    const { stdout } = await rig.run("graph", "--format", "dot");
    expect(stdout).toMatch(/^digraph "test-methodology" \{\n/);
    expect(stdout).toContain('\n  "protocol same" [');
    expect(stdout).toContain('\n  "type same" [');
    expect(stdout).toContain('\n  "type a \\"b\\" <c> & d" -> "protocol same" [style=solid]\n');
    const { stdout: mermaid } = await rig.run("graph", "--format", "mermaid");
    expect(mermaid).toContain('\n  t2(["a #34;b#34; #60;c#62; #38; d (1)"]):::type\n');
    const { stdout: svg } = await rig.run("graph", "--format", "svg");
    expect(svg).toContain(">a &quot;b&quot; &lt;c&gt; &amp; d (1)</text>");
  });

  test("as Mermaid is a flowchart whose lines and colours tell strength and status", async () => {
    const rig = await makeRig(review);
    expect((await rig.run("graph", "--format", "mermaid")).stdout).toBe(
      [
        "flowchart TB",
        '  p1["review<br/><i>ready</i>"]:::ready',
        '  t1(["design (1)"]):::type',
        '  t2(["approved"]):::type',
        '  t3(["rejected"]):::type',
        "  t1 --> p1",
        '  p1 -.->|"verdict"| t2',
        '  p1 -.->|"verdict"| t3',
        "  classDef ready fill:#d5f2d9,stroke:#1f883d,color:#1f2328",
        "  classDef type fill:transparent,stroke:#d0d7de",
        "  linkStyle 0 stroke:#0969da",
        "",
      ].join("\n"),
    );
  });

  test("as SVG is an image with every protocol in the colour of its status", async () => {
    const rig = await makeRig(EVERY_RELATION);
    const { exitCode, stdout, stderr } = await rig.run("graph", "--format", "svg");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^<\?xml version="1\.0"[\s\S]*<svg [\s\S]*<\/svg>\s*$/);
    for (const name of ["draft", "judge", "build", "need (1 of 2)", "question"])
      expect(stdout).toContain(`>${name}</text>`);
    for (const colour of ["#d5f2d9", "#fdf0c4", "#0969da"]) expect(stdout).toContain(colour);
    expect(stdout).toContain("stroke-dasharray");
  });

  test("in another format is wrong usage", async () => {
    const rig = await makeRig(review);
    const { exitCode, stdout, stderr } = await rig.run("graph", "--format", "png");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^error: --format must be one of text, mermaid, dot, svg, json, not 'png'\n/);
  });
});
