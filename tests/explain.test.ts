import { describe, expect, test } from "vitest";
import type { ExplainedProtocol } from "../engine/src/entries/answers.ts";
import type { Reason, ReasonNode } from "../engine/src/reasons/reason.ts";
import { diagnosed } from "./rig/audit.ts";
import { gated } from "./rig/deciding.ts";
import { chain, draft, review, units } from "./rig/examples.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

/** Every kind of reason that there is. */
const KINDS = [
  "accepts_input",
  "ask",
  "attempt_failed",
  "attempt_made",
  "break_cycle",
  "called_for",
  "choice_open",
  "choice_settled",
  "choice_stands",
  "chosen_otherwise",
  "condition",
  "current",
  "cycle",
  "does_not_count",
  "done",
  "execute",
  "first_attempt",
  "has_input",
  "input_changed",
  "input_newer",
  "inputs_changed",
  "lacks_input",
  "make_readable",
  "mend",
  "mend_name",
  "mend_trigger",
  "near_miss",
  "need_not_happen",
  "never_called_for",
  "never_current",
  "nobody_owes_it",
  "not_called_for",
  "not_read",
  "open_elsewhere",
  "other_instructions",
  "other_work_unit",
  "output_broken",
  "output_missing",
  "outputs_complete",
  "owes",
  "owes_nothing",
  "put_file",
  "rename",
  "reopened_by_hand",
  "running",
  "said_again",
  "same_as_before",
  "undeclared_type",
  "wait",
  "written_by",
  "written_by_people",
  "written_by_runa",
] as const;

const reached = new Set<string>();

/** The explanation of one protocol, as data and as text. Every kind of reason in it counts as reached. */
async function explained(rig: Rig, protocol: string, ...scope: string[]) {
  const { json, stderr } = await rig.run("explain", protocol, ...scope, "--json");
  if (json === undefined) throw new Error(stderr);
  const [entry] = json.protocols as unknown as ExplainedProtocol[];
  if (entry?.tree === undefined) throw new Error("the tree is missing");
  const { trigger, requires, accepts, outputs, kept, owed } = entry.tree;
  const parts = { trigger: [trigger], requires, accepts, outputs, kept, owed: [owed] };
  for (const reason of [...entry.reasons, entry.next, ...Object.values(parts).flat().flatMap(allOf)])
    reached.add(reason.kind);
  const { stdout } = await rig.run("explain", protocol, ...scope);
  return { entry, parts, stdout };
}

function allOf({ reason, because = [] }: ReasonNode): Reason[] {
  return [reason, ...because.flatMap(allOf)];
}

/** Executes what is next; its agent delivers one artifact. */
async function step(rig: Rig, protocol: string, name: string, title: string, ...scope: string[]): Promise<string> {
  const program = rig.start("step", ...scope);
  const agent = await rig.nextAttempt();
  expect(agent.protocol).toBe(protocol);
  const [type = "", id = ""] = name.split("/");
  await agent.deliver(type, id, { title });
  await agent.exit(0);
  expect((await program.ended()).exitCode).toBe(0);
  return agent.id;
}

test("what a person reopened says so", async () => {
  const rig = await makeRig(chain);
  await step(rig, "draft", "design/d1", "A design");
  await rig.run("reopen", "draft");
  const { entry, stdout } = await explained(rig, "draft");
  expect(entry.reasons).toEqual([{ kind: "reopened_by_hand" }]);
  expect(stdout).toContain("somebody reopened it, so it is not current until it has succeeded once more\n");
});

