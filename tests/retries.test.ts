import { describe, expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

const AT_ONCE = 'attempts = 2\nbackoff = "1ms"';
const HEADING = "## What went wrong before";

/** What a prompt tells of the try before. */
function wentWrong(prompt: string): string {
  const at = prompt.indexOf(HEADING);
  return at === -1 ? "" : prompt.slice(at);
}

/** The tries of `draft` that a run's table tells, and its outcome. */
async function ended(rig: Rig, run: { ended(): Promise<{ exitCode: number | null; stdout: string; stderr: string }> }) {
  const { exitCode, stdout, stderr } = await run.ended();
  const [, outcome, tries] = /^draft +(\w+) +(\d+) /m.exec(stdout) ?? [];
  const attempts = (await rig.events("attempt_ended")).map(({ body }) => body.outcome);
  return { exitCode, outcome, tries: Number(tries), attempts, stdout, stderr };
}

test("a second try is told every violation of the first, and delivers", async () => {
  const rig = await makeRig({ ...draft, settings: AT_ONCE });
  const run = rig.start("run");
  const first = await rig.nextAttempt();
  expect(wentWrong(first.prompt)).toBe("");
  const colours = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`colour${index}`, "red"]));
  await first.writeFile(".runa/workspace/design/d1.json", JSON.stringify({ title: 5, ...colours }));
  await first.exit(0);
  const second = await rig.nextAttempt();
  expect(second.id).not.toBe(first.id);
  const told = wentWrong(second.prompt);
  expect(told).toContain("The attempt before this one ended as `invalid_output`: 1 output not valid.");
  expect(told).toContain("design/d1");
  expect(told).toContain("/title");
  for (const name of Object.keys(colours)) expect(told).toContain(name);
  await second.deliver("design", "d1", { title: "A design" });
  await second.exit(0);
  const { stdout, stderr, ...rest } = await ended(rig, run);
  expect(rest).toEqual({ exitCode: 0, outcome: "delivered", tries: 2, attempts: ["invalid_output", "delivered"] });
  expect(stderr).toMatch(/^ {2}tries again in \d+ ms$/m);
  expect(stderr).toContain("▶ draft  try 2");
  expect(stdout).toMatch(/^all_complete: 1 protocol delivered/m);
});

test("the calls that were refused are told as well", async () => {
  const rig = await makeRig({ ...draft, settings: AT_ONCE });
  const run = rig.start("run");
  const first = await rig.nextAttempt();
  await first.call("design", { instance_id: "d1", title: "" });
  await first.exit(0);
  const second = await rig.nextAttempt();
  const told = wentWrong(second.prompt);
  expect(told).toContain("`not_delivered`: not delivered: design.");
  expect(told).toContain("1 call was refused");
  expect(told).toContain("/title");
  await second.exit(0);
  expect(await ended(rig, run)).toMatchObject({ exitCode: 2, tries: 2, attempts: ["not_delivered", "not_delivered"] });
});

test("what was wrong with the outputs is told also where the agent's end was the failure", async () => {
  const rig = await makeRig({ ...draft, settings: AT_ONCE });
  const run = rig.start("run");
  const first = await rig.nextAttempt();
  await first.writeFile(".runa/workspace/design/d1.json", JSON.stringify({ title: 5 }));
  await first.exit(7);
  const second = await rig.nextAttempt();
  const told = wentWrong(second.prompt);
  expect(told).toContain("The attempt before this one ended as `exited`: the agent ended with exit code 7.");
  expect(told).toContain("What it had delivered by then comes to `invalid_output`: 1 output not valid.");
  expect(told).toContain("design/d1");
  expect(told).toContain("/title");
  await second.deliver("design", "d1", { title: "A design" });
  await second.exit(0);
  expect((await run.ended()).exitCode).toBe(0);
});

describe("a try follows", () => {
  test.each([
    { outcome: "exited", agent: ["sh", "-c", "exit 3"], settings: "" },
    { outcome: "signalled", agent: ["sh", "-c", "kill -9 $$"], settings: "" },
    { outcome: "timed_out", agent: ["sleep", "60"], settings: 'timeout = "100ms"' },
    { outcome: "not_delivered", agent: ["true"], settings: "" },
  ])("$outcome, as often as attempts says", async ({ outcome, agent, settings }) => {
    const rig = await makeRig({ ...draft, agent, settings: `attempts = 3\nbackoff = "1ms"\n${settings}` });
    expect(await ended(rig, rig.start("run"))).toMatchObject({
      exitCode: 2,
      outcome,
      tries: 3,
      attempts: [outcome, outcome, outcome],
    });
  });

  test("choice_unmet", async () => {
    const rig = await makeRig({
      protocols: [{ name: "draft", requires: ["requirements"], choices: { one: ["a", "b"] } }],
      artifacts: { "requirements/r1": { title: "Fast" } },
      agent: ["true"],
      settings: AT_ONCE,
    });
    expect(await ended(rig, rig.start("run"))).toMatchObject({ attempts: ["choice_unmet", "choice_unmet"] });
  });

  test("under step too", async () => {
    const rig = await makeRig({ ...draft, settings: AT_ONCE });
    const step = rig.start("step");
    await (await rig.nextAttempt()).exit(1);
    const second = await rig.nextAttempt();
    await second.deliver("design", "d1", { title: "A design" });
    await second.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
  });
});

