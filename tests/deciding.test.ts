import { describe, expect, test } from "vitest";
import { by, deciding, decisionFiles, gated, hashOf } from "./rig/deciding.ts";
import { makeRig } from "./rig/rig.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HASH = /^sha256:[0-9a-f]{64}$/;

describe("approve", () => {
  test("writes an artifact that says who decided on which content, and the log tells of it", async () => {
    const rig = await makeRig(gated);
    const hash = await hashOf(rig, "design/d1");
    const answer = await rig.run("approve", "design", "d1", "--hash", hash, "--note", " as agreed ", by("anna"));
    expect(answer).toMatchObject({
      exitCode: 0,
      stdout: "approved: design/d1, by anna, as design-approval\n",
      stderr: "",
    });
    const [file, ...others] = decisionFiles(rig, "design-approval");
    expect(others).toEqual([]);
    expect(file).toEqual({
      v: 1,
      project: expect.stringMatching(UUID),
      type: "design-approval",
      id: expect.stringMatching(UUID),
      decision: "approved",
      subject: { artifact_type: "design", instance_id: "d1", content_hash: hash },
      by: { name: "anna" },
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      note: "as agreed",
      log_head: expect.stringMatching(HASH),
    });
    expect(JSON.parse(rig.read(".runa/workspace/.project.json"))).toEqual({ v: 1, project: file?.project });
    const [event, ...more] = await rig.events("decision");
    expect(more).toEqual([]);
    expect(event?.body).toMatchObject({
      artifact_type: "design-approval",
      instance_id: file?.id,
      content_hash: await hashOf(rig, `design-approval/${file?.id}`),
      decision: "approved",
      subject: { artifact_type: "design", instance_id: "d1", content_hash: hash },
      by: "anna",
      actor: { kind: "person", name: "anna" },
      policy: expect.stringMatching(HASH),
    });
    // The next one is of the same project.
    await rig.run("reject", "design/d1", "--hash", hash.slice("sha256:".length, 19), "--note", "no", by("bert"));
    expect(decisionFiles(rig, "design-rejection")).toMatchObject([
      { project: file?.project, decision: "rejected", note: "no", by: { name: "bert" } },
    ]);
  });

  test("takes the work unit of what it is about", async () => {
    const rig = await makeRig({
      ...gated,
      artifacts: { "design/d1": { title: "Design", work_unit: "checkout" } },
    });
    const hash = await hashOf(rig, "design/d1");
    expect(await rig.run("approve", "design", "d1", "--hash", hash, by("anna"))).toMatchObject({ exitCode: 0 });
    expect(decisionFiles(rig, "design-approval")).toMatchObject([{ work_unit: "checkout" }]);
    const [event] = await rig.events("decision");
    expect(event?.body).toMatchObject({ work_unit: "checkout" });
  });

  test("gives a decision what its schema asks for; without that nothing is written", async () => {
    const rig = await makeRig({
      ...gated,
      schemas: {
        ...gated.schemas,
        "design-approval": deciding(
          { kind: "approval", of: "design" },
          { required: ["note", "risk"], properties: { risk: { enum: ["low", 3] }, ship: { type: "boolean" } } },
        ),
      },
    });
    const approve = ["approve", "design", "d1", "--hash", await hashOf(rig, "design/d1")];
    const lacking = await rig.run(...approve, "--set", "risk=high", by("anna"));
    expect(lacking).toMatchObject({ exitCode: 1, stdout: "" });
    expect(lacking.stderr).toMatch(
      /^error: as design-approval the decision would not be valid: it breaks its schema in 2 places/,
    );
    expect(lacking.stderr).toContain("note");
    expect(lacking.stderr).toContain("/risk");
    expect(decisionFiles(rig, "design-approval")).toEqual([]);
    expect(await rig.events("decision")).toEqual([]);
    const whole = await rig.run(...approve, "--note", "yes", "--set", "risk=3", "--set", "ship=true", by("anna"));
    expect(whole).toMatchObject({ exitCode: 0, stderr: "" });
    expect(decisionFiles(rig, "design-approval")).toMatchObject([{ note: "yes", risk: 3, ship: true }]);
  });

  test("asks which approval type is meant where there are several", async () => {
    const rig = await makeRig({
      ...gated,
      types: ["design-rejection", "legal-approval"],
      schemas: { ...gated.schemas, "legal-approval": deciding({ kind: "approval", of: "design" }) },
    });
    const approve = ["approve", "design", "d1", "--hash", await hashOf(rig, "design/d1")];
    expect((await rig.run(...approve, by("anna"))).stderr).toBe(
      "error: 'design' has several approval types: say which one is meant, with --as: design-approval, legal-approval\n",
    );
    expect((await rig.run(...approve, "--as", "design-rejection", by("anna"))).stderr).toBe(
      "error: --as: 'design-rejection' is no approval type of 'design': it has design-approval, legal-approval\n",
    );
    expect(await rig.run(...approve, "--as", "legal-approval", by("anna"))).toMatchObject({ exitCode: 0 });
    expect(decisionFiles(rig, "legal-approval")).toHaveLength(1);
  });

  test.each<[string, readonly string[], RegExp]>([
    ["no type", [], /^error: TYPE is missing: name what is decided on, or give --batch FILE/],
    ["an unknown type", ["desing", "d1", "--hash", "0123456789ab"], /has no artifact type 'desing'.*'design'/],
    ["no such instance", ["design", "d2", "--hash", "0123456789ab"], /d2.*did you mean 'd1'/],
    ["a type without decisions", ["need", "n1", "--hash", "0123456789ab"], /no approval type of 'need' is declared/],
    ["no hash", ["design", "d1"], /^error: --hash is needed where nobody can be asked/],
    [
      "a hash that says little",
      ["design", "d1", "--hash", "0123456789a"],
      /^error: --hash takes a hash, or its first 12 digits/,
    ],
    [
      "another hash",
      ["design", "d1", "--hash", "0123456789ab"],
      /^error: design\/d1 holds another content now, sha256:/,
    ],
    [
      "no value to set",
      ["design", "d1", "--hash", "0123456789ab", "--set", "risk"],
      /^error: --set takes key=value, not 'risk'/,
    ],
    [
      "a value twice",
      ["design", "d1", "--hash", "0123456789ab", "--set", "a=1", "--set", "a=2"],
      /^error: --set gives 'a' twice/,
    ],
    [
      "an empty note",
      ["design", "d1", "--hash", "0123456789ab", "--note", " "],
      /^error: --note needs a text that says why/,
    ],
    [
      "an empty key",
      ["design", "d1", "--hash", "0123456789ab", "--key", ""],
      /^error: --key needs a file; it is empty/,
    ],
    ["a batch and a type", ["design", "--batch", "-"], /^error: --batch names everything in its lines: leave TYPE out/],
  ])("%s is told of, and nothing is decided", async (_, words, stderr) => {
    const rig = await makeRig(gated);
    const answer = await rig.run("approve", ...words);
    expect(answer).toMatchObject({ exitCode: 1, stdout: "" });
    expect(answer.stderr).toMatch(stderr);
    expect(rig.artifacts()).toEqual(["design/d1", "need/n1"]);
  });

  test("runa's own properties are set by nobody", async () => {
    const rig = await makeRig(gated);
    const hash = await hashOf(rig, "design/d1");
    const answer = await rig.run("approve", "design", "d1", "--hash", hash, "--set", 'by={"name":"anna"}', by("eve"));
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toMatch(/^error: --set cannot set 'by': runa fills in v, project, /);
    expect(decisionFiles(rig, "design-approval")).toEqual([]);
  });

  test("is of what is valid only", async () => {
    const rig = await makeRig({ ...gated, artifacts: { "design/d1": { titel: "Design" } } });
    const answer = await rig.run("approve", "design", "d1", "--hash", await hashOf(rig, "design/d1"), by("anna"));
    expect(answer).toMatchObject({
      exitCode: 1,
      stderr:
        "error: design/d1 is invalid: only what is valid is decided on. `runa show design/d1` says what is wrong with it\n",
    });
  });

  test("two people who decide at the same moment both have decided", async () => {
    const rig = await makeRig(gated);
    const hash = await hashOf(rig, "design/d1");
    const names = ["anna", "bert", "cleo", "dora"];
    const answers = await Promise.all(
      names.map((name) => rig.run("approve", "design", "d1", "--hash", hash, by(name))),
    );
    expect(answers.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect((await rig.events("decision")).map(({ body }) => body.by).sort()).toEqual(names);
    const files = decisionFiles(rig, "design-approval");
    expect(files).toHaveLength(4);
    // Each made its file before it was their turn, and all of them found the same project.
    expect(new Set(files.map(({ project }) => project)).size).toBe(1);
    expect(await rig.run("log", "--verify")).toMatchObject({ exitCode: 0 });
  });

  test("refuses where the workspace belongs to a project that nobody knows", async () => {
    const rig = await makeRig(gated);
    const hash = await hashOf(rig, "design/d1");
    rig.write(".runa/workspace/.project.json", "{}");
    const answer = await rig.run("approve", "design", "d1", "--hash", hash, by("anna"));
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toMatch(/\.project\.json does not say which project this is/);
    expect(decisionFiles(rig, "design-approval")).toEqual([]);
  });

  test("a store that is gone is told of, and nothing is written", async () => {
    const rig = await makeRig(gated);
    const hash = await hashOf(rig, "design/d1");
    rig.write(".runa/state.toml", "");
    rig.remove(".runa/store");
    const answer = await rig.run("approve", "design", "d1", "--hash", hash, by("anna"));
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toMatch(/holds no store: it was deleted/);
    expect(rig.artifacts()).toEqual(["design/d1", "need/n1"]);
  });

  test.each(["approve", "reject", "revoke"])("%s is refused inside an attempt", async (command) => {
    const rig = await makeRig({ ...gated, artifacts: { "need/n1": { title: "Need" } } });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "Design" });
    const hash = await hashOf(rig, "design/d1");
    const words = command === "revoke" ? [] : ["--hash", hash];
    const inside = { env: { RUNA_ATTEMPT: agent.id } };
    const answer = await rig.run(command, "design", "d1", "--note", "x", ...words, by("anna", inside));
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toMatch(/^error: this is inside attempt/);
    expect(await rig.events("decision")).toEqual([]);
    await agent.exit(0);
    await run.ended();
  });
});

