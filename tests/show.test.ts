import { describe, expect, test } from "vitest";
import { diagnosed } from "./rig/audit.ts";
import { by, gated, hashOf } from "./rig/deciding.ts";
import { chain, draft, units } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** Has the READY protocol of a project deliver one design. */
async function delivered(rig: Rig, id = "d1"): Promise<string> {
  const step = rig.start("step");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", id, { title: "A design" });
  await agent.exit(0);
  expect((await step.ended()).exitCode).toBe(0);
  return agent.id;
}

describe("show", () => {
  test("counts the instances of every type, by what they are, and says who writes it", async () => {
    const rig = await makeRig(chain);
    rig.artifact("requirements/r2", { title: 3 });
    rig.write(rig.path("requirements/r3"), "{");
    const { json, exitCode } = await rig.run("show", "--json");
    expect(exitCode).toBe(0);
    expect(json).toEqual({
      version: 1,
      kind: "types",
      methodology: "test-methodology",
      scan_warnings: [],
      types: [
        { artifact_type: "requirements", total: 3, valid: 1, invalid: 1, malformed: 1, stale: 0, written_by: [] },
        { artifact_type: "design", total: 0, valid: 0, invalid: 0, malformed: 0, stale: 0, written_by: ["draft"] },
        { artifact_type: "code", total: 0, valid: 0, invalid: 0, malformed: 0, stale: 0, written_by: ["build"] },
      ],
    });
    expect((await rig.run("show")).stdout).toBe(
      [
        "test-methodology",
        "  requirements  3: 1 invalid, 1 malformed  written by people",
        "  design        none                       written by draft",
        "  code          none                       written by build",
        "",
      ].join("\n"),
    );
  });

  test("of a type tells of each instance where it comes from", async () => {
    const rig = await makeRig(chain);
    const attempt = await delivered(rig);
    rig.artifact("design/by-hand", { title: "Mine" });
    const { server } = await rig.serve("--protocol", "draft");
    await server.call("design", { instance_id: "served", title: "Served" });
    const { json } = await rig.run("show", "design", "--json");
    expect(json).toMatchObject({
      kind: "type",
      artifact_type: "design",
      instances: [
        { instance_id: "by-hand", status: "valid", origin: { by: "hand" } },
        { instance_id: "d1", status: "valid", origin: { by: "attempt", attempt, protocol: "draft", via: "tool" } },
        { instance_id: "served", status: "valid", origin: { by: "server" } },
      ],
    });
    const { stdout } = await rig.run("show", "design");
    expect(stdout).toMatch(/^INSTANCE {2}STATUS {2}CHANGED {14}ORIGIN\n/);
    expect(stdout).toMatch(/^by-hand {3}valid {3}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}by hand$/m);
    expect(stdout).toContain(`  by draft, attempt ${attempt.slice(0, 13)}\n`);
    expect(stdout).toContain("  by hand, through runa-mcp\n");
  });

  test("takes what was changed since it was delivered for changed by hand, and what was put back for delivered", async () => {
    const rig = await makeRig(draft);
    await delivered(rig);
    const before = rig.read(rig.path("design/d1"));
    const origin = async () => (await rig.run("show", "design", "d1", "--json")).json;
    rig.artifact("design/d1", { title: "Changed" });
    expect(await origin()).toMatchObject({ origin: { by: "hand" } });
    rig.write(rig.path("design/d1"), before);
    expect(await origin()).toMatchObject({ origin: { by: "attempt", protocol: "draft" } });
  });

  test("names an attempt's work unit", async () => {
    const rig = await makeRig(units);
    const step = rig.start("step", "--work-unit", "search");
    const agent = await rig.nextAttempt();
    await agent.deliver("patch", "p1", { title: "Found" });
    await agent.exit(0);
    await step.ended();
    const { json } = await rig.run("show", "patch", "p1", "--json");
    expect(json).toMatchObject({ work_unit: "search", origin: { protocol: "implement", work_unit: "search" } });
    expect((await rig.run("show", "patch")).stdout).toContain("  search     ");
    expect((await rig.run("show", "patch/p1")).stdout).toContain("by implement (work unit search), attempt ");
  });

  test("of an instance shows the prose that an agent is given, every digit kept", async () => {
    const rig = await makeRig({ ...draft, schemas: { requirements: true } });
    rig.write(rig.path("requirements/r1"), '{ "title": "Fast",\n  "limits": [0.10000000000000000001] }');
    const { stdout } = await rig.run("show", "requirements", "r1");
    expect(stdout).toMatch(/^requirements\/r1 {2}valid\n {2}file {5}\.runa\/workspace\/requirements\/r1\.json\n/);
    expect(stdout).toMatch(/\n\n- \*\*Title:\*\* Fast\n- \*\*Limits:\*\*\n {3}1\. 0\.10000000000000000001\n$/);
    const prompt = await rig.run("step", "--dry-run", "--prompt");
    expect(prompt.stdout).toContain(stdout.slice(stdout.indexOf("- **Title")));
  });

  test("shows each value word by word, as it is and as it was, though the prompt escapes its Markdown", async () => {
    const rig = await makeRig({ ...draft, schemas: { requirements: true } });
    rig.artifact("requirements/r1", { command: ["rm", "-rf", "*", "# x\u001b[2J"] });
    await rig.run("scan");
    const shown = "- **Command:**\n   1. rm\n   2. -rf\n   3. *\n   4. # x\\u{1b}[2J\n";
    const attempt = rig.start("step");
    const agent = await rig.nextAttempt();
    expect((await rig.run("show", "requirements", "r1")).stdout).toContain(shown);
    const past = await rig.run("show", "requirements", "r1", "--at", agent.id);
    expect(past.stdout).toContain(shown);
    expect((await rig.run("show", "requirements", "r1", "--json")).json).toMatchObject({
      prose: "- **Command:**\n   1. rm\n   2. \\-rf\n   3. \\*\n   4. \\# x\\u{1b}[2J",
    });
    await agent.exit(0);
    await attempt.ended();
  });

  test("of an instance that is not valid says what is wrong, at its place in the file", async () => {
    const rig = await makeRig({
      ...draft,
      schemas: {
        requirements: { properties: { list: { items: { properties: { "0": { type: "string" } } } } } },
      },
    });
    rig.write(rig.path("requirements/r1"), '{\n  "list": [\n    {},\n    { "0": 7 }\n  ]\n}');
    const { json } = await rig.run("show", "requirements", "r1", "--json");
    expect(json).toMatchObject({
      status: "invalid",
      violations: [{ path: "/list/1/0", keyword: "type", expected: "a string", got: "7", line: 4, column: 12 }],
    });
    const { stdout, exitCode } = await rig.run("show", "requirements/r1");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      [
        ".runa/workspace/requirements/r1.json:4:12  /list/1/0: expected a string, got 7",
        '  4 |     { "0": 7 }',
        "    |            ^",
      ].join("\n"),
    );
  });

  test("of what is no JSON says where it ceases to be", async () => {
    const rig = await makeRig(draft);
    rig.write(rig.path("requirements/r1"), '{\n  "title": nothing\n}');
    const { json } = await rig.run("show", "requirements", "r1", "--json");
    expect(json).toMatchObject({ status: "malformed", violations: [{ keyword: "json", line: 2, column: 12 }] });
    expect(json).not.toHaveProperty("prose");
    expect((await rig.run("show", "requirements", "r1")).stdout).toContain(
      '  2 |   "title": nothing\n    |            ^\n',
    );
  });

  test.each([
    [
      ["show", "desgn"],
      "error: methodology 'test-methodology' has no artifact type 'desgn' — did you mean 'design'?\n",
    ],
    [
      ["show", "requirements", "r2"],
      "error: there is no 'r2' of type 'requirements' — did you mean 'r1'? `runa show requirements` lists those that there are\n",
    ],
    [["show", "design", "d1"], "error: there is no 'd1' of type 'design', nor any other\n"],
  ])("%j says what there is", async (words, stderr) => {
    const rig = await makeRig(draft);
    expect(await rig.run(...words)).toMatchObject({ exitCode: 1, stdout: "", stderr });
  });
});