describe("no try follows", () => {
  test("not_started: the command would be missing again", async () => {
    const rig = await makeRig({ ...draft, agent: ["./missing"], settings: "attempts = 5" });
    const { attempts, exitCode, stdout } = await ended(rig, rig.start("run"));
    expect({ attempts, exitCode }).toEqual({ attempts: ["not_started"], exitCode: 2 });
    expect(stdout).toContain("draft: `runa doctor --agent`");
  });

  test("interrupted: somebody wanted it to end", async () => {
    const rig = await makeRig({ ...draft, settings: "attempts = 5" });
    const run = rig.start("run");
    await rig.nextAttempt();
    run.signal("SIGTERM");
    expect(await ended(rig, run)).toMatchObject({ exitCode: 143, attempts: ["interrupted"] });
  });

  test("a success is none: what is reopened begins with its first try", async () => {
    const rig = await makeRig({ ...draft, settings: AT_ONCE });
    const run = rig.start("run");
    await (await rig.nextAttempt()).exit(1);
    const second = await rig.nextAttempt();
    rig.artifact("requirements/r1", { title: "Faster" });
    await second.deliver("design", "d1", { title: "A design" });
    await second.exit(0);
    const reopened = await rig.nextAttempt();
    expect(wentWrong(reopened.prompt)).toBe("");
    await reopened.exit(1);
    await (await rig.nextAttempt()).exit(1);
    const { exitCode, stdout } = await run.ended();
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^draft +delivered +2 .*\ndraft +exited +2 /m);
  });
});

test("the table has a line for each READY moment: its last outcome, its tries", async () => {
  const rig = await makeRig({ ...draft, settings: AT_ONCE });
  const run = rig.start("run");
  const first = await rig.nextAttempt();
  rig.artifact("requirements/r1", { title: "Faster" });
  await first.deliver("design", "d1", { title: "A design" });
  await first.exit(0);
  await (await rig.nextAttempt()).exit(1);
  const third = await rig.nextAttempt();
  await third.deliver("design", "d1", { title: "A faster design" });
  await third.exit(0);
  const { exitCode, stdout } = await run.ended();
  expect(exitCode).toBe(0);
  expect(stdout.match(/^draft .*$/gm)?.map((line) => line.split(/ +/).slice(0, 3))).toEqual([
    ["draft", "delivered", "1"],
    ["draft", "delivered", "2"],
  ]);
});

describe("Ctrl-C while a try is waited for", () => {
  test.each(["run", "step"])("ends %s at once with 130", async (command) => {
    const rig = await makeRig({ ...draft, settings: 'attempts = 2\nbackoff = "10m"' });
    const program = rig.start(command);
    await (await rig.nextAttempt()).exit(1);
    await program.says("stderr", "tries again in");
    program.signal("SIGINT");
    const { exitCode, stderr } = await program.ended();
    expect(exitCode).toBe(130);
    expect(stderr).toContain("SIGINT: nothing is running here: ends now\n");
  });

  test("SIGTERM ends it with 143", async () => {
    const rig = await makeRig({ ...draft, settings: 'attempts = 2\nbackoff = "10m"' });
    const run = rig.start("run");
    await (await rig.nextAttempt()).exit(1);
    await run.says("stderr", "tries again in");
    run.signal("SIGTERM");
    expect((await run.ended()).exitCode).toBe(143);
  });

  test("beside an attempt that runs, it lets that one end; the second one kills it", async () => {
    const rig = await makeRig({
      protocols: [...draft.protocols, { name: "plan", requires: ["requirements"], produces: ["schedule"] }],
      artifacts: { "requirements/r1": { title: "Fast" } },
      settings: 'attempts = 2\nbackoff = "10m"',
    });
    const run = rig.start("run", "--jobs", "2");
    await (await rig.nextAttempt()).exit(1);
    const other = await rig.nextAttempt();
    await run.says("stderr", "tries again in");
    await other.ignoreSigterm();
    run.signal("SIGINT");
    await run.says("stderr", "SIGINT: the running attempt ends first");
    run.signal("SIGINT");
    await other.gone("after the second Ctrl-C");
    const { exitCode, stdout } = await run.ended();
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^interrupted: /m);
  });
});
