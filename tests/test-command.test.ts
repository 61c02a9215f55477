import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseToml } from "../engine/src/toml/parse.ts";
import { fencesOf } from "./markdown.ts";
import { envelopeProblems, schemaProblems } from "./rig/envelope.ts";
import { CHECKOUT } from "./rig/programs.ts";
import { runa, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const SHIPPED = readdirSync(join(CHECKOUT, "methodologies"));

/** A note is drafted from a request and then checked; a slice of it is done for each work unit. */
const MANIFEST = `name = "notes"
artifact_types = [
  { name = "request" }, { name = "draft" }, { name = "good" }, { name = "bad" }, { name = "slice" }, { name = "part" },
]

[[protocols]]
name = "write"
requires = ["request"]
produces = ["draft"]
trigger = { type = "any_of", conditions = [{ type = "on_artifact", name = "request" }, { type = "on_artifact", name = "bad" }] }

[[protocols]]
name = "check"
requires = ["draft"]
trigger = { type = "on_artifact", name = "draft" }
required_output_choices = [{ name = "verdict", members = ["good", "bad"] }]

[[protocols]]
name = "cut"
scoped = true
requires = ["slice"]
produces = ["part"]
trigger = { type = "on_artifact", name = "slice" }
`;
const TITLED = { type: "object", required: ["title"], properties: { title: { type: "string", minLength: 1 } } };
const UNIT = { ...TITLED, properties: { ...TITLED.properties, work_unit: { type: "string" } } };
const SCHEMAS = { request: TITLED, draft: TITLED, good: TITLED, bad: TITLED, slice: UNIT, part: UNIT };

/** A methodology in a directory of its own, with files of cases. */
function methodologyWith(cases: Readonly<Record<string, string>>): Scratch {
  const scratch = new Scratch();
  const files: Record<string, string> = {
    "manifest.toml": MANIFEST,
    ...Object.fromEntries(
      Object.entries(SCHEMAS).map(([type, schema]) => [`schemas/${type}.schema.json`, JSON.stringify(schema)]),
    ),
    ...Object.fromEntries(["write", "check", "cut"].map((name) => [`protocols/${name}/PROTOCOL.md`, `Do ${name}.\n`])),
    ...Object.fromEntries(Object.entries(cases).map(([name, text]) => [`tests/${name}`, text])),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch.path, name)), { recursive: true });
    writeFileSync(join(scratch.path, name), text);
  }
  return scratch;
}

/** What `runa test` says of one file of cases. */
async function testing(text: string, ...words: string[]) {
  using scratch = methodologyWith({ "cases.toml": text });
  return await runa(scratch.path, "test", ".", ...words);
}

interface Answer {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly {
    readonly name: string;
    readonly deviations?: readonly unknown[];
    readonly problem?: string;
  }[];
}

/** The same as a document that its published schema allows. */
async function answered(text: string): Promise<Answer> {
  const { stdout, stderr } = await testing(text, "--json");
  expect(stderr).toBe("");
  expect(await envelopeProblems(stdout)).toEqual([]);
  return JSON.parse(stdout);
}

describe("the cases of the methodologies that come with runa", () => {
  test.each(SHIPPED)("%s", { timeout: 120_000 }, async (name) => {
    const { exitCode, stdout, stderr } = await runa(CHECKOUT, "test", join("methodologies", name));
    expect(stdout + stderr).toMatch(/^.+: \d+ cases passed$/m);
    expect(exitCode).toBe(0);
  });

  test.each(SHIPPED)("those of %s are what the published schema of cases allows", async (name) => {
    const directory = join(CHECKOUT, "methodologies", name, "tests");
    for (const file of readdirSync(directory).filter((one) => one.endsWith(".toml")))
      expect(await schemaProblems("test-case", parseToml(file, readFileSync(join(directory, file))).table)).toEqual([]);
  });

  test("and so are those that the pages show", async () => {
    const pages = ["authoring-guide.md", "cli.md"].flatMap((page) =>
      fencesOf(readFileSync(join(CHECKOUT, "docs", page), "utf8")),
    );
    const shown = pages.filter(({ language, text }) => language === "toml" && text.includes("[[case]]"));
    expect(shown.length).toBeGreaterThan(0);
    for (const { text } of shown)
      expect(await schemaProblems("test-case", parseToml("page.toml", Buffer.from(text)).table)).toEqual([]);
  });
});

