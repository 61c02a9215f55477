import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draft, units } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** An agent that delivers with `runa deliver`, by this shell script, in which `$runa` is the program. */
function shell(script: string): Promise<Rig> {
  const agent = ["/bin/sh", "-c", `runa="${process.execPath} ${RUNA}"\n${script}`];
  return makeRig({ ...draft, agent, schemas: { design: { type: "object", required: ["title"] } } });
}

test("delivers from a shell, as the server's tool does, and tells what is refused", async () => {
  const rig = await shell(`
    echo '{"name": "no title"}' | $runa deliver design d1 && exit 9
    echo '{"title": "A design"}' > made.json
    $runa deliver design d1 made.json`);
  const { exitCode, stdout, stderr } = await rig.run("step");
  expect(stderr).toMatch(/^refused: it breaks its schema in one place\n {2}.*title/m);
  expect(stdout).toContain("delivered .runa/workspace/design/d1.json; nothing is owed any more\n");
  expect(exitCode).toBe(0);
  expect(await rig.events("delivery_accepted")).toMatchObject([{ body: { instance_id: "d1", via: "tool" } }]);
  expect(await rig.events("delivery_refused")).toMatchObject([{ body: { reason: "invalid_artifact" } }]);
});

test("writes where its attempt's server writes", async () => {
  const rig = await shell(`echo '{"title": "A design"}' | $runa deliver design d1 -`);
  rig.write("other/requirements/r1.json", '{"title": "Fast"}');
  expect((await rig.run("step", "--artifacts-dir", "other")).exitCode).toBe(0);
  expect(rig.exists("other/design/d1.json")).toBe(true);
});

const deep = `${"[".repeat(513)}${"]".repeat(513)}`;

test.each([
  ["not JSON", "{", /the artifact is not JSON: /],
  ["nothing", "", /the artifact is not JSON: unexpected end of the text/],
  ["invalid UTF-8", '{"title": "caf\\351"}', /the artifact is not JSON: invalid UTF-8 at line 1, column 15/],
  ["a byte order mark", '\\357\\273\\277{"title": "x"}', /the artifact is not JSON: byte order mark/],
  ["UTF-16", "\\377\\376{\\000}\\000", /the artifact is not JSON: invalid UTF-8/],
  ["half a surrogate pair", '{"title": "\\\\ud800"}', /half a surrogate pair/],
  ["a key twice", '{"title": "x", "title": "y"}', /key "title" twice in one object/],
  ["nesting over 512 levels", `{"title": ${deep}}`, /nested over 512 levels/],
  [
    "numbers too exact",
    '{"title": "x", "n": [12345678901234567890, 0.12345678901234567890]}',
    /a number that cannot be kept exactly\n {2}\/n\/0: expected a number that a double holds: .*, got 12345678901234567890\n {2}\/n\/1: .*, got 0\.12345678901234567890\n/,
  ],
])("%s is refused before anything is written, and noted", async (_, text, message) => {
  const rig = await shell(`printf '${text}' | $runa deliver design d1`);
  const { exitCode, stderr } = await rig.run("step");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
  expect(rig.exists(".runa/workspace/design")).toBe(false);
  expect(await rig.events("delivery_refused")).toMatchObject([{ body: { artifact_type: "design" } }]);
});

test.each([
  ["a device without end", "$runa deliver design d1 /dev/zero", "error: /dev/zero is longer than 256 MiB, which"],
  ["stdin without end", "$runa deliver design d1 < /dev/zero", "error: stdin is longer than 256 MiB, which"],
  ["a pipe without end", "cat /dev/zero | $runa deliver design d1 -", "error: stdin is longer than 256 MiB, which"],
  ["a directory", "$runa deliver design d1 .", "error: . cannot be read: "],
  ["a file that is not there", "$runa deliver design d1 none.json", "error: none.json cannot be read: "],
])("%s ends in one clear error", async (_, command, message) => {
  const rig = await shell(command);
  const { exitCode, stderr } = await rig.run("step");
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
  expect(rig.exists(".runa/workspace/design")).toBe(false);
});

