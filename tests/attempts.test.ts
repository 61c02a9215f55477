import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chain, draft, units } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

/** The documents of `runa attempts --json`. */
async function attemptsOf(rig: Rig, ...args: string[]) {
  const { stdout } = await rig.run("attempts", ...args, "--json");
  return JSON.parse(stdout) as { total: number; attempts: Readonly<Record<string, unknown>>[] };
}

/** An agent that tells what it used and fails. */
const failing = (usage: string) => ["sh", "-c", `printf '%s' '${usage}' > "$RUNA_USAGE"; exit 3`];

describe("attempts", () => {
  test("are told those that run first, then the latest first, each with how it ended", async () => {
    const rig = await makeRig(chain);
    const run = rig.start("run");
    const first = await rig.nextAttempt();
    await first.deliver("design", "d1", { title: "A design" });
    await first.exit(0);
    const second = await rig.nextAttempt();
    const running = await attemptsOf(rig);
    expect(running).toMatchObject({
      total: 2,
      attempts: [
        { id: second.id, protocol: "build", status: "running", tries: 1 },
        { id: first.id, protocol: "draft", status: "ended", outcome: "delivered", tries: 1 },
      ],
    });
    expect(running.attempts[0]).not.toHaveProperty("outcome");
    const { stdout } = await rig.run("attempts");
    expect(stdout).toMatch(/^ATTEMPT {8}PROTOCOL {2}OUTCOME {4}TRY {2}STARTED {14}DURATION\n/);
    expect(stdout).toMatch(new RegExp(`^${second.id.slice(0, 13)} {2}build {5}running {4}1 {4}\\d{4}-`, "m"));
    await second.exit(1);
    await run.ended();
    expect((await attemptsOf(rig, "build")).attempts).toMatchObject([{ id: second.id, outcome: "exited" }]);
  });

  test("whose runa died are told as left", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    expect((await attemptsOf(rig)).attempts).toMatchObject([{ status: "running" }]);
    await agent.exit(0);
    await expect.poll(async () => (await attemptsOf(rig)).attempts).toMatchObject([{ id: agent.id, status: "left" }]);
    expect((await rig.run("attempts")).stdout).toContain("  left: its runa died  ");
  });

  test("count their tries within a run, and tell costs and tokens", async () => {
    const usage = '{"cost_usd": 0.0213, "tokens": 45231}';
    const settings = 'attempts = 2\nbackoff = "1s"';
    const rig = await makeRig({ ...draft, agent: failing(usage), settings });
    await rig.run("run");
    await rig.run("step");
    const { attempts } = await attemptsOf(rig);
    expect(attempts.map(({ tries }) => tries)).toEqual([2, 1, 2, 1]);
    expect(attempts[0]?.usage).toEqual({ cost_usd: 0.0213, tokens: 45231 });
    const { stdout } = await rig.run("attempts");
    expect(stdout).toMatch(/ {2}DURATION {2}COST {8}TOKENS\n/);
    expect(stdout).toMatch(/ {2}exited {3}2 .* 0\.0213 USD {2}45\.2k\n/);
  });

  test("are chosen by protocol, by work unit and by number", async () => {
    const rig = await makeRig({ ...units, agent: ["false"] });
    for (const unit of ["checkout", "search", "search"]) await rig.run("step", "--work-unit", unit);
    expect(await attemptsOf(rig, "--work-unit", "search")).toMatchObject({
      total: 2,
      attempts: [{ work_unit: "search" }, { work_unit: "search" }],
    });
    expect(await attemptsOf(rig, "--limit", "1")).toMatchObject({ total: 3, attempts: [{ work_unit: "search" }] });
    expect((await rig.run("attempts", "--limit", "1")).stdout).toMatch(/\n… 2 earlier: `--limit 3` shows them\n$/);
    expect((await rig.run("attempts", "implemnt")).stderr).toBe(
      "no attempts of protocol 'implemnt' — did you mean 'implement'?\n",
    );
    expect((await rig.run("attempts", "implement", "--work-unit", "none")).stderr).toBe(
      "no attempts of protocol 'implement', work unit 'none'\n",
    );
    expect((await rig.run("attempts", "--limit", "0")).stderr).toMatch(/^error: --limit takes a whole number/);
  });
});

/** A project whose agent prints on both streams and fails; its output is kept. */
const talking: RigOptions = {
  ...draft,
  agent: ["sh", "-c", "echo out; echo err >&2; exit 7"],
  settings: "transcript = true",
};

async function lastAttempt(rig: Rig): Promise<string> {
  return String((await attemptsOf(rig)).attempts[0]?.id);
}