describe("a case", () => {
  test("comes as it is expected: statuses with their reasons, order, projection, what ran, what it ended with", async () => {
    const { exitCode, stdout, stderr } = await testing(`
[[case]]
name = "nothing is there"
[case.expect]
order = ["write", "check"]
projection = []
status.write = { status = "waiting", reasons = ["not_called_for", { kind = "not_called_for", artifact_type = "bad" }] }

[[case]]
name = "a request is there"
given.request = { title = "A note" }
[case.expect]
status = { write = "ready", check = "waiting" }
projection = ["write", "check"]
owes = ["write", "check"]

[[case]]
name = "a note that is bad is written anew"
given.request = { title = "A note" }
run = true
deliver.check = [{ bad = { title = "Too short" } }, { "good/yes" = { title = "Fine" } }]
[case.expect]
ran = ["write", "check", "write", "check"]
end = "all_complete"
owes = []
artifacts = { draft = "valid", "good/yes" = "valid", bad = "absent", good = "absent" }
status = { write = "current", check = "current" }

[[case.step]]
remove = ["good/yes"]
[case.step.expect]
status.check = { status = "ready", reasons = ["choice_open"] }

[[case]]
name = "a slice is cut for its work unit"
work_unit = "one"
given."slice/s" = { title = "First", work_unit = "one" }
run = true
[case.expect]
ran = ["cut"]
status.cut = "current"
[[case.step]]
work_unit = "two"
expect.status.cut = "waiting"
`);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([
      "tests/cases.toml",
      "  ok    nothing is there",
      "  ok    a request is there",
      "  ok    a note that is bad is written anew",
      "  ok    a slice is cut for its work unit",
      "",
      "notes: 4 cases passed",
      "",
    ]);
    expect(exitCode).toBe(0);
  });

  test("that does not is shown with what was expected, what is, and why, down its file", async () => {
    const { exitCode, stdout } = await testing(`[[case]]
name = "all is wrong"
given = { request = { headline = "A note" }, draft = { title = "Draft" } }
run = true
deliver.check = { good = { title = "" } }
expect.ran = ["write"]
expect.end = "all_complete"
expect.artifacts.request = "valid"
expect.artifacts.good = "valid"
expect.status.write = "ready"
expect.status.check = { status = "ready", reasons = ["said_again"] }
`);
    expect(stdout.split("\n")).toEqual([
      "tests/cases.toml",
      "  FAIL  all is wrong",
      "        6:8  ran:",
      "          expected  write",
      "          but it is check",
      "        7:8  end: expected all_complete, but it is quiescent_with_failures",
      "          check: delivered none of good, bad (choice 'verdict')",
      "          check: 1 call was refused, the last because it breaks its schema in one place",
      "          check:   /title: expected at least 1 characters",
      "          still owed: check",
      "        8:18  request/request: expected valid, but it is invalid",
      '          the artifact: expected the property "title", got nothing',
      "        9:18  good/good: expected valid, but it is absent",
      "        10:15  write: expected ready, but it is waiting",
      "          on_artifact(request): no valid instances of artifact type 'request' exist",
      "          on_artifact(bad): no valid instances of artifact type 'bad' exist",
      "        11:25  check: expected the reason said_again",
      "          it is: choice 'verdict' is open: one of good and bad is owed (choice_open)",
      expect.stringMatching(/^ {10}it is: the last attempt failed: choice_unmet, attempt .+ \(attempt_failed\)$/),
      "",
      "notes: 1 of 1 case failed",
      "",
    ]);
    expect(exitCode).toBe(1);
  });

  test("that fails is in the document as it is on the screen", async () => {
    const { passed, failed, cases } = await answered(`[[case]]
name = "fails"
given.request = { title = "A note" }
expect.status.check = "ready"
expect.projection = ["check"]
[[case]]
name = "passes"
expect.projection = []
`);
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
    expect(cases[0]?.deviations).toEqual([
      {
        line: 4,
        column: 15,
        expectation: "status",
        protocol: "check",
        expected: "ready",
        actual: "waiting",
        reasons: [expect.objectContaining({ kind: "not_called_for", artifact_type: "draft" })],
      },
      { line: 5, column: 8, expectation: "projection", expected: ["check"], actual: ["write", "check"] },
    ]);
    expect(cases[1]).not.toHaveProperty("deviations");
  });

  test("has what nobody gives made up, each another", async () => {
    const { failed } = await answered(`[[case]]
name = "made up"
given = { "request/a" = true, "request/b" = true }
run = true
expect.end = "all_complete"
expect.artifacts = { "request/a" = "valid", "request/b" = "valid", draft = "valid", good = "valid" }
[[case.step]]
given."request/a" = true
expect.status.write = { status = "ready", reasons = [{ kind = "input_changed", instance_id = "a", change = "modified" }] }
`);
    expect(failed).toBe(0);
  });

  test("cannot be played where nothing can be made, and says so", async () => {
    using scratch = methodologyWith({
      "cases.toml": '[[case]]\nname = "no"\ngiven.request = true\nexpect.owes = []\n',
    });
    writeFileSync(join(scratch.path, "schemas/request.schema.json"), '{"allOf": [{"const": 1}, {"const": 2}]}');
    const { exitCode, stdout } = await runa(scratch.path, "test", ".");
    expect(stdout).toMatch(
      /FAIL {2}no\n {8}2 {2}nothing could be made that the schema of 'request' allows \(.+\): give the artifact itself/,
    );
    expect(exitCode).toBe(1);
  });

  test("takes artifacts from files as they are, also what is no JSON", async () => {
    using scratch = methodologyWith({
      "cases.toml": '[[case]]\nname = "file"\ngiven.request = "broken.json"\nexpect.artifacts.request = "malformed"\n',
      "broken.json": "{",
    });
    expect((await runa(scratch.path, "test", ".")).exitCode).toBe(0);
  });
});