describe("a protocol that is not called for", () => {
  test("says what is missing, who could make it, and what was probably meant to be it", async () => {
    const rig = await makeRig({ ...chain, artifacts: {} });
    rig.write(".runa/workspace/requirement/r1.json", '{"title": "Fast"}');
    const { stdout } = await explained(rig, "build");
    expect(stdout).toBe(
      [
        "build  WAITING  waits for on_artifact(design)",
        "",
        "is it called for?",
        "  on_artifact(design): no valid instances of artifact type 'design' exist",
        "    draft may write design, and is WAITING: `runa explain draft`",
        "",
        "does it have what it requires?",
        "  design (missing): nothing of this type is there",
        "    draft may write design, and is WAITING: `runa explain draft`",
        "",
        "do its outputs do?",
        "  code was not delivered yet",
        "",
        "what it owes",
        "  owes code: `runa run` ends with 3 where this is left",
        "    on_artifact(design): no valid instances of artifact type 'design' exist",
        "",
        "what would move it",
        "  move what is in .runa/workspace/requirement/ into .runa/workspace/requirements/",
        "",
      ].join("\n"),
    );
    rig.remove(".runa/workspace/requirement");
    rig.write(".runa/workspace/requirements/r1.JSON", '{"title": "Fast"}');
    expect((await explained(rig, "draft")).stdout).toContain(
      [
        "  requirements (missing): nothing of this type is there",
        "    no protocol writes requirements: somebody has to put a file into .runa/workspace/requirements/",
        "    .runa/workspace/requirements/r1.JSON is passed over: was it meant to be .runa/workspace/requirements/r1.json?",
        "",
      ].join("\n"),
    );
    rig.remove(".runa/workspace/requirements/r1.JSON");
    const { entry } = await explained(rig, "build");
    expect(entry.next).toEqual({
      kind: "put_file",
      artifact_type: "requirements",
      directory: ".runa/workspace/requirements/",
    });
  });

  test("says with which command people decide, and what runa writes", async () => {
    const approved = await makeRig({ ...gated, artifacts: {} });
    expect((await explained(approved, "build")).stdout).toContain(
      "people make design-approval with `runa approve design`\n",
    );
    const recorded = await makeRig(diagnosed);
    expect((await explained(recorded, "diagnose")).stdout).toContain(
      "runa writes failed-attempt when an attempt ends that it is the record of\n",
    );
  });

  test("names the type that was meant where the one it waits for is not declared", async () => {
    const rig = await makeRig({
      types: ["need"],
      undeclared: ["neeed"],
      protocols: [{ name: "draft", produces: ["design"], trigger: "on_artifact(neeed)" }],
    });
    const { entry, stdout } = await explained(rig, "draft");
    expect(stdout).toContain("    the methodology declares no type neeed: was need meant?\n");
    expect(stdout).toContain("mend the manifest: it names neeed, which is no declared type: was need meant?\n");
    expect(entry.next).toEqual({ kind: "mend_name", artifact_type: "neeed", suggestion: "need" });
  });

  test("follows what it lacks into the other scope, and asks there where nothing is lacking", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "split", requires: ["need"], produces: ["task"], trigger: "on_artifact(need)" },
        { name: "work", scoped: true, requires: ["task"], produces: ["result"], trigger: "on_artifact(task)" },
        { name: "sum", requires: ["result"], produces: ["total"], trigger: "on_artifact(result)" },
      ],
    });
    const need = { kind: "put_file", artifact_type: "need", directory: ".runa/workspace/need/" };
    expect((await explained(rig, "sum")).entry.next).toEqual(need);
    expect((await explained(rig, "work", "--work-unit", "a")).entry.next).toEqual(need);
    rig.write(".runa/workspace/need/n.json", '{"title": "One"}');
    expect((await explained(rig, "work", "--work-unit", "a")).stdout).toContain(
      "\n  `runa explain split` says what would move split, which may write task\n",
    );
    rig.write(".runa/workspace/task/t.json", '{"title": "One", "work_unit": "a"}');
    expect((await explained(rig, "sum")).stdout).toContain(
      "\n  `runa explain work --work-unit a` says what would move work, which may write result\n",
    );
  });

  test("says so where it never can be, or waits in a circle", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "never", produces: ["thing"], trigger: "any_of()" },
        { name: "hen", requires: ["egg"], produces: ["chick"], trigger: "on_artifact(need)" },
        { name: "nest", requires: ["chick"], produces: ["egg"], trigger: "on_artifact(need)" },
      ],
      artifacts: { "need/n": { title: "Eggs" } },
    });
    const never = await explained(rig, "never");
    expect(never.stdout).toContain("any_of(): no condition of it can ever be satisfied");
    expect(never.entry.next.kind).toBe("mend_trigger");
    const hen = await explained(rig, "hen");
    expect(hen.parts.kept).toMatchObject([{ reason: { kind: "cycle", members: ["hen", "nest"] } }]);
    expect(hen.stdout).toContain("take one `requires` out of the circle hen -> nest -> hen in the manifest\n");
  });
});

