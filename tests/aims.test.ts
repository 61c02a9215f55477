import { describe, expect, test } from "vitest";
import { chain, units } from "./rig/examples.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

/** The protocols that a run executed, in order, from its progress. */
function executed(stderr: string): string[] {
  return [...stderr.matchAll(/^▶ (.*)$/gm)].map((match) => match[1] ?? "");
}

/** An agent that writes what its protocol owes, by the lines of a shell's `case`, and exits with 0. */
function writing(...cases: string[]): readonly string[] {
  const put = `put() { mkdir -p ".runa/workspace/$1"; echo "{\\"title\\": \\"\${2:-$RUNA_ATTEMPT}\\"}" > ".runa/workspace/$1/x.json"; }`;
  return ["/bin/sh", "-c", `${put}; case $RUNA_PROTOCOL in ${cases.join(" ")} esac`];
}

/** Two chains that have nothing to do with each other; each artifact's title is the id of the attempt that wrote it. */
const two: RigOptions = {
  protocols: [
    { name: "draft", requires: ["need"], produces: ["design"] },
    { name: "cook", requires: ["recipe"], produces: ["meal"] },
    { name: "build", requires: ["design"], produces: ["code"] },
    { name: "ship", requires: ["code"], produces: ["parcel"] },
    { name: "eat", requires: ["meal"], produces: ["crumbs"] },
  ],
  artifacts: { "need/n1": { title: "Need" }, "recipe/r1": { title: "Recipe" } },
  agent: writing(
    "draft) put design;;",
    "cook) put meal;;",
    "build) put code;;",
    "ship) put parcel;;",
    "eat) put crumbs;;",
  ),
};

/** A draft that is reviewed until it is approved: at the second look. */
const reviewed: RigOptions = {
  protocols: [
    {
      name: "draft",
      requires: ["need"],
      accepts: ["rejected"],
      produces: ["design"],
      trigger: "any_of(on_artifact(need), on_artifact(rejected))",
    },
    { name: "review", requires: ["design"], choices: { verdict: ["approved", "rejected"] } },
    { name: "build", requires: ["design", "approved"], produces: ["code"], trigger: "on_artifact(approved)" },
  ],
  artifacts: { "need/n1": { title: "Need" } },
  agent: writing(
    "draft) put design;;",
    "review) if [ -e .runa/workspace/rejected/x.json ]; then put approved; else put rejected; fi;;",
    "build) put code;;",
  ),
};

async function runOf(rig: Rig, ...args: string[]) {
  const { exitCode, stdout, stderr } = await rig.run("run", ...args);
  return { exitCode, executed: executed(stderr), end: stdout.trimEnd().split("\n").at(-1), stdout, stderr };
}