test("a named pipe and /dev/stdin are read like a file", async () => {
  const rig = await shell(`
    mkfifo pipe; (echo '{"title": "Piped"}' > pipe) &
    $runa deliver design d1 pipe
    echo '{"title": "Stdin"}' | $runa deliver design d2 /dev/stdin`);
  const { stdout } = await rig.run("step");
  expect(stdout).toContain("delivered .runa/workspace/design/d1.json");
  expect(stdout).toContain("delivered .runa/workspace/design/d2.json");
});

test("takes --config and --artifacts-dir, from where it was started", async () => {
  const rig = await shell(`
    mkdir sub; cd sub
    echo '{"title": "A"}' | $runa deliver design none --config none.toml
    echo '{"title": "A"}' | $runa deliver design d1 --config ../other.toml
    echo '{"title": "A"}' | $runa deliver design d2 --artifacts-dir elsewhere`);
  rig.write("other.toml", readFileSync(join(rig.project, ".runa/config.toml"), "utf8"));
  const { stdout, stderr } = await rig.run("step");
  expect(stderr).toMatch(/^error: .*sub\/none\.toml/m);
  expect(stdout).toContain("delivered .runa/workspace/design/d1.json");
  expect(rig.exists("sub/elsewhere/design/d2.json")).toBe(true);
});

describe("what lies there from before", () => {
  /** An agent that is asked again, because its input has changed, and then does this. */
  async function again(script: string) {
    const rig = await shell(`if [ -e second ]; then ${script}
      else for id in d1 d2; do echo '{"title": "A design"}' | $runa deliver design $id; done; fi`);
    expect((await rig.run("step")).exitCode).toBe(0);
    rig.write("second", "");
    rig.artifact("requirements/r1", { title: "Faster" });
    return rig;
  }

  test("is confirmed as it is, or taken away", async () => {
    const rig = await again("$runa deliver design d2 --withdraw; $runa deliver --confirm design d1");
    const { exitCode, stdout } = await rig.run("step");
    expect(stdout).toContain("withdrew .runa/workspace/design/d2.json; still owed: design\n");
    expect(stdout).toContain("confirmed .runa/workspace/design/d1.json; nothing is owed any more\n");
    expect(exitCode).toBe(0);
    expect(rig.artifacts().filter((name) => name.startsWith("design/"))).toEqual(["design/d1"]);
    expect(await rig.events("withdrawn")).toMatchObject([{ body: { instance_id: "d2" } }]);
    expect((await rig.events("delivery_accepted")).at(-1)).toMatchObject({ body: { via: "confirmed" } });
    expect((await rig.run("run")).stdout).toMatch(/^all_complete: nothing to do/);
  });

  test.each([
    ["design d3 --confirm", 1, "refused: there is no 'design' with instance_id 'd3'\n"],
    ["requirements r1 --withdraw", 1, "refused: 'requirements' is no output of protocol 'draft'\n"],
    ["design ../d1 --withdraw", 1, 'refused: instance_id "../d1" cannot be used: '],
    ["design d1 --confirm --withdraw", 1, "error: --confirm and --withdraw are one or the other"],
    ["design d1 x.json --confirm", 1, "error: --confirm takes no FILE: it is about what lies there"],
  ])("deliver %s", async (words, code, message) => {
    const rig = await again(`$runa deliver ${words}; echo "code $?"`);
    const { stdout, stderr } = await rig.run("step");
    expect(stderr).toContain(message);
    expect(stdout).toContain(`code ${code}\n`);
    expect(rig.artifacts()).toEqual(expect.arrayContaining(["design/d1", "design/d2", "requirements/r1"]));
  });
});