describe("reject and revoke", () => {
  test("say why", async () => {
    const rig = await makeRig(gated);
    const hash = await hashOf(rig, "design/d1");
    const bare = await rig.run("reject", "design", "d1", "--hash", hash, by("anna"));
    expect(bare.stderr).toMatch(/^error: --note needs a text that says why; or write one with --edit/);
    expect((await rig.run("revoke", "design", "d1", by("anna"))).stderr).toMatch(/--note/);
    expect((await rig.run("revoke", "design", "--note", "x", by("anna"))).stderr).toMatch(
      /^error: INSTANCE is missing/,
    );
    expect(await rig.events("decision")).toEqual([]);
  });

  test("a withdrawal is of one's own newest decision on what lies there", async () => {
    const rig = await makeRig(gated);
    const nothing = await rig.run("revoke", "design", "d1", "--note", "x", by("anna"));
    expect(nothing).toMatchObject({
      exitCode: 1,
      stderr:
        "error: anna has decided nothing on design/d1 as it is now: there is nothing to withdraw. `runa approvals design d1` lists what was decided\n",
    });
    const hash = await hashOf(rig, "design/d1");
    await rig.run("approve", "design", "d1", "--hash", hash, by("anna"));
    await rig.run("approve", "design", "d1", "--hash", hash, by("bert"));
    expect(await rig.run("revoke", "design/d1", "--note", "not yet", by("anna"))).toMatchObject({
      exitCode: 0,
      stdout: "revoked: design/d1, by anna, as design-approval\n",
    });
    expect(decisionFiles(rig, "design-approval").at(-1)).toMatchObject({
      decision: "revoked",
      note: "not yet",
      by: { name: "anna" },
      subject: { content_hash: hash },
    });
    expect((await rig.run("revoke", "design", "d1", "--note", "again", by("anna"))).exitCode).toBe(1);
    await rig.run("reject", "design", "d1", "--hash", hash, "--note", "no", by("anna"));
    expect((await rig.run("revoke", "design", "d1", "--note", "well", by("anna"))).stdout).toBe(
      "revoked: design/d1, by anna, as design-rejection\n",
    );
    // What was decided on another content is stale, and needs no withdrawal.
    rig.artifact("design/d1", { title: "Another" });
    expect((await rig.run("revoke", "design", "d1", "--note", "x", by("bert"))).exitCode).toBe(1);
  });
});