describe("a protocol that runs again", () => {
  test("names the change, and follows it to its first cause", async () => {
    const rig = await makeRig(chain);
    const first = await step(rig, "draft", "design/d1", "one");
    await step(rig, "build", "code/c1", "one");
    rig.artifact("requirements/r1", { title: "Faster" });
    const { parts } = await explained(rig, "draft");
    const hash = /^sha256:[0-9a-f]{64}$/;
    expect(parts.outputs).toEqual([
      {
        reason: {
          kind: "input_changed",
          artifact_type: "requirements",
          instance_id: "r1",
          change: "modified",
          from: expect.stringMatching(hash),
          to: expect.stringMatching(hash),
          origin: { by: "hand", at: expect.any(String) },
          since: { attempt: first, started: expect.any(String) },
        },
      },
    ]);
    const second = await step(rig, "draft", "design/d1", "two");
    const build = await explained(rig, "build");
    expect(build.parts.outputs).toMatchObject([
      {
        reason: { kind: "input_changed", artifact_type: "design", origin: { by: "attempt", attempt: second } },
        because: [
          {
            reason: { kind: "attempt_made", protocol: "draft", attempt: second },
            because: [{ reason: { kind: "input_changed", artifact_type: "requirements", origin: { by: "hand" } } }],
          },
        ],
      },
    ]);
    expect(build.stdout).toMatch(/^build {2}READY {2}because design\/d1 changed$/m);
    expect(build.stdout).toMatch(
      / {2}design\/d1 changed since attempt [0-9a-f-]{13} \(\d\d:\d\d today\): sha256:[0-9a-f]{4}… → [0-9a-f]{4}…, by draft, attempt [0-9a-f-]{13}, \d\d:\d\d today\n {4}draft was executed: attempt .*\n {6}requirements\/r1 changed since attempt .*, by hand, \d\d:\d\d today\n/,
    );
  });

  test("says why the wave stopped where the content is the same as before", async () => {
    const rig = await makeRig(chain);
    await step(rig, "draft", "design/d1", "one");
    await step(rig, "build", "code/c1", "one");
    rig.artifact("requirements/r1", { title: "Faster" });
    await step(rig, "draft", "design/d1", "one");
    const { entry, parts, stdout } = await explained(rig, "build");
    expect(entry.reasons).toMatchObject([{ kind: "current", by: "record" }]);
    expect(parts.outputs).toMatchObject([
      { because: [{ reason: { kind: "same_as_before", artifact_type: "design", origin: { protocol: "draft" } } }] },
    ]);
    expect(stdout).toContain("design/d1 was delivered again, same as before: by draft");
    expect(entry.next.kind).toBe("done");
  });

  test("tells instances that came, went, and were spoilt, of a type that only the trigger names too", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "sum", requires: ["part"], produces: ["total"], trigger: "all_of(on_artifact(part), on_change(mark))" },
      ],
      artifacts: {
        "part/a": { title: "A" },
        "part/b": { title: "B" },
        "part/c": { title: "C" },
        "mark/m": { title: "M" },
      },
    });
    await step(rig, "sum", "total/t", "ABC");
    rig.remove(rig.path("part/a"));
    rig.artifact("part/b", { title: 7 });
    rig.artifact("part/d", { title: "D" });
    rig.artifact("mark/m", { title: "N" });
    const { parts, stdout } = await explained(rig, "sum");
    const told = parts.outputs.map(({ reason }) =>
      reason.kind === "input_changed" ? `${reason.artifact_type}/${reason.instance_id} ${reason.change}` : reason.kind,
    );
    expect(told).toEqual(["part/d new", "part/a removed", "part/b spoilt", "mark/m modified"]);
    expect(stdout).toContain("part/b does not count: it is invalid: /title: expected");
    expect(stdout).toMatch(
      /^sum {2}READY {2}because part\/d is new, part\/a has gone, part\/b is not valid any more, and 1 more$/m,
    );
  });

  test("says how many more changed where many did", async () => {
    const rig = await makeRig(draft);
    await step(rig, "draft", "design/d1", "one");
    for (let number = 0; number < 25; number++) rig.artifact(`requirements/n${number}`, { title: "New" });
    expect((await explained(rig, "draft")).stdout).toContain("5 more of requirements changed since attempt");
  });

  test("goes by age where nothing is recorded", async () => {
    const rig = await makeRig({
      ...chain,
      artifacts: { "design/d1": { title: "By hand" }, "code/c1": { title: "Too" } },
    });
    expect((await explained(rig, "build")).entry.reasons).toEqual([{ kind: "current", by: "age" }]);
    rig.artifact("design/d2", { title: "Later" });
    expect((await explained(rig, "build")).entry.reasons).toMatchObject([
      { kind: "input_newer", artifact_type: "design", instance_id: "d2", origin: { by: "hand" } },
    ]);
  });

  test("shows how its last attempt failed until that is repaired, and what changed", async () => {
    const rig = await makeRig(draft);
    const program = rig.start("step");
    await (await rig.nextAttempt()).exit(3);
    await program.ended();
    const { entry, stdout } = await explained(rig, "draft");
    expect(entry.reasons.map(({ kind }) => kind)).toEqual(["output_missing", "attempt_failed"]);
    expect(entry.last_attempt?.outcome).toBe("exited");
    expect(stdout).toMatch(
      /^its last attempts\n {2}[0-9a-f-]{13} {2}exited {2}\d\d:\d\d today {2}.*the agent ended with exit code 3$/m,
    );
    await step(rig, "draft", "design/d1", "one");
    expect((await explained(rig, "draft")).entry.reasons).toMatchObject([{ kind: "current" }]);
    rig.remove(rig.path("design/d1"));
    expect((await explained(rig, "draft")).entry.reasons).toEqual([
      { kind: "output_missing", artifact_type: "design", delivered_before: true },
    ]);
    rig.artifact("design/d1", { title: 7 });
    expect((await explained(rig, "draft")).entry.reasons).toMatchObject([{ kind: "output_broken", instance_id: "d1" }]);
  });
});