test("everything that is wrong in files of cases is told at its place, before any is played", async () => {
  const { exitCode, stdout, stderr } = await testing(`[[case]]
nam = "x"
given.reqest = true
given."request/a/b" = true
given."request/c" = "nowhere.json"
given."request/d" = 5
given."request/e" = { title = inf }
expect.status.chek = "ready"
expect.status.check = "redy"
expect.status.cut = "ready"
expect.status.write = { status = "ready", reasons = ["output_mising"] }
expect.ran = ["write"]
deliver.check = [1]

[[case]]
name = "two"
[[case]]
name = "two"
run = "yes"
`);
  expect(stdout).toBe("");
  expect(exitCode).toBe(1);
  expect(stderr.split("\n").filter((line) => /^(error|tests)/.test(line))).toEqual([
    "error: 17 errors",
    "tests/cases.toml:1:3  the case has no 'name': say in name = \"…\" what it shows",
    "tests/cases.toml:2:1  unknown key 'nam' in a case — did you mean 'name'?",
    "tests/cases.toml:3:7  the methodology declares no artifact type 'reqest' — did you mean 'request'?",
    "tests/cases.toml:4:7  the id 'a/b' cannot be that of an artifact: it contains a path separator",
    "tests/cases.toml:5:21  the artifact 'nowhere.json' cannot be read: no such file or directory; the path counts from this file",
    "tests/cases.toml:6:21  'request/d' must be the artifact as a table, the name of a file, or true, not a number",
    "tests/cases.toml:7:31  JSON does not keep this number: put the artifact into a file of its own",
    "tests/cases.toml:8:15  the methodology declares no protocol 'chek' — did you mean 'check'?",
    "tests/cases.toml:9:23  'check' must be one of ready, blocked, waiting, current, not 'redy' — did you mean 'ready'?",
    "tests/cases.toml:10:15  'cut' is scoped: give the step a work_unit",
    expect.stringMatching(
      /^tests\/cases.toml:11:54 {2}'kind' must be one of .+, not 'output_mising' — did you mean 'output_missing'\?$/,
    ),
    "tests/cases.toml:12:8  'ran' is what comes of a run, and this step has none: set run = true",
    "tests/cases.toml:13:18  'check' must be a table of artifacts, or a list of such tables, not a number",
    "tests/cases.toml:15:3  the case expects nothing: say under 'expect' what is to come of it, e.g. expect.status.review = \"ready\"",
    "tests/cases.toml:17:3  the case expects nothing: say under 'expect' what is to come of it, e.g. expect.status.review = \"ready\"",
    "tests/cases.toml:18:8  there is a case 'two' already: give this one another name",
    "tests/cases.toml:19:7  'run' must be true or false, not a string",
  ]);
});