describe("output", () => {
  test("shows both streams, by the beginning of the attempt's id", async () => {
    const rig = await makeRig(talking);
    await rig.run("run");
    const id = await lastAttempt(rig);
    for (const given of [id, id.slice(0, 13).toUpperCase()])
      expect(await rig.run("output", given)).toMatchObject({
        exitCode: 0,
        stdout: "── stdout ──\nout\n── stderr ──\nerr\n",
        stderr: "",
      });
  });

  test("shows one stream as it is", async () => {
    const rig = await makeRig({ ...talking, agent: ["printf", "%b", "a\\0377\\033[1mb"] });
    await rig.run("run");
    const { stdout } = await rig.run("output", await lastAttempt(rig));
    expect(stdout).toBe("a�\u001b[1mb");
  });

  test("goes on with what an agent prints until its attempt has ended", async () => {
    const rig = await makeRig({ ...draft, settings: "transcript = true" });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.say("stdout", "one\n");
    const follower = rig.start("output", agent.id, "--follow");
    await follower.says("stdout", "one\n");
    await agent.say("stderr", "two\n");
    await follower.says("stdout", "two\n");
    await agent.say("stdout", "three\n");
    await agent.exit(1);
    expect(await follower.ended()).toMatchObject({ exitCode: 0, stdout: "one\ntwo\nthree\n" });
    await run.ended();
  });

  test("ends with 130 at Ctrl-C", async () => {
    const rig = await makeRig({ ...draft, settings: "transcript = true" });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.say("stdout", "one\n");
    const follower = rig.start("output", agent.id, "--follow");
    await follower.says("stdout", "one\n");
    follower.signal("SIGINT");
    expect(await follower.ended()).toMatchObject({ exitCode: 130 });
    await agent.exit(1);
    await run.ended();
  });

  test("says why there is none, and what keeps it", async () => {
    const rig = await makeRig({ ...talking, settings: "" });
    await rig.run("run");
    const id = await lastAttempt(rig);
    for (const args of [[], ["--follow"]]) {
      const { exitCode, stdout, stderr } = await rig.run("output", id, ...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toBe(
        `error: the output of attempt ${id.slice(0, 13)} was not kept: it went where runa's own output went. It is kept with \`transcript = true\` in [agent] of the config, with \`--jobs\` above 1, and with \`--events\`\n`,
      );
    }
  });

  test("of an agent that printed nothing says so", async () => {
    const rig = await makeRig({ ...talking, agent: ["true"] });
    await rig.run("run");
    const id = await lastAttempt(rig);
    expect(await rig.run("output", id)).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: `the agent of attempt ${id.slice(0, 13)} has printed nothing\n`,
    });
  });

  test.each([
    [
      "0197a3b",
      "error: '0197a3b' is too short: give the attempt's id, or at least its first 8 characters; `runa attempts` lists them\n",
    ],
    ["ffffffff", "error: no attempt has an id that begins with 'ffffffff': `runa attempts` lists them\n"],
  ])("of %s: there is none", async (given, stderr) => {
    const rig = await makeRig(talking);
    await rig.run("run");
    expect(await rig.run("output", given)).toMatchObject({ exitCode: 1, stdout: "", stderr });
  });

  test.runIf(spawnSync("script", ["--version"]).status === 0)("is paged on a terminal", async () => {
    const rig = await makeRig(talking);
    await rig.run("run");
    const id = await lastAttempt(rig);
    rig.write("pager", "#!/bin/sh\nsed 's/^/paged: /'\n");
    chmodSync(join(rig.project, "pager"), 0o755);
    const onTerminal = async (pager: string) =>
      (
        await rig
          .launch(["script", "-qec", `${process.execPath} ${RUNA} output ${id}`, "/dev/null"], "script", {
            env: { PAGER: pager, TERM: "dumb" },
          })
          .ended()
      ).stdout.replaceAll("\r", "");
    expect(await onTerminal("./pager")).toBe("paged: ── stdout ──\npaged: out\npaged: ── stderr ──\npaged: err\n");
    expect(await onTerminal("cat")).toBe("── stdout ──\nout\n── stderr ──\nerr\n");
    expect(await onTerminal("no-such-pager 2> /dev/null")).toBe("── stdout ──\nout\n── stderr ──\nerr\n");
  });
});