describe("what its outputs were made from", () => {
  test("is told where instructions are others today", async () => {
    const rig = await makeRig(draft);
    await step(rig, "draft", "design/d1", "one");
    rig.write("../methodology/protocols/draft/PROTOCOL.md", "Draft it better. Deliver design.\n");
    const { parts, stdout } = await explained(rig, "draft");
    expect(parts.outputs.map(({ reason }) => reason.kind)).toEqual(["current", "other_instructions"]);
    expect(stdout).toContain("what is there of design was made under other instructions or schemas than today's");
  });

  test("is told as far as it is known where an attempt's inputs are not", async () => {
    const rig = await makeRig(draft);
    await step(rig, "draft", "design/d1", "one");
    rig.artifact("requirements/r1", { title: "Faster" });
    const { editStore } = await import("./rig/store-edit.ts");
    await editStore(
      rig.project,
      "UPDATE attempt SET seen = json_set(seen, '$.requirements.valid', 'lost'); UPDATE given SET inputs = '[]'",
    );
    rig.artifact("requirements/r1", { title: "Fast" });
    const { entry } = await explained(rig, "draft");
    expect(entry.reasons).toMatchObject([{ kind: "inputs_changed", artifact_type: "requirements" }]);
  });

  test("is told in a clone as far as the lock file tells", async () => {
    const rig = await makeRig({ ...draft, config: '[history]\nlockfile = "runa.lock"' });
    const attempt = await step(rig, "draft", "design/d1", "one");
    rig.remove(".runa/store");
    expect((await explained(rig, "draft")).entry.reasons).toEqual([
      { kind: "current", by: "record", since: { attempt } },
    ]);
    rig.artifact("requirements/r1", { title: "Faster" });
    const changed = { kind: "inputs_changed", artifact_type: "requirements", since: { attempt } };
    expect((await explained(rig, "draft")).entry.reasons).toEqual([changed]);
    rig.write("../methodology/protocols/draft/PROTOCOL.md", "Draft it better. Deliver design.\n");
    expect((await explained(rig, "draft")).entry.reasons).toEqual([changed]);
    const [header, line = ""] = rig.read("runa.lock").trimEnd().split("\n");
    const other = line.replace("design/d1", "design/d2").replace(attempt, "00000000-0000-4000-8000-000000000000");
    rig.write("runa.lock", `${[header, line, other].join("\n")}\n`);
    const { entry, stdout } = await explained(rig, "draft");
    expect(entry.reasons).toContainEqual({ kind: "open_elsewhere", why: "merged", since: { attempt } });
    expect(stdout).toContain("a merge brought different attempts of it together");
  });
});