describe("show, of what no delivery made", () => {
  test("says who decided, as far as the log knows, and of copies nothing of the kind", async () => {
    const rig = await makeRig(gated);
    await rig.run("approve", "design", "d1", "--hash", await hashOf(rig, "design/d1"), by("anna"));
    const [file] = rig.artifacts().filter((name) => name.startsWith("design-approval/"));
    rig.write(rig.path("design-approval/copied"), rig.read(rig.path(file ?? "")));
    const { json } = await rig.run("show", "design-approval", "--json");
    expect(json).toMatchObject({
      instances: expect.arrayContaining([
        expect.objectContaining({ status: "valid", origin: { by: "person", name: "anna", at: expect.any(String) } }),
        expect.objectContaining({ instance_id: "copied", origin: { by: "hand" } }),
      ]),
    });
    expect((await rig.run("show", file ?? "")).stdout).toMatch(/\n {2}origin {3}decided by anna, \d{4}-\d\d-\d\d /);
    expect((await rig.run("show")).stdout).toMatch(/^ {2}design-approval .* {2}written by people$/m);
  });

  test("says of the record of an attempt that runa wrote it, until somebody changes it", async () => {
    const rig = await makeRig(diagnosed);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.exit(7);
    await step.ended();
    const { json } = await rig.run("show", "failed-attempt", "draft", "--json");
    expect(json).toMatchObject({ origin: { by: "runa", attempt: agent.id } });
    expect((await rig.run("show", "failed-attempt")).stdout).toContain(
      `  by runa, the record of attempt ${agent.id.slice(0, 13)}\n`,
    );
    expect((await rig.run("show")).stdout).toMatch(/^ {2}failed-attempt +1 +written by runa$/m);
    rig.artifact("failed-attempt/draft", { attempt: agent.id });
    const edited = await rig.run("show", "failed-attempt", "draft", "--json");
    expect(edited.json).toMatchObject({ origin: { by: "hand" } });
  });
});