test("an unscoped attempt puts the work unit in that it delegates to, a scoped one takes no other", async () => {
  const agent = (script: string) => ["/bin/sh", "-c", `runa="${process.execPath} ${RUNA}"\n${script}`];
  const planner = await makeRig({
    ...draft,
    agent: agent(`echo '{"title": "T"}' | $runa deliver design d1 --work-unit pay`),
  });
  expect((await planner.run("step")).exitCode).toBe(0);
  expect(JSON.parse(planner.read(planner.path("design/d1")))).toEqual({ title: "T", work_unit: "pay" });
  const worker = await makeRig({
    ...units,
    agent: agent(`echo '{"title": "T"}' | $runa deliver patch p1 --work-unit search
      echo '{"title": "T"}' | $runa deliver patch p2 --work-unit checkout --json`),
  });
  const { exitCode, stdout, stderr } = await worker.run("step", "--work-unit", "checkout");
  expect(stderr).toContain(
    "refused: this session delivers for work unit 'checkout', not \"search\": leave work_unit out\n",
  );
  expect(stdout).toContain('"work_unit": "checkout"');
  expect(exitCode).toBe(0);
  expect(worker.artifacts()).toEqual(["patch/p2", "task/t1", "task/t2"]);
});

describe("by hand", () => {
  test("delivers any type, checked, recorded as by hand, and what needs it is READY", async () => {
    const rig = await makeRig({ ...draft, artifacts: {} });
    rig.write("made.json", '{ "title": "Fast" }');
    const { exitCode, stdout, json } = await rig.run("deliver", "requirements", "r1", "made.json", "--json");
    expect(exitCode).toBe(0);
    expect(json).toEqual({
      version: 1,
      kind: "delivery",
      methodology: "test-methodology",
      result: "delivered",
      artifact_type: "requirements",
      instance_id: "r1",
      path: ".runa/workspace/requirements/r1.json",
      content_hash: expect.stringMatching(/^sha256:/),
    });
    expect(stdout).toContain('"result"');
    expect(rig.read(rig.path("requirements/r1"))).toBe('{\n  "title": "Fast"\n}\n');
    expect((await rig.state()).protocols[0]).toMatchObject({ name: "draft", status: "ready" });
    expect(await rig.run("deliver", "design", "d1", "made.json")).toMatchObject({
      exitCode: 0,
      stdout: "delivered .runa/workspace/design/d1.json, by hand\n",
    });
    expect((await rig.run("show", "design", "d1", "--json")).json).toMatchObject({ origin: { by: "hand" } });
    const [first] = await rig.events("delivery_accepted");
    expect(first).toMatchObject({ body: { artifact_type: "requirements", instance_id: "r1", via: "hand" } });
    expect(first).not.toHaveProperty("attempt");
    expect((await rig.run("log")).stdout).toMatch(/delivery_accepted {4}design\/d1 \(by hand\)$/m);
    // What a person put there is done by age.
    expect((await rig.run("run")).stdout).toMatch(/^all_complete: nothing to do/);
  });

  test("refuses what breaks the schema, and says it as data too", async () => {
    const rig = await makeRig(draft);
    rig.write("bad.json", '{ "title": "" }');
    rig.write("worse.json", '{ "title": "x", "title": "y" }');
    const { exitCode, stdout, stderr } = await rig.run("deliver", "design", "d1", "bad.json");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /^refused: it breaks its schema in one place\n {2}\/title: expected at least 1 characters, got ""\n$/,
    );
    const told = await rig.run("deliver", "design", "d1", "bad.json", "--json");
    expect(told).toMatchObject({
      exitCode: 1,
      stderr: "",
      json: { result: "refused", violations: [{ path: "/title", keyword: "minLength", got: '""' }] },
    });
    const text = await rig.run("deliver", "design", "d1", "worse.json", "--json");
    expect(text).toMatchObject({ exitCode: 1, json: { result: "refused", violations: [] } });
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
    expect((await rig.events("delivery_refused")).map(({ body }) => body.reason)).toEqual([
      "invalid_artifact",
      "invalid_artifact",
      "bad_arguments",
    ]);
  });

  test.each([
    [
      ["desing", "d1", "x.json"],
      "error: methodology 'test-methodology' has no artifact type 'desing' — did you mean 'design'?",
    ],
    [["design", "../../d1", "x.json"], 'refused: instance_id "../../d1" cannot be used: '],
    [["design", "a\u001b[2Jb", "x.json"], 'refused: instance_id "a\\u001b[2Jb" cannot be used: '],
    [["design", ".d1", "x.json"], 'refused: instance_id ".d1" cannot be used: '],
    [["design", "d1", "none.json"], "error: none.json cannot be read: "],
    [["design", "d1", '{"title": "x"}'], "error: FILE is the name of a file, and this is JSON: "],
    [["design", "d1", "x.json", "--work-unit", ""], "error: --work-unit needs an id; it is empty"],
    [
      ["design", "d1", "x.json", "--work-unit", "other"],
      "refused: its work_unit is \"pay\", and --work-unit says 'other': leave one of them out",
    ],
    [
      ["design", "d1", "list.json", "--work-unit", "pay"],
      "refused: what is no object names no work unit: leave --work-unit out",
    ],
    [["design", "d1", "--confirm"], "error: --confirm is for agents, and this is not inside an attempt"],
    [["design", "d1", "--withdraw"], "error: --withdraw is for agents, and this is not inside an attempt"],
    [["design"], "error: deliver needs TYPE INSTANCE"],
  ])("deliver %j writes nothing", async (words, message) => {
    const rig = await makeRig(draft);
    rig.write("x.json", '{ "title": "X", "work_unit": "pay" }');
    rig.write("list.json", "[]");
    const { exitCode, stdout, stderr } = await rig.run("deliver", ...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(message);
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });

  test("puts the work unit in, also of one that is new, and replaces no other one's", async () => {
    const rig = await makeRig(units);
    rig.write("x.json", '{ "title": "X" }');
    expect(await rig.run("deliver", "task", "t3", "x.json", "--work-unit", "new")).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(rig.read(rig.path("task/t3")))).toEqual({ title: "X", work_unit: "new" });
    expect((await rig.state("new")).protocols[0]).toMatchObject({ status: "ready" });
    const other = await rig.run("deliver", "task", "t1", "x.json", "--work-unit", "new");
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toContain("belongs to work unit 'checkout': choose another instance_id");
  });

  test("counts for no attempt that runs meanwhile", async () => {
    const rig = await makeRig(draft);
    rig.write("x.json", '{ "title": "X" }');
    const run = rig.start("step");
    const agent = await rig.nextAttempt();
    expect(await rig.run("deliver", "design", "d1", "x.json")).toMatchObject({ exitCode: 0 });
    await agent.exit(0);
    expect((await run.ended()).stderr).toContain("not_delivered");
  });

  test("is refused where the store cannot be written or the directory of the type is a link", async () => {
    const rig = await makeRig(draft);
    rig.write("x.json", '{ "title": "X" }');
    rig.write("elsewhere/y", "");
    symlinkSync(join(rig.project, "elsewhere"), join(rig.project, ".runa/workspace/design"));
    const linked = await rig.run("deliver", "design", "d1", "x.json");
    expect(linked.exitCode).toBe(1);
    expect(linked.stderr).toMatch(/^refused: /);
    expect(rig.exists("elsewhere/d1.json")).toBe(false);
  });

  test("is an error where the workspace has gone, which is not made anew", async () => {
    const rig = await makeRig(draft);
    rig.write("x.json", '{ "title": "X" }');
    await rig.run("scan");
    rig.remove(".runa/workspace");
    const { exitCode, stderr } = await rig.run("deliver", "design", "d1", "x.json");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: .*workspace/m);
    expect(rig.exists(".runa/workspace")).toBe(false);
  });

  test("an attempt that has ended delivers nothing, not by hand either", async () => {
    const rig = await makeRig(draft);
    rig.write("x.json", '{ "title": "X" }');
    const env = { RUNA_ATTEMPT: "0195561e-2c40-7c3a-9d52-1f6f0c2a7b11" };
    const { exitCode, stderr } = await rig.run("deliver", "design", "d1", "x.json", { env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("has ended, or is none of this project: nothing is delivered");
    expect(rig.exists(rig.path("design/d1"))).toBe(false);
  });
});