describe("step --dry-run --prompt", () => {
  test("prints the very prompt that the agent gets", async () => {
    const rig = await makeRig(draft);
    const { stdout, stderr } = await rig.run("step", "--dry-run", "--prompt");
    expect(stderr).toBe("");
    expect((await rig.run("step", "--dry-run", "--prompt", "draft")).stdout).toBe(stdout);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    expect(agent.prompt).toBe(stdout);
    await agent.exit(1);
    await step.ended();
  });

  test("of a protocol that is not READY prints what is there, and says so", async () => {
    const rig = await makeRig(chain);
    const { exitCode, stdout, stderr } = await rig.run("step", "--dry-run", "--prompt", "build");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^# build\n[\s\S]*Carry out build\. Deliver code\.\n\n## What to deliver\n/);
    expect(stderr).toBe("note: build is WAITING: this is what its agent would be told as things are now\n");
  });

  test.each([
    [["--prompt"], "error: no protocol is READY: name the one whose prompt you want, as in `--prompt NAME`\n"],
    [
      ["--prompt", "implement"],
      "error: protocol 'implement' is scoped: say for which work unit, with --work-unit ID\n",
    ],
    [
      ["--prompt", "implemnt"],
      "error: methodology 'test-methodology' has no protocol 'implemnt' — did you mean 'implement'?\n",
    ],
  ])("%j cannot be answered", async (args, stderr) => {
    const rig = await makeRig(units);
    expect(await rig.run("step", "--dry-run", ...args)).toMatchObject({ exitCode: 1, stdout: "", stderr });
  });

  test("for a work unit", async () => {
    const rig = await makeRig(units);
    const { stdout, stderr } = await rig.run("step", "--dry-run", "--work-unit", "search", "--prompt", "implement");
    expect(stderr).toBe("");
    expect(stdout).toContain("for the work unit **search**");
    expect(stdout).not.toContain("Pay");
  });

  test.each([
    [["step", "--prompt"], "error: --prompt needs --dry-run"],
    [
      ["step", "--dry-run", "--json", "--prompt"],
      "error: --prompt prints a text and --json a document: leave one of them out",
    ],
  ])("%j is wrong usage", async (args, line) => {
    const rig = await makeRig(draft);
    const { exitCode, stderr } = await rig.run(...args);
    expect({ exitCode, line: stderr.split("\n")[0] }).toEqual({ exitCode: 1, line });
  });
});

describe("what an attempt took and cost", () => {
  test("stands in the log's line of its end", async () => {
    const rig = await makeRig({ ...draft, agent: failing('{"cost_usd": 1.5, "tokens": 812}') });
    await rig.run("run");
    const { stdout } = await rig.run("log", "--kind", "attempt_ended");
    expect(stdout).toMatch(/: exited: the agent ended with exit code 3; [\d.]+ m?s, 1\.50 USD, 812 tokens\n$/);
  });

  test("stands in the run's table with its unit, and added up", async () => {
    const agent = [
      "sh",
      "-c",
      'case $(cat) in *"# one"*) printf \'{"cost_usd": 1.5, "tokens": 812}\' > "$RUNA_USAGE";; esac; exit 3',
    ];
    const protocols = ["one", "two"].map((name) => ({ name, requires: ["brief"], produces: [`of-${name}`] }));
    const rig = await makeRig({ protocols, agent, artifacts: { "brief/b1": { title: "Brief" } } });
    const { stdout } = await rig.run("run");
    expect(stdout).toMatch(/^PROTOCOL {2}OUTCOME {2}TRIES {2}TIME {3}COST {7}TOKENS {2}DELIVERED$/m);
    expect(stdout).toMatch(/^one +exited +1 +[\d.]+ s {2}1\.50 USD +812 +-$/m);
    expect(stdout).toMatch(/^two +exited +1 +[\d.]+ s {2}- +- +-$/m);
    expect(stdout).toMatch(/^total +1\.50 USD\+ +812\+$/m);
  });
});

describe("log", () => {
  test("is chosen by work unit and by kind", async () => {
    const rig = await makeRig({ ...units, agent: ["false"] });
    for (const unit of ["checkout", "search"]) await rig.run("step", "--work-unit", unit);
    const lines = async (...args: string[]) =>
      (await rig.run("log", "--json", ...args)).stdout
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { kind: string; body: { work_unit?: string } });
    const ofUnit = await lines("--work-unit", "search");
    expect(ofUnit.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["claimed", "attempt_started", "attempt_ended", "run_started"]),
    );
    expect(new Set(ofUnit.map(({ body }) => body.work_unit))).toEqual(new Set(["search"]));
    const ended = await lines("--kind", "attempt_ended");
    expect(ended.map(({ kind, body }) => [kind, body.work_unit])).toEqual([
      ["attempt_ended", "checkout"],
      ["attempt_ended", "search"],
    ]);
    expect(await lines("--kind", "attempt_ended", "--work-unit", "search")).toHaveLength(1);
  });

  test("of nothing says of what, and what was meant", async () => {
    const rig = await makeRig({ ...units, agent: ["false"] });
    await rig.run("step", "--work-unit", "search");
    const { stderr } = await rig.run("log", "--kind", "superseded", "--protocol", "implemnt", "--work-unit", "serch");
    expect(stderr).toBe(
      "no events of kind 'superseded', protocol 'implemnt', work unit 'serch' — did you mean protocol 'implement' and work unit 'search'?\n",
    );
  });

  test("of a kind that there is not is wrong usage", async () => {
    const rig = await makeRig(draft);
    const { exitCode, stderr } = await rig.run("log", "--kind", "attempt_endd");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: --kind: there is no 'attempt_endd' — did you mean 'attempt_ended'\?\n/);
  });
});
