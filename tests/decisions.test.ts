import { describe, expect, test } from "vitest";
import { chain, draft, review, units } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

/** Carries out a chain of which each link was delivered. */
async function chainDone(options: Partial<RigOptions> = {}): Promise<Rig> {
  const rig = await makeRig({ ...chain, ...options });
  const run = rig.start("run");
  for (const type of ["design", "code"]) {
    const agent = await rig.nextAttempt();
    await agent.deliver(type, "x1", { title: type });
    await agent.exit(0);
  }
  expect(await run.ended()).toMatchObject({ exitCode: 0 });
  return rig;
}

/** The status of each protocol. */
async function statuses(rig: Rig, workUnit?: string): Promise<string[]> {
  return (await rig.state(workUnit)).protocols.map(({ name, status }) => `${name} ${status}`).sort();
}

/** The next attempt delivers one artifact, and its agent exits with a code. */
async function attempt(rig: Rig, type: string, title: string, code: number): Promise<void> {
  const agent = await rig.nextAttempt();
  await agent.deliver(type, "x1", { title });
  await agent.exit(code);
}

describe("reopen", () => {
  test("makes what is done not current, until it succeeds once more", async () => {
    const rig = await chainDone();
    expect(await statuses(rig)).toEqual(["build waiting", "draft waiting"]);
    const { exitCode, stdout, stderr } = await rig.run("reopen", "draft");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toBe("reopened: draft\ndraft is READY: `runa step --protocol draft` executes it\n");
    expect(await statuses(rig)).toEqual(["build waiting", "draft ready"]);
    expect((await rig.run("run", "--dry-run", "--json")).json?.execution_plan?.map(({ protocol }) => protocol)).toEqual(
      ["draft", "build"],
    );
    // A failure does not close it again.
    const failing = rig.start("run");
    await attempt(rig, "design", "design", 7);
    expect(await failing.ended()).toMatchObject({ exitCode: 2 });
    expect(await statuses(rig)).toEqual(["build waiting", "draft ready"]);
    const run = rig.start("run");
    await attempt(rig, "design", "design", 0);
    expect(await run.ended()).toMatchObject({ exitCode: 0 });
    // It came out the same, so nothing behind it was executed again.
    expect(await statuses(rig)).toEqual(["build waiting", "draft waiting"]);
    const [byHand, ...others] = await rig.events("reopened");
    expect(byHand).toMatchObject({ body: { protocol: "draft", actor: { kind: "person" } } });
    expect(byHand).not.toHaveProperty("attempt");
    expect(others.every((event) => "attempt" in event)).toBe(true);
    expect((await rig.run("log", "--kind", "reopened", "--protocol", "draft")).stdout).toMatch(
      /reopened +draft, by \S+$/m,
    );
  });

  test("reopens what depends on it as well, where that is asked for, and what was made by hand", async () => {
    const rig = await makeRig({
      protocols: [
        ...chain.protocols,
        { name: "review", requires: ["code"], choices: { verdict: ["approved", "rejected"] } },
        { name: "other", requires: ["requirements"], produces: ["more"] },
        { name: "look", requires: ["code"] },
      ],
      artifacts: {
        "requirements/r1": { title: "R" },
        "design/d1": { title: "D" },
        "code/c1": { title: "C" },
        "more/m1": { title: "M" },
      },
    });
    expect(await statuses(rig)).toEqual([
      "build waiting",
      "draft waiting",
      "look ready",
      "other waiting",
      "review ready",
    ]);
    const { stdout } = await rig.run("reopen", "draft", "--downstream");
    expect(stdout).toMatch(/^reopened: draft\nreopened: build\ndraft is READY: /);
    expect(await statuses(rig)).toEqual(["build ready", "draft ready", "look ready", "other waiting", "review ready"]);
    expect((await rig.events("reopened")).map(({ body }) => body.protocol)).toEqual(["draft", "build"]);
  });

  test("a verdict that is reopened does not reopen the work that it is about", async () => {
    const rig = await makeRig({
      protocols: [
        {
          name: "draft",
          requires: ["need"],
          produces: ["design"],
          trigger: "any_of(on_artifact(need), on_artifact(rejected))",
        },
        { name: "review", requires: ["design"], choices: { verdict: ["approved", "rejected"] } },
        { name: "build", requires: ["approved"], produces: ["code"] },
      ],
      artifacts: {
        "need/n1": { title: "N" },
        "design/d1": { title: "D" },
        "approved/a1": { title: "A" },
        "code/c1": { title: "C" },
      },
    });
    const { stdout } = await rig.run("reopen", "review", "--downstream");
    expect(stdout).toMatch(/^reopened: review\nreopened: build\n/);
    expect(await statuses(rig)).toEqual(["build ready", "draft waiting", "review ready"]);
  });

  test("is for one work unit, and outlives a rebuilt store", async () => {
    const rig = await makeRig({
      ...units,
      artifacts: {
        ...units.artifacts,
        "patch/p1": { title: "P", work_unit: "checkout" },
        "patch/p2": { title: "P", work_unit: "search" },
      },
    });
    expect((await rig.run("reopen", "implement", "--work-unit", "search")).stdout).toBe(
      "reopened: implement (work unit search)\nimplement (work unit search) is READY: `runa step --protocol implement --work-unit search` executes it\n",
    );
    await rig.run("scan", "--rebuild");
    expect(await statuses(rig, "search")).toEqual(["implement ready"]);
    expect(await statuses(rig, "checkout")).toEqual(["implement waiting"]);
    const unknown = await rig.run("reopen", "implement", "--work-unit", "serch");
    expect(unknown).toMatchObject({ exitCode: 0 });
    expect(unknown.stderr).toContain("no artifact names work unit 'serch' — did you mean 'search'?");
    expect(unknown.stdout).toMatch(/^implement \(work unit serch\) was not done, so nothing is reopened\n/);
    expect(await rig.events("reopened")).toHaveLength(1);
  });

  test("what a run has done is done again by it, when it is reopened meanwhile", async () => {
    const rig = await makeRig(chain);
    const run = rig.start("run");
    await attempt(rig, "design", "design", 0);
    const build = await rig.nextAttempt();
    expect((await rig.run("reopen", "draft")).stdout).toMatch(/^reopened: draft\n/);
    await build.deliver("code", "x1", { title: "code" });
    await build.exit(0);
    const again = await rig.nextAttempt();
    expect(again.protocol).toBe("draft");
    await again.deliver("design", "x1", { title: "design" });
    await again.exit(0);
    expect(await run.ended()).toMatchObject({ exitCode: 0 });
  });

  test("during an attempt counts until that succeeds", async () => {
    const rig = await chainDone();
    rig.artifact("requirements/r1", { title: "Faster" });
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    expect((await rig.run("reopen", "draft")).stdout).toContain(
      "draft is being executed now: when that succeeds it is done\n",
    );
    await agent.deliver("design", "x1", { title: "design" });
    await agent.exit(0);
    expect(await step.ended()).toMatchObject({ exitCode: 0 });
    expect(await statuses(rig)).toContain("draft waiting");
  });

  test.each([
    [["draff"], /^error: .* has no protocol 'draff' — did you mean 'draft'\?$/m],
    [["draft", "--work-unit", "w"], /^error: protocol 'draft' is not scoped: leave --work-unit out$/m],
    [
      ["look"],
      /^error: protocol 'look' owes nothing, so it is never current: `runa step --protocol look` executes it whenever it is READY$/m,
    ],
    [[], /^error: reopen needs PROTOCOL/m],
  ])("reopen %j is an error", async (words, message) => {
    const rig = await makeRig({
      ...draft,
      protocols: [...draft.protocols, { name: "look", requires: ["requirements"] }],
    });
    const { exitCode, stdout, stderr } = await rig.run("reopen", ...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(await rig.events("reopened")).toEqual([]);
  });
});

describe("accept", () => {
  async function failedButWhole(options: Partial<RigOptions> = {}): Promise<Rig> {
    const rig = await makeRig({ ...chain, ...options });
    const step = rig.start("step");
    await attempt(rig, "design", "design", 7);
    const { exitCode, stdout } = await step.ended();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^draft: `.*`; where its outputs are right, `runa accept draft --note WHY` takes them as done$/m,
    );
    return rig;
  }

  test("is not offered where the attempt of a protocol that owes nothing failed", async () => {
    const rig = await makeRig({
      protocols: [{ name: "look", requires: ["need"] }],
      artifacts: { "need/n": { title: "N" } },
      agent: ["false"],
    });
    const { exitCode, stdout, stderr } = await rig.run("run");
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^look: `[^`]*`$/m);
    expect(stderr).not.toContain("delivered all the same");
  });

  test("takes the outputs of a failed attempt as done, until something that it reads changes", async () => {
    const rig = await failedButWhole();
    expect(await statuses(rig)).toEqual(["build ready", "draft ready"]);
    const { exitCode, stdout, stderr } = await rig.run("accept", "draft", "--note", "it crashed on exit");
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "accepted: draft\n", stderr: "" });
    expect(await statuses(rig)).toEqual(["build ready", "draft waiting"]);
    expect((await rig.run("state")).stdout).not.toContain("failed");
    const [event] = await rig.events("accepted");
    const [ended] = await rig.events("attempt_ended");
    expect(event).toMatchObject({
      attempt: ended?.attempt,
      body: {
        protocol: "draft",
        note: "it crashed on exit",
        outputs: [{ artifact_type: "design", instance_id: "x1" }],
        actor: { kind: "person" },
      },
    });
    expect((await rig.run("log")).stdout).toMatch(/accepted +draft, by \S+: it crashed on exit$/m);
    // What happened stays what happened.
    expect((await rig.run("attempts")).stdout).toMatch(/draft +exited, accepted /);
    const [entry] = ((await rig.run("attempts", "--json")).json as unknown as { attempts: object[] }).attempts;
    expect(entry).toMatchObject({ outcome: "exited", accepted: true });
    await rig.run("scan", "--rebuild");
    expect(await statuses(rig)).toEqual(["build ready", "draft waiting"]);
    rig.artifact("requirements/r1", { title: "Faster" });
    expect(await statuses(rig)).toEqual(["build ready", "draft ready"]);
  });

  test("what was accepted is superseded by the next success like any other output", async () => {
    const rig = await failedButWhole();
    await rig.run("accept", "draft", "--note", "fine");
    rig.artifact("requirements/r1", { title: "Faster" });
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "other", { title: "Another" });
    await agent.exit(0);
    expect(await step.ended()).toMatchObject({ exitCode: 0 });
    expect(rig.artifacts().filter((name) => name.startsWith("design/"))).toEqual(["design/other"]);
  });

  test("closes what was reopened, and a choice as well", async () => {
    const rig = await makeRig(review);
    const step = rig.start("step");
    await attempt(rig, "approved", "Good", 1);
    await step.ended();
    expect((await rig.run("accept", "review", "--note", "read it")).stdout).toBe("accepted: review\n");
    expect((await rig.run("run")).stdout).toBe("all_complete: nothing to do, everything is current\n");
    await rig.run("reopen", "review");
    const again = rig.start("step");
    await attempt(rig, "approved", "Good", 1);
    await again.ended();
    expect(await rig.run("accept", "review", "--note", "still good")).toMatchObject({ exitCode: 0 });
    expect(await statuses(rig)).toEqual(["review waiting"]);
  });

  test.each([
    [
      "without a failed attempt",
      "requirements/r2",
      "no attempt of protocol 'draft' has ended, so there is nothing to accept",
    ],
    ["of what is done already", "design/d1", "protocol 'draft' is done as it is: its outputs are current"],
  ])("is an error %s", async (_, name, message) => {
    const rig = await makeRig({ ...draft, artifacts: { ...draft.artifacts, [name]: { title: "X" } } });
    const { exitCode, stdout, stderr } = await rig.run("accept", "draft", "--note", "n");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`error: ${message}`);
    expect(await rig.events("accepted")).toEqual([]);
  });

  test("is an error where the outputs are not complete, which it names", async () => {
    const rig = await makeRig({ ...review, agent: ["false"] });
    await rig.run("step");
    const accept = async () => (await rig.run("accept", "review", "--note", "n")).stderr;
    const begin = "error: the outputs of protocol 'review' are not complete, so there is nothing to accept: ";
    expect(await accept()).toContain(`${begin}nothing of 'verdict' is there\n`);
    rig.artifact("approved/a1", { title: "A" });
    rig.artifact("rejected/r1", { title: "R" });
    expect(await accept()).toContain(`${begin}of 'verdict' there is more than one member\n`);
    rig.remove(".runa/workspace/approved");
    rig.artifact("rejected/r1", { name: "no title" });
    expect(await accept()).toContain(`${begin}rejected/r1 is invalid\n`);
    rig.artifact("rejected/r1", { title: "R" });
    rig.writeUndecodable(".runa/workspace/rejected");
    expect(await accept()).toContain("error: not all of rejected could be read: `runa doctor` says what and why\n");
  });

  test("is an error after a success, and while it is being executed", async () => {
    const rig = await chainDone();
    rig.artifact("requirements/r1", { title: "Faster" });
    expect((await rig.run("accept", "draft", "--note", "n")).stderr).toContain(
      "error: the last attempt of protocol 'draft' delivered, and what it reads has changed since: only what a failed attempt left can be accepted\n",
    );
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    expect((await rig.run("accept", "draft", "--note", "n")).stderr).toContain(
      `error: protocol 'draft' is being executed by attempt ${agent.id}: wait for what comes of that\n`,
    );
    await agent.exit(1);
    await step.ended();
  });

  test.each([
    [["draft"], /^error: accept needs .*--note TEXT/m],
    [["draft", "--note", "  "], /^error: --note needs a text that says why; it is empty/m],
    [["draff", "--note", "n"], /^error: .* has no protocol 'draff' — did you mean 'draft'\?$/m],
    [["look", "--note", "n"], /^error: protocol 'look' owes nothing, so there is nothing to accept$/m],
  ])("accept %j is an error", async (words, message) => {
    const rig = await makeRig({
      ...draft,
      protocols: [...draft.protocols, { name: "look", requires: ["requirements"] }],
    });
    const { exitCode, stdout, stderr } = await rig.run("accept", ...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

/** Ways in which an agent starts a command, by what they hide. */
const HIDING = {
  nothing: "",
  "its environment": "env -u RUNA_ATTEMPT -u RUNA_MCP_CONFIG ",
};

const INSIDE = [
  "reopen draft",
  "accept draft --note n",
  "approve design d1 --hash 0123456789ab",
  "reject design d1 --hash 0123456789ab --note n",
  "revoke design d1 --note n",
];

describe.each(INSIDE)("`%s` is refused inside an attempt", (words) => {
  const verb = words.split(" ")[0];
  const refusal = /^error: this is inside attempt [0-9a-f-]+ of protocol 'draft' of the same project/m;

  /** What the command says, and whether the log tells of it. */
  async function refusedIn(script: string) {
    const rig = await makeRig({ ...draft, agent: ["/bin/sh", "-c", script] });
    await rig.run("step", "--grace", "100ms");
    const refused = await rig.events("decision_refused");
    expect([...(await rig.events("reopened")), ...(await rig.events("accepted"))]).toEqual([]);
    return { rig, refused, told: rig.read("told") };
  }

  test.each(Object.entries(HIDING))("of an agent that hides %s", async (_title, hiding) => {
    const { refused, told, rig } = await refusedIn(`${hiding}${process.execPath} ${RUNA} ${words} 2>told; exit 3`);
    expect(told).toMatch(refusal);
    const [claimed] = await rig.events("claimed");
    expect(refused).toMatchObject([
      {
        attempt: claimed?.attempt,
        body: { verb, reason: "inside_attempt", actor: { kind: "attempt", attempt: claimed?.attempt } },
      },
    ]);
  });

  test("of a process in its session whose parents have ended", async () => {
    // The shell between the two ends first; the agent waits for what its grandchild wrote.
    const { refused, told } = await refusedIn(
      `mkfifo done; (env -u RUNA_ATTEMPT sh -c '${process.execPath} ${RUNA} ${words} 2>told; echo > done' &) ; cat done; exit 3`,
    );
    expect(told).toMatch(refusal);
    expect(refused).toHaveLength(1);
  });

  test("of a process in a session of its own that something of the attempt started", async () => {
    const { refused, told } = await refusedIn(
      `mkfifo done; (setsid sh -c 'env -u RUNA_ATTEMPT ${process.execPath} ${RUNA} ${words} 2>told; echo > done' &) ; cat done; exit 3`,
    );
    expect(told).toMatch(refusal);
    expect(refused).toHaveLength(1);
  });

  test("and where an attempt of another project is around it", async () => {
    const rig = await makeRig(draft);
    const { exitCode, stderr } = await rig.run(...words.split(" "), { env: { RUNA_ATTEMPT: "01-outer" } });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "error: this is inside an attempt (RUNA_ATTEMPT is 01-outer): decisions are made by people, outside\n",
    );
    expect(await rig.events("decision_refused")).toMatchObject([{ body: { verb, reason: "inside_attempt" } }]);
  });

  test("and not for a process that left everything of it: what nobody can see is not stopped", async () => {
    const { refused, told } = await refusedIn(
      `mkfifo done; (env -u RUNA_ATTEMPT setsid sh -c '${process.execPath} ${RUNA} ${words} 2>told; echo > done' &) ; cat done; exit 3`,
    );
    expect(refused).toEqual([]);
    expect(told).not.toMatch(refusal);
  });
});