describe("run PROTOCOL...", () => {
  test("executes these and what they need, and nothing else", async () => {
    const rig = await makeRig(two);
    expect(await runOf(rig, "build")).toMatchObject({
      exitCode: 0,
      executed: ["draft", "build"],
      end: "aim_reached: 2 protocols delivered, nothing is owed for build",
    });
    expect(await runOf(rig, "build")).toMatchObject({
      exitCode: 0,
      executed: [],
      end: "aim_reached: nothing to do, nothing is owed for build",
    });
    // What is current is executed again when what it needs comes out different.
    rig.artifact("need/n1", { title: "Another" });
    expect((await runOf(rig, "build")).executed).toEqual(["draft", "build"]);
    expect(await runOf(rig, "eat", "ship", "eat")).toMatchObject({
      executed: ["cook", "ship", "eat"],
      end: "aim_reached: 3 protocols delivered, nothing is owed for eat, ship",
    });
    expect((await rig.events("run_started")).map(({ body }) => body.aims)).toEqual([
      ["build"],
      ["build"],
      ["eat", "ship"],
    ]);
    expect((await rig.run("log")).stdout).toMatch(/run_started +jobs 1, pid \d+, for eat, ship$/m);
  });

  test("does the same with several jobs", async () => {
    const rig = await makeRig(two);
    const { exitCode, executed } = await runOf(rig, "--jobs", "4", "build", "eat");
    expect(exitCode).toBe(0);
    expect(executed.toSorted()).toEqual(["build", "cook", "draft", "eat"]);
  });

  test("speaks of the aim: what failed or is owed elsewhere does not count, what failed on the way does", async () => {
    const rig = await makeRig({
      ...two,
      protocols: [...two.protocols, { name: "stuck", requires: ["nothing"], produces: ["more"] }],
      agent: writing("draft) put design;;", "cook) exit 7;;", "build) put code;;"),
    });
    expect(await runOf(rig, "build")).toMatchObject({ exitCode: 0 });
    expect(await runOf(rig, "eat")).toMatchObject({
      exitCode: 2,
      executed: ["cook"],
      end: "quiescent_with_failures: 0 protocols delivered, 1 failed; `runa run eat` tries again",
    });
    const stuck = await runOf(rig, "stuck");
    expect(stuck).toMatchObject({ exitCode: 3, executed: [] });
    expect(stuck.stdout).toMatch(/^owed: stuck +WAITING +on_artifact\(nothing\)$/m);
    expect(stuck.stdout).not.toContain("owed: eat");
  });

  test("needs a review only where it waits for it: for a draft never, for what is built from it until it is approved", async () => {
    const rig = await makeRig(reviewed);
    expect((await runOf(rig, "draft")).executed).toEqual(["draft"]);
    expect(await runOf(rig, "build")).toMatchObject({
      exitCode: 0,
      executed: ["review", "draft", "review", "build"],
      end: "aim_reached: 3 protocols delivered, nothing is owed for build",
    });
    // The choice is settled: nobody waits for its other member.
    expect(await runOf(rig, "draft")).toMatchObject({ exitCode: 0, executed: [] });
  });

  test("what only feedback calls is done when the feedback is there", async () => {
    const protocols = [
      { name: "draft", requires: ["need"], produces: ["design"] },
      { name: "review", requires: ["design"], choices: { verdict: ["approved", "rejected"] } },
      { name: "rework", requires: ["rejected"], accepts: ["design"], may_produce: ["design"], produces: ["answer"] },
    ];
    const rig = await makeRig({
      ...reviewed,
      protocols,
      agent: writing("draft) put design;;", "review) put rejected;;", "rework) put answer;;"),
    });
    expect(await runOf(rig, "rework")).toMatchObject({ exitCode: 0, executed: ["draft", "review", "rework"] });
  });

  test("a protocol that owes nothing is carried out once; a cycle is owed", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "look", requires: ["need"] },
        { name: "hen", requires: ["egg"], produces: ["hen"] },
        { name: "egg", requires: ["hen"], produces: ["egg"] },
      ],
      artifacts: { "need/n1": { title: "Need" } },
      agent: ["true"],
    });
    expect(await runOf(rig, "look")).toMatchObject({ exitCode: 0, executed: ["look"] });
    const hen = await runOf(rig, "hen");
    expect(hen).toMatchObject({ exitCode: 3, executed: [] });
    expect(hen.stdout).toMatch(/^owed: egg .*cycle/m);
  });

  test("is for the scope of the work unit", async () => {
    const rig = await makeRig({ ...units, agent: writing("implement) put patch;;") });
    expect(await runOf(rig, "implement", "--work-unit", "search")).toMatchObject({
      exitCode: 0,
      executed: ["implement (work unit search)"],
    });
    const without = await runOf(rig, "implement");
    expect(without.exitCode).toBe(1);
    expect(without.stderr).toContain(
      "error: protocol 'implement' is scoped: say for which work unit, with --work-unit ID",
    );
  });

  test.each([
    [["bild"], /^error: methodology 'test-methodology' has no protocol 'bild' — did you mean 'build'\?$/m],
    [["draft", "zzz"], /^error: methodology 'test-methodology' has no protocol 'zzz': it has draft, build$/m],
    [["--until", "bild"], /^error: .* has no protocol 'bild' — did you mean 'build'\?$/m],
    [["draft", "--work-unit", "w"], /^error: protocol 'draft' is not scoped: leave --work-unit out$/m],
    [["--until="], /^error: --until needs a protocol; it is empty\.?$/m],
    [["draft", "--until", "build"], /^error: --until is for a run of everything: leave it or the protocols out\.?$/m],
  ])("%j is an error before anything is started", async (args, message) => {
    const rig = await makeRig(chain);
    for (const words of [args, [...args, "--dry-run"]]) {
      const { exitCode, stdout, stderr } = await rig.run("run", ...words);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toMatch(message);
    }
  });

  test("waits for what another run executes of it, and for nothing else", async () => {
    const rig = await makeRig({ ...two, agent: undefined });
    const other = rig.start("run", "cook");
    const cook = await rig.nextAttempt();
    expect(cook.protocol).toBe("cook");
    const run = rig.start("run", "draft");
    const draft = await rig.nextAttempt();
    expect(draft.protocol).toBe("draft");
    await draft.deliver("design", "d1", { title: "D" });
    await draft.exit(0);
    expect(await run.ended()).toMatchObject({ exitCode: 0 });
    const held = await rig.run("run", "eat", "--no-wait");
    expect(held.exitCode).toBe(3);
    expect(held.stdout).toMatch(/^held: cook: runa pid /m);
    await cook.deliver("meal", "m1", { title: "M" });
    await cook.exit(0);
    expect(await other.ended()).toMatchObject({ exitCode: 0 });
  });

  test("judges what a run that died has left, whatever the aim", async () => {
    const rig = await makeRig({ ...two, agent: undefined });
    const dying = rig.start("run", "cook");
    const cook = await rig.nextAttempt();
    await dying.killed();
    const run = rig.start("run", "draft");
    await run.says("stderr", "… cook: its runa died");
    await cook.exit(3);
    const draft = await rig.nextAttempt();
    await draft.deliver("design", "d1", { title: "D" });
    await draft.exit(0);
    const { exitCode, stdout } = await run.ended();
    expect(stdout).toMatch(/^cook +abandoned /m);
    expect(stdout).toMatch(/^aim_reached: /m);
    expect(exitCode).toBe(0);
  });
});