describe("runa test", () => {
  const CASES =
    '[[case]]\nname = "nothing"\nexpect.projection = []\n[[case]]\nname = "wrong"\nexpect.projection = ["write"]\n';

  test("plays only the cases that are asked for", async () => {
    expect((await testing(CASES, "--only", "noth")).stdout).toContain("notes: 1 case passed");
    expect(await testing(CASES, "--only", "other")).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: "error: no case, and no file of cases, has 'other' in its name: leave --only out to play all of them\n",
    });
  });

  test("leaves the project alone whose methodology it plays, and what it makes is gone afterwards", async () => {
    using scratch = methodologyWith({ "cases.toml": CASES });
    const project = join(scratch.path, "project");
    mkdirSync(project);
    expect((await runa(project, "init", "--methodology", "..")).exitCode).toBe(0);
    const listing = () => readdirSync(project, { recursive: true, encoding: "utf8" }).sort();
    const before = listing();
    expect((await runa(project, "test", "--only", "nothing")).stdout).toContain("notes: 1 case passed");
    expect(listing()).toEqual(before);
  });

  test("says where it finds no cases, and no methodology", async () => {
    using scratch = methodologyWith({});
    expect((await runa(scratch.path, "test", ".")).stderr).toBe(
      `error: no cases found: put them into files ${scratch.path}/tests/*.toml, see \`runa test --help\`\n`,
    );
    expect((await runa(scratch.path, "test")).stderr).toBe(
      `error: no runa project in ${scratch.path} or above it, whose methodology it could be: name one, \`runa test METHODOLOGY\`\n`,
    );
  });

  test("needs the program that makes values only where some are made up", async () => {
    using scratch = methodologyWith({ "cases.toml": '[[case]]\nname = "x"\ngiven.request = true\nexpect.owes = []\n' });
    const copy = join(scratch.path, "programs");
    mkdirSync(copy);
    const { exitCode } = await runProgram(["cp", "-r", join(CHECKOUT, "dist"), copy], { directory: scratch.path });
    expect(exitCode).toBe(0);
    writeFileSync(join(copy, "dist/runa-agent.js"), "#!/bin/sh\necho broken >&2\nexit 1\n");
    const ended = await runProgram([process.execPath, join(copy, "dist/runa.js"), "test", "."], {
      directory: scratch.path,
      env: { PATH: process.env.PATH, HOME: scratch.path, NODE_PATH: join(CHECKOUT, "node_modules") },
    });
    expect(ended.stdout).toContain(
      "runa-agent, which makes artifacts up, could not do so (broken): install runa's programs beside each other",
    );
    expect(ended.exitCode).toBe(1);
  });
});