/** A text that a judge rejects or approves, and what comes after either. */
const judged: RigOptions = {
  protocols: [
    { name: "write", accepts: ["bad"], produces: ["text"], trigger: "any_of(on_artifact(need), on_artifact(bad))" },
    { name: "judge", requires: ["text"], choices: { verdict: ["good", "bad"] } },
    { name: "publish", requires: ["good"], produces: ["page"] },
    { name: "regret", requires: ["bad"], produces: ["excuse"] },
    { name: "mend", produces: ["patch"], trigger: "on_invalid(text)" },
    { name: "after", requires: ["excuse"], produces: ["sequel"] },
  ],
  artifacts: { "need/n": { title: "A text" } },
};

describe("what is owed", () => {
  test("follows the choices, and is explained", async () => {
    const rig = await makeRig(judged);
    expect((await explained(rig, "judge")).parts.outputs).toMatchObject([
      { reason: { kind: "choice_open", members: ["good", "bad"], present: [] } },
    ]);
    await step(rig, "write", "text/t", "one");
    await step(rig, "judge", "good/g", "Yes");
    expect((await explained(rig, "judge")).parts.outputs).toMatchObject([
      { because: [{ reason: { kind: "choice_settled", choice: "verdict", member: "good" } }] },
    ]);
    const owed = async (name: string) => (await explained(rig, name)).parts.owed;
    expect(await owed("write")).toMatchObject([
      { reason: { kind: "owes_nothing" }, because: [{ reason: { kind: "outputs_complete" } }] },
    ]);
    expect(await owed("publish")).toMatchObject([{ reason: { kind: "owes", artifact_types: ["page"] } }]);
    expect(await owed("regret")).toMatchObject([
      { because: [{ reason: { kind: "chosen_otherwise", artifact_type: "bad", protocol: "judge", member: "good" } }] },
    ]);
    expect(await owed("mend")).toMatchObject([{ because: [{ reason: { kind: "need_not_happen" } }] }]);
    expect(await owed("after")).toMatchObject([
      { because: [{ reason: { kind: "nobody_owes_it", artifact_type: "excuse", writers: ["regret"] } }] },
    ]);
  });

  test("is a choice that was answered with the same work, and one heard again is news", async () => {
    const rig = await makeRig(judged);
    await step(rig, "write", "text/t", "one");
    await step(rig, "judge", "bad/b", "Shorter");
    await step(rig, "write", "text/t", "two");
    const reopened = rig.start("step");
    const judge = await rig.nextAttempt();
    expect(judge.protocol).toBe("judge");
    await judge.deliver("bad", "b", { title: "Shorter" });
    await judge.exit(0);
    await reopened.ended();
    const write = await explained(rig, "write");
    expect(write.entry.reasons).toMatchObject([
      { kind: "said_again", artifact_type: "bad", origin: { protocol: "judge" } },
    ]);
    expect(write.stdout).toMatch(/because bad\/b was said again$/m);
    await step(rig, "write", "text/t", "two");
    const { parts, stdout } = await explained(rig, "judge");
    expect(parts.owed).toMatchObject([
      { reason: { kind: "owes" }, because: [{ reason: { kind: "choice_stands", answered_by: ["write"] } }, {}] },
    ]);
    expect(stdout).toContain("bad/b stands: write answered it without a change\n");
  });
});