describe("run --until PROTOCOL", () => {
  test("executes everything in its order, and starts nothing further when that protocol is current", async () => {
    const rig = await makeRig(two);
    expect(await runOf(rig, "--until", "build")).toMatchObject({
      exitCode: 0,
      executed: ["draft", "cook", "build"],
      end: "aim_reached: 3 protocols delivered, nothing is owed for build; `runa run` goes on",
    });
    expect(await runOf(rig, "--until", "build")).toMatchObject({ exitCode: 0, executed: [] });
    // It is current, but what it needs is not.
    rig.artifact("need/n1", { title: "Another" });
    expect((await runOf(rig, "--until", "build")).executed).toEqual(["draft", "build"]);
    expect(await runOf(rig)).toMatchObject({ exitCode: 0, executed: ["ship", "eat"] });
  });

  test("waits for what runs beside it, and tells what failed before", async () => {
    const rig = await makeRig({ ...two, agent: undefined });
    const run = rig.start("run", "--until", "draft", "--jobs", "2");
    const [one, other] = [await rig.nextAttempt(), await rig.nextAttempt()];
    const [draft, cook] = one.protocol === "draft" ? [one, other] : [other, one];
    await draft.deliver("design", "d1", { title: "D" });
    await draft.exit(0);
    await run.says("stderr", "✓ draft");
    await cook.exit(7);
    const { exitCode, stdout, stderr } = await run.ended();
    expect(executed(stderr).toSorted()).toEqual(["cook", "draft"]);
    expect(stdout).toContain(
      "aim_reached: 1 protocol delivered, 1 failed, nothing is owed for draft; `runa run` goes on\n",
    );
    expect(exitCode).toBe(2);
  });

  test("is a run of everything where the protocol never gets there", async () => {
    const rig = await makeRig({ ...two, agent: writing("draft) exit 1;;", "cook) put meal;;", "eat) put crumbs;;") });
    expect(await runOf(rig, "--until", "build")).toMatchObject({
      exitCode: 2,
      executed: ["draft", "cook", "eat"],
      end: "quiescent_with_failures: 2 protocols delivered, 1 failed; `runa run --until build` tries again",
    });
  });

  test("a protocol that owes nothing is there when it was carried out", async () => {
    const rig = await makeRig({
      ...two,
      protocols: [{ name: "look", requires: ["need"] }, ...two.protocols],
      agent: ["true"],
    });
    expect(await runOf(rig, "--until", "look")).toMatchObject({ exitCode: 0, executed: ["look"] });
  });
});

describe("a dry run", () => {
  const planned = (json: { execution_plan?: readonly { protocol: string }[] } | undefined) =>
    json?.execution_plan?.map(({ protocol }) => protocol);

  test("projects what would be executed for the aim, and answers for it", async () => {
    const rig = await makeRig(two);
    const build = await rig.run("run", "build", "--dry-run", "--json");
    expect(planned(build.json)).toEqual(["draft", "build"]);
    expect(build).toMatchObject({ exitCode: 3, json: { aims: ["build"] } });
    expect(await rig.run("run", "draft", "--dry-run", "--json")).toMatchObject({
      exitCode: 0,
      json: { aims: ["draft"] },
    });
    const until = await rig.run("run", "--until", "build", "--dry-run", "--json");
    expect(planned(until.json)).toEqual(["draft", "cook", "build"]);
    expect(until.json).toMatchObject({ until: "build" });
    const text = await rig.run("run", "build", "--dry-run");
    expect(text.stdout).toMatch(/\n\n {2}1\. +draft +ready now .*\n {2}2\. +build +projected [^\n]*\n$/);
    expect(planned((await rig.run("run", "--dry-run", "--json")).json)).toEqual([
      "draft",
      "cook",
      "build",
      "ship",
      "eat",
    ]);
  });

  test("without what is only said of the work", async () => {
    const rig = await makeRig(reviewed);
    expect(planned((await rig.run("run", "draft", "--dry-run", "--json")).json)).toEqual(["draft"]);
  });
});

test("--events tells what was asked for", async () => {
  const rig = await makeRig(two);
  const { stdout } = await rig.run("run", "build", "--events");
  const summary = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({ kind: "summary", outcome: "aim_reached", exit_code: 0, aims: ["build"], owed: [] });
});
