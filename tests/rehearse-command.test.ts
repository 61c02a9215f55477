import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { envelopeProblems } from "./rig/envelope.ts";
import { type MethodologyText, type ProtocolText, writeMethodology } from "./rig/methodology.ts";
import { CHECKOUT } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";
import { runa } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const PATIENCE = { timeout: 180_000 };

const WRITING: readonly ProtocolText[] = [
  {
    name: "write",
    requires: ["request"],
    accepts: ["bad"],
    produces: ["draft"],
    trigger: "any_of(on_artifact(request), on_artifact(bad))",
  },
  { name: "check", requires: ["draft"], choices: { verdict: ["good", "bad"] } },
];

/** A draft is written and checked; what is cut out of it is done for a work unit; nobody asks for a poem. */
const NOTES: MethodologyText = {
  name: "notes",
  protocols: [
    ...WRITING,
    { name: "cut", requires: ["good"], produces: ["slice"] },
    { name: "finish", scoped: true, requires: ["slice", "draft"], produces: ["part"] },
    { name: "rhyme", requires: ["request"], produces: ["poem"], trigger: "on_invalid(request)" },
  ],
};

/** The methodology in a directory of its own. */
function methodology(schemas: MethodologyText["schemas"] = {}): Scratch {
  const scratch = new Scratch();
  writeMethodology(scratch.path, { ...NOTES, schemas });
  return scratch;
}

/** What `runa rehearse --json` says, held against its published schema. */
async function rehearsed(directory: string, ...words: string[]) {
  const { exitCode, stdout } = await runa(directory, "rehearse", ...words, "--json");
  expect(await envelopeProblems(stdout)).toEqual([]);
  const json = JSON.parse(stdout);
  expect(json.exit_code).toBe(exitCode);
  return json;
}

describe("a methodology in an empty project", () => {
  test("is executed to its end, and what never ran and was never chosen is told", PATIENCE, async () => {
    using scratch = methodology();
    const answer = await rehearsed(scratch.path, ".");
    expect(answer).toMatchObject({
      place: "empty",
      made: [{ artifact_type: "request", instance_id: "request" }],
      never_ran: [
        { protocol: "rhyme", scoped: false, stands: [{ status: "waiting", reasons: [{ kind: "not_called_for" }] }] },
      ],
      choices_not_taken: [{ protocol: "check", choice: "verdict", taken: ["good"], not_taken: ["bad"] }],
      loops: [],
      failures: [],
      owed: [],
      exit_code: 0,
    });
    expect(answer.executed).toEqual([
      { protocol: "write", attempts: 1, last_outcome: "delivered", delivered: ["draft"] },
      { protocol: "check", attempts: 1, last_outcome: "delivered", delivered: ["good"] },
      { protocol: "cut", attempts: 1, last_outcome: "delivered", delivered: ["slice"] },
      { protocol: "finish", work_unit: "rehearsal", attempts: 1, last_outcome: "delivered", delivered: ["part"] },
    ]);
    expect(readdirSync(scratch.path).sort()).toEqual(["manifest.toml", "protocols", "schemas"]);
  });

  test("goes round where its choice always sends the work back", PATIENCE, async () => {
    const numbered = { type: "object", required: ["n"], properties: { n: { type: "integer", minimum: 1 } } };
    using scratch = methodology({ draft: numbered, bad: numbered });
    const { exitCode, stdout } = await runa(scratch.path, "rehearse", ".", "--choose", "bad");
    expect(stdout.split("\n")).toEqual([
      "PROTOCOL  TIMES  LAST       DELIVERED",
      "write     4      delivered  draft",
      "check     4      delivered  bad",
      "never ran: cut",
      "  WAITING  on_artifact(good): no valid instances of artifact type 'good' exist",
      "never ran: finish",
      "  rehearsal  WAITING  on_artifact(slice): no valid instances of artifact type 'slice' exist",
      "never ran: rhyme",
      "  WAITING  on_invalid(request): no invalid or malformed instances of artifact type 'request' exist",
      "never taken: good (choice 'verdict' of check); `--choose good` takes it",
      "goes round: write was executed 4 times and is ready again",
      "owed: finish (work unit rehearsal)",
      "quiescent_with_failures: notes, rehearsed in an empty project with request/request made up: 8 attempts",
      "",
    ]);
    expect(exitCode).toBe(2);
  });

  test("is executed for one work unit alone, with what others would bring it made up", PATIENCE, async () => {
    using scratch = methodology();
    const answer = await rehearsed(scratch.path, ".", "--work-unit", "one");
    expect(answer.made.map((one: { artifact_type: string }) => one.artifact_type)).toEqual(["draft", "slice"]);
    expect(answer.executed).toMatchObject([{ protocol: "finish", work_unit: "one" }]);
    expect(answer).toMatchObject({ never_ran: [], exit_code: 0 });
  });

  test("fails where an output cannot be made, and says by which schema", PATIENCE, async () => {
    using scratch = methodology({
      draft: { type: "object", allOf: [{ required: ["a"] }, { not: { required: ["a"] } }] },
    });
    const answer = await rehearsed(scratch.path, ".");
    expect(answer).toMatchObject({ exit_code: 2, failures: [{ protocol: "write" }] });
    expect(answer.failures[0].says.join("\n")).toMatch(/error: .*draft/);
  });

  test("cannot be rehearsed where what people bring cannot be made", PATIENCE, async () => {
    using scratch = methodology({ request: { allOf: [{ const: 1 }, { const: 2 }] } });
    const { exitCode, stdout, stderr } = await runa(scratch.path, "rehearse", ".");
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /^error: nothing could be made that the schema of 'request' allows \(.+\): give the artifact itself\n$/,
    );
    expect(exitCode).toBe(1);
  });
});