describe("what counts", () => {
  test("is told of work units, of what is broken, and of what could not be read", async () => {
    const rig = await makeRig({
      ...units,
      artifacts: { ...units.artifacts, "task/t3": { title: 7, work_unit: "checkout" } },
    });
    const { stdout } = await explained(rig, "implement", "--work-unit", "checkout");
    expect(stdout).toContain("  task is there: task/t1\n    task/t3 does not count: it is invalid: /title: expected");
    expect(stdout).toContain("    task/t2 does not count: it belongs to work unit search\n");
    rig.remove(rig.path("task/t1"));
    expect((await explained(rig, "implement", "--work-unit", "checkout")).entry.next).toMatchObject({
      kind: "mend",
      instance_id: "t3",
    });
    rig.writeUndecodable(".runa/workspace/task");
    const { entry } = await explained(rig, "implement", "--work-unit", "checkout");
    expect(entry.reasons).toEqual([
      { kind: "lacks_input", artifact_type: "task", named_by: "requires", why: "invalid" },
      { kind: "lacks_input", artifact_type: "task", named_by: "requires", why: "scan_incomplete" },
    ]);
    expect(entry.next.kind).toBe("make_readable");
  });

  test("is told of what an agent is working on, and of what can never be current", async () => {
    const rig = await makeRig({ ...review, protocols: [{ name: "look", requires: ["design"] }] });
    expect((await explained(rig, "look")).entry.reasons).toEqual([{ kind: "never_current" }]);
    const program = rig.start("step");
    const agent = await rig.nextAttempt();
    const { entry, parts } = await explained(rig, "look");
    expect(parts.kept).toMatchObject([{ reason: { kind: "running", attempt: agent.id } }]);
    expect(entry.next).toEqual({ kind: "wait" });
    await agent.exit(0);
    await program.ended();
  });
});

describe("the command", () => {
  test("tells all protocols of a scope shortly, and `why` is the same", async () => {
    const rig = await makeRig(chain);
    const { stdout } = await rig.run("explain");
    expect(stdout).toBe(
      [
        "draft  READY",
        "  because  design was not delivered yet",
        "  next     `runa step` executes draft",
        "",
        "build  WAITING",
        "  waits for  on_artifact(design)",
        "  next       `runa step` executes draft",
        "",
      ].join("\n"),
    );
    expect((await rig.run("why")).stdout).toBe(stdout);
    expect((await rig.run("explain", "--json")).json?.protocols).toHaveLength(2);
  });

  test("says what is wrong with what was asked", async () => {
    const rig = await makeRig({
      protocols: [...(chain.protocols ?? []), ...units.protocols],
      artifacts: units.artifacts ?? {},
    });
    const fails = async (...args: string[]) => {
      const { exitCode, stderr } = await rig.run("explain", ...args);
      expect(exitCode).toBe(1);
      return stderr;
    };
    expect(await fails("bild")).toMatch(/has no protocol 'bild' — did you mean 'build'\?\n$/);
    expect(await fails("implement")).toBe(
      "error: protocol 'implement' is scoped: say for which work unit, with --work-unit ID\n",
    );
    expect(await fails("build", "--work-unit", "search")).toBe(
      "error: protocol 'build' is not scoped: leave --work-unit out\n",
    );
    expect((await rig.run("explain")).stdout).toContain("Work units with protocols to run:\n");
  });
});

test("every kind of reason is reached by these tests", () => {
  expect([...reached].sort()).toEqual(KINDS);
});