describe("validate", () => {
  test("judges a file as a scan does, and keeps nothing", async () => {
    const rig = await makeRig(draft);
    rig.write("good.json", '{ "title": "A design" }');
    rig.write("bad.json", '{\n  "title": ""\n}');
    expect(await rig.run("validate", "design", "good.json")).toMatchObject({
      exitCode: 0,
      stdout: "valid: good.json is a design\n",
    });
    const bad = await rig.run("validate", "design", "bad.json");
    expect(bad.exitCode).toBe(1);
    expect(bad.stdout).toBe(
      [
        'bad.json:2:12  /title: expected at least 1 characters, got ""',
        '  2 |   "title": ""',
        "    |            ^",
        "invalid: bad.json is no design: 1 violation",
        "",
      ].join("\n"),
    );
    expect((await rig.run("validate", "design", "bad.json", "--json")).json).toMatchObject({
      kind: "validation",
      file: "bad.json",
      status: "invalid",
      violations: [{ path: "/title", keyword: "minLength", got: '""', line: 2, column: 12 }],
    });
    rig.write(rig.path("design/d1"), rig.read("bad.json"));
    const { json } = await rig.run("show", "design", "d1", "--json");
    expect(json).toMatchObject({
      violations: [{ path: "/title", expected: "at least 1 characters", line: 2, column: 12 }],
    });
    expect(rig.artifacts()).toEqual(["design/d1", "requirements/r1"]);
  });

  test("reads stdin", async () => {
    const rig = await makeRig(draft);
    const command = (text: string) =>
      rig
        .launch(
          [
            "sh",
            "-c",
            `printf '%s' '${text}' | "$0" "$@"`,
            process.execPath,
            RUNA,
            "validate",
            "design",
            "-",
            "--json",
          ],
          "validate -",
        )
        .ended();
    const valid = await command('{"title": "x", "work_unit": "w"}');
    expect(valid.exitCode).toBe(0);
    expect(JSON.parse(valid.stdout)).toMatchObject({ file: "-", status: "valid", work_unit: "w", violations: [] });
    const malformed = await command("{");
    expect(malformed.exitCode).toBe(1);
    expect(JSON.parse(malformed.stdout)).toMatchObject({ status: "malformed", violations: [{ line: 1, column: 2 }] });
  });

  test("of a file that is not there says so", async () => {
    const rig = await makeRig(draft);
    const { exitCode, stderr } = await rig.run("validate", "design", "none.json");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: "error: none.json cannot be read: no such file or directory\n",
    });
  });
});