describe("--batch", () => {
  const designs = { "design/d1": { title: "A" }, "design/d 2": { title: "B" }, "design/d3": { title: "C" } };

  test("decides on each line, and says which ones no longer fit", async () => {
    const rig = await makeRig({ ...gated, artifacts: designs });
    const [one, two, three] = await Promise.all(Object.keys(designs).map((name) => hashOf(rig, name)));
    rig.write("batch", `design d1 ${one} fine\ndesign\td 2\t${two}\ndesign d3 ${three}\n`);
    rig.artifact("design/d1", { title: "Changed" });
    const answer = await rig.run("approve", "--batch", "batch", by("anna"));
    expect(answer.exitCode).toBe(1);
    expect(answer.stdout).toBe(
      "approved: design/d 2, by anna, as design-approval\napproved: design/d3, by anna, as design-approval\n",
    );
    expect(answer.stderr).toMatch(
      /^error: design\/d1 holds another content now, sha256:[0-9a-f]{64}: nothing was decided\./,
    );
    expect(answer.stderr).toMatch(/^2 of 3 decided$/m);
    expect((await rig.events("decision")).map(({ body }) => body.subject)).toMatchObject([
      { instance_id: "d 2" },
      { instance_id: "d3" },
    ]);
  });

  test("from standard input, with a note for each", async () => {
    const rig = await makeRig({ ...gated, artifacts: designs });
    const input = `design d3 ${await hashOf(rig, "design/d3")} too short\n`;
    expect(await rig.run("reject", "--batch", "-", by("anna", { input }))).toMatchObject({ exitCode: 0 });
    expect(decisionFiles(rig, "design-rejection")).toMatchObject([{ note: "too short" }]);
  });

  test.each([
    ["approve", "design d1\n", /^error: batch:1: a line holds TYPE, INSTANCE, HASH and a note/],
    ["reject", "design d1 0123456789ab\n", /^error: --note needs a text that says why/],
    ["approve", "", /^error: batch holds no line/],
  ])("%s decides nothing where a line cannot be understood", async (command, text, stderr) => {
    const rig = await makeRig({ ...gated, artifacts: designs });
    rig.write("batch", `${text === "" ? "" : `design d3 ${await hashOf(rig, "design/d3")} fine\n`}`);
    rig.write("batch", text + rig.read("batch"));
    const answer = await rig.run(command, "--batch", "batch", by("anna"));
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toMatch(stderr);
    expect(await rig.events("decision")).toEqual([]);
  });
});