describe("a project", () => {
  const rigged = () => makeRig({ protocols: WRITING, artifacts: { "request/r1": { title: "A note" } } });

  test("is rehearsed from where it stands, in a copy, while an agent of its own works", PATIENCE, async () => {
    const rig = await rigged();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    const before = filesIn(rig.project);
    const answer = await rehearsed(rig.project);
    expect(answer).toMatchObject({ place: "copy", made: [], exit_code: 0 });
    expect(answer.executed).toMatchObject([{ protocol: "write" }, { protocol: "check" }]);
    expect(filesIn(rig.project)).toEqual(before);
    // The agent of the project was neither stopped nor judged.
    await agent.deliver("draft", "d1", { title: "Mine" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
  });

  test("does not do again what is done", PATIENCE, async () => {
    const rig = await rigged();
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("draft", "d1", { title: "Mine" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
    const answer = await rehearsed(rig.project);
    expect(answer.executed).toMatchObject([{ protocol: "check", attempts: 1 }]);
    expect(answer.never_ran).toMatchObject([{ protocol: "write", stands: [{ reasons: [{ kind: "current" }] }] }]);
  });
});

/** Everything below a project's artifacts and attempts, with its content. */
function filesIn(project: string): Record<string, string> {
  const root = join(project, ".runa");
  return Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => !name.includes("runa.db") && statSync(join(root, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(root, name), "utf8")]),
  );
}

test("outside a project a methodology has to be named", async () => {
  using scratch = new Scratch();
  const { exitCode, stderr } = await runa(scratch.path, "rehearse");
  expect(stderr).toBe(
    `error: no runa project in ${scratch.path} or above it that could be rehearsed: name a methodology, \`runa rehearse METHODOLOGY\`\n`,
  );
  expect(exitCode).toBe(1);
});

describe("what waits for people", () => {
  const shipped = (name: string) => join(CHECKOUT, "methodologies", name);

  test("is approved in the copy, and a methodology with gates goes to its end", PATIENCE, async () => {
    using scratch = new Scratch();
    const answer = await rehearsed(scratch.path, shipped("gated-change"), "--decide", "approve");
    expect(answer.decisions).toEqual(
      ["plan", "release-candidate"].map((type) => ({
        artifact_type: type,
        instance_id: type,
        decision: "approved",
        decision_type: type === "plan" ? "plan-approval" : "release-approval",
        by: "rehearsal",
      })),
    );
    expect(answer.executed.map(({ protocol }: { protocol: string }) => protocol)).toEqual([
      "plan",
      "implement",
      "check",
      "release",
    ]);
    expect(answer).toMatchObject({ never_ran: [], owed: [], awaiting: [], exit_code: 0 });
  });

  test("is rejected until it has come back often enough", PATIENCE, async () => {
    using scratch = new Scratch();
    const answer = await rehearsed(scratch.path, shipped("gated-change"), "--decide", "reject");
    expect(answer.decisions).toHaveLength(3);
    expect(answer).toMatchObject({
      executed: [{ protocol: "plan", attempts: 4 }],
      awaiting: [{ artifact_type: "plan", instance_id: "plan" }],
      exit_code: 3,
    });
  });

  test("ends as cancelled where a rejection is the last word", PATIENCE, async () => {
    using scratch = new Scratch();
    const answer = await rehearsed(scratch.path, shipped("gated-runbook"), "--decide", "reject");
    expect(answer).toMatchObject({
      executed: [{ protocol: "precheck" }, { protocol: "cancel", delivered: ["cancelled"] }],
      never_ran: [{ protocol: "carry-out" }],
      awaiting: [],
      exit_code: 0,
    });
  });

  test("is settled by a rejection that nobody answers, as in a run", PATIENCE, async () => {
    const rig = await makeRig({
      protocols: [
        { name: "draft", requires: ["need"], produces: ["design"] },
        { name: "build", requires: ["design", "ok"], produces: ["thing"], trigger: "on_artifact(ok)" },
      ],
      schemas: {
        ok: { "x-runa": { kind: "approval", of: "design" }, type: "object" },
        no: { "x-runa": { kind: "rejection", of: "design" }, type: "object" },
      },
      types: ["no"],
      artifacts: { "need/n1": { title: "A login" } },
    });
    const answer = await rehearsed(rig.project, "--decide", "reject");
    expect(answer).toMatchObject({
      decisions: [{ decision: "rejected", artifact_type: "design" }],
      runs: [
        { outcome: "quiescent_with_blocked_work", attempts: 1 },
        { outcome: "all_complete", attempts: 0 },
      ],
      never_ran: [{ protocol: "build" }],
      owed: [],
      awaiting: [],
      exit_code: 0,
    });
  });

  test("is left waiting unless it is said what to decide, and told", PATIENCE, async () => {
    using scratch = new Scratch();
    const { exitCode, stdout } = await runa(scratch.path, "rehearse", shipped("gated-runbook"));
    expect(stdout).toContain("awaits a decision: precheck/precheck; `--decide approve` goes on\n");
    // Why it waits is said once.
    expect(stdout.match(/ is approved by 'go-ahead'/g)).toHaveLength(1);
    expect(stdout).toContain("\nowed: carry-out, cancel\n");
    expect(exitCode).toBe(3);
    const wrong = await runa(scratch.path, "rehearse", shipped("gated-runbook"), "--decide", "maybe");
    expect(wrong.stderr).toContain("error: --decide must be one of approve, reject, none, not 'maybe'\n");
    expect(wrong.exitCode).toBe(1);
  });

  test(
    "takes as many people, and with the roles, as the methodology asks for; nothing is decided in the project",
    PATIENCE,
    async () => {
      const rig = await makeRig({
        protocols: [
          { name: "draft", requires: ["need"], produces: ["design"] },
          { name: "build", requires: ["design", "ok", "safe"], produces: ["thing"], trigger: "on_artifact(ok)" },
        ],
        schemas: {
          ok: { "x-runa": { kind: "approval", of: "design", min: 2 }, type: "object" },
          safe: {
            "x-runa": { kind: "approval", of: "design", role: "security" },
            type: "object",
            required: ["note", "checked"],
            properties: { checked: { const: true }, note: { type: "string", pattern: "^OK: " } },
          },
        },
        artifacts: { "need/n1": { title: "A login" } },
        config: '[approvals]\npeople = "people.toml"',
      });
      rig.write("people.toml", '[people.anna]\ngit = ["Anna"]\nroles = ["security"]\n');
      const answer = await rehearsed(rig.project, "--decide", "approve");
      expect(
        answer.decisions.map(({ decision_type, by }: { decision_type: string; by: string }) => [decision_type, by]),
      ).toEqual([
        ["ok", "rehearsal"],
        ["ok", "rehearsal-2"],
        ["safe", "rehearsal"],
      ]);
      expect(answer).toMatchObject({ place: "copy", owed: [], exit_code: 0 });
      expect(await rig.events("decision")).toEqual([]);
      expect(rig.artifacts()).toEqual(["need/n1"]);
    },
  );
});