describe("a case in which people decide", () => {
  const GATED = `name = "gated"
artifact_types = [{ name = "need" }, { name = "design" }, { name = "ok" }, { name = "safe" }, { name = "no" }, { name = "build" }]

[[protocols]]
name = "draft"
requires = ["need"]
accepts = ["design", "no"]
produces = ["design"]
trigger = { type = "any_of", conditions = [{ type = "on_artifact", name = "need" }, { type = "on_artifact", name = "no" }] }

[[protocols]]
name = "build"
requires = ["design", "ok", "safe"]
produces = ["build"]
trigger = { type = "on_artifact", name = "ok" }
`;
  const SCHEMAS_OF: Readonly<Record<string, object>> = {
    need: TITLED,
    design: TITLED,
    build: TITLED,
    ok: { "x-runa": { kind: "approval", of: "design", min: 2 }, type: "object" },
    safe: { "x-runa": { kind: "approval", of: "design", role: "security" }, type: "object", required: ["checked"] },
    no: { "x-runa": { kind: "rejection", of: "design" }, type: "object", required: ["note"] },
  };

  async function gated(text: string, ...words: string[]) {
    using scratch = new Scratch();
    const files: Record<string, string> = {
      "manifest.toml": GATED,
      "tests/cases.toml": text,
      "protocols/draft/PROTOCOL.md": "Draft.\n",
      "protocols/build/PROTOCOL.md": "Build.\n",
      ...Object.fromEntries(
        Object.entries(SCHEMAS_OF).map(([type, schema]) => [`schemas/${type}.schema.json`, JSON.stringify(schema)]),
      ),
    };
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(scratch.path, name)), { recursive: true });
      writeFileSync(join(scratch.path, name), content);
    }
    return await runa(scratch.path, "test", ".", ...words);
  }

  test("says who decides what, with which roles and fields, and what awaits a decision after it", async () => {
    const { stdout, stderr } = await gated(`
[[case]]
name = "two people and one of security, then a rejection, then a new design"
people = { sven = ["security"] }
given = { need = { title = "A login" }, design = { title = "A form" } }
decision = [
  { approve = "design", as = "ok", by = "anna" },
  { approve = "design", as = "ok", by = "bert", note = "Fine." },
]
expect.awaiting = ["design"]
expect.status.build = "blocked"

[[case.step]]
decision = [{ approve = "design/design", as = "safe", by = "sven", set = { checked = true } }]
expect.awaiting = []
expect.status.build = "ready"

[[case.step]]
run = true
decision = [{ reject = "design", by = "anna", note = "It forgets the password." }]
expect.ran = ["draft"]
expect.awaiting = ["design"]
expect.status.build = "waiting"
`);
    expect(stderr).toBe("");
    expect(stdout).toContain("gated: 1 case passed");
  });

  test("shows what awaits a decision where that is not what was expected", async () => {
    const { exitCode, stdout } = await gated(`[[case]]
name = "waits"
given.design = { title = "A form" }
expect.awaiting = []
`);
    expect(stdout).toContain(
      "        4:8  awaiting:\n          expected  nothing\n          but it is design/design\n",
    );
    expect(exitCode).toBe(1);
  });

  test("cannot be played where a decision cannot be made, and says why", async () => {
    const { stdout } = await gated(`[[case]]
name = "nothing to approve"
decision = [{ approve = "design", as = "ok", by = "anna" }]
expect.owes = []
[[case]]
name = "not what its schema asks for"
given.design = { title = "A form" }
decision = [{ approve = "design", as = "safe", by = "anna" }]
expect.owes = []
[[case]]
name = "nothing to withdraw"
given.design = { title = "A form" }
decision = [{ revoke = "design", by = "anna", note = "No." }]
expect.owes = []
`);
    expect(stdout).toContain("anna could not have approved design/design: it is not there");
    expect(stdout).toContain(
      'anna could not have approved design/design: it breaks its schema in one place: it: expected the property "checked"',
    );
    expect(stdout).toContain("anna could not have revoked design/design: nothing that they decided on it is known");
  });

  test("is told what is wrong in what it decides, at its place", async () => {
    const { stdout, stderr } = await gated(`[[case]]
name = "wrong"
people = { anna = "security" }
decision = [
  { by = "anna" },
  { approve = "design", reject = "design" },
  { approve = "design" },
  { approve = "design", as = "oak" },
  { approve = "need" },
  { reject = "build" },
  { approve = "design", as = "ok", why = "x" },
]
expect.owes = []
`);
    expect(stdout).toBe("");
    expect(stderr.split("\n").filter((line) => line.startsWith("tests"))).toEqual([
      "tests/cases.toml:3:19  'anna' must be a list of roles, such as [\"security\"], or [] for none",
      'tests/cases.toml:5:3  a decision names what it is on in exactly one of approve, reject, revoke, e.g. approve = "design/d1"',
      'tests/cases.toml:6:3  a decision names what it is on in exactly one of approve, reject, revoke, e.g. approve = "design/d1"',
      "tests/cases.toml:7:3  'design' has several approval types: say in 'as' which of ok, safe is meant",
      "tests/cases.toml:8:30  'oak' is no approval type of 'design' — did you mean 'ok'?",
      "tests/cases.toml:9:15  the methodology has no approval type of 'need': its schema would say so in x-runa",
      "tests/cases.toml:10:14  the methodology has no rejection type of 'build': its schema would say so in x-runa",
      "tests/cases.toml:11:36  unknown key 'why' in a decision",
    ]);
  });
});