describe("--edit", () => {
  test("takes the note from an editor", async () => {
    const rig = await makeRig(gated);
    rig.write("edit.sh", 'cat "$2" > seen; printf "# no heading\\nTwo\\nlines\\n" > "$2"\n');
    const hash = await hashOf(rig, "design/d1");
    const editor = by("anna", { env: { EDITOR: "sh edit.sh --wait" } });
    const answer = await rig.run("reject", "design", "d1", "--hash", hash, "--edit", "--note", "begun", editor);
    expect(answer).toMatchObject({ exitCode: 0, stderr: "" });
    expect(rig.read("seen")).toMatch(
      /^begun\n\n# Reject design\/d1 as design-rejection, by anna\?\n# Lines that begin/,
    );
    expect(decisionFiles(rig, "design-rejection")).toMatchObject([{ note: "Two\nlines" }]);
  });

  test.each([
    ["an editor that fails", "false", /^error: the editor 'false' failed: exit code 1. Nothing was decided/],
    ["no editor", "no-such-editor", /^(?:.*\n)?error: the editor 'no-such-editor' failed: exit code 127/],
    ["an empty note", "sh -c ': > $0'", /^error: the note is empty: nothing was decided/],
    ["what is no text", `sh -c 'printf "\\377" > $0'`, /^error: the note cannot be read: it is not valid UTF-8/],
  ])("%s ends it, and nothing is decided", async (_, EDITOR, stderr) => {
    const rig = await makeRig(gated);
    const hash = await hashOf(rig, "design/d1");
    const answer = await rig.run("approve", "design", "d1", "--hash", hash, "--edit", by("anna", { env: { EDITOR } }));
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toMatch(stderr);
    expect(await rig.events("decision")).toEqual([]);
  });
});
