import { describe, expect, test } from "vitest";
import type { Attempt } from "./rig/attempt.ts";
import { units } from "./rig/examples.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

const artifacts = { "brief/b1": { title: "Brief" } };

/** Two protocols that have nothing to do with each other. */
const two: RigOptions = {
  protocols: [
    { name: "a", requires: ["brief"], produces: ["x"] },
    { name: "b", requires: ["brief"], produces: ["y"] },
  ],
  artifacts,
};

/** Two that are READY at once, of which the first may write what the second reads. */
const writerAndReader: RigOptions = {
  protocols: [
    { name: "a", requires: ["brief"], produces: ["x"], may_produce: ["note"] },
    { name: "b", requires: ["brief"], accepts: ["note"], produces: ["y"] },
  ],
  artifacts,
};

/** The next two agents, neither of which has ended, by the names of their protocols. */
async function bothAgents(rig: Rig): Promise<{ a: Attempt; b: Attempt }> {
  const [one, other] = [await rig.nextAttempt(), await rig.nextAttempt()];
  return one.protocol === "a" ? { a: one, b: other } : { a: other, b: one };
}

async function deliver(agent: Attempt, type: string): Promise<void> {
  await agent.deliver(type, `${type}1`, { title: type });
  await agent.exit(0);
}

/** What happened, in order: `+a` for a claim of it, `-a` for its end. */
async function order(rig: Rig): Promise<string> {
  const [claimed, ended] = [await rig.events("claimed"), await rig.events("attempt_ended")];
  return [...claimed, ...ended]
    .sort((one, other) => one.seq - other.seq)
    .map(({ kind, body }) => `${kind === "claimed" ? "+" : "-"}${body.protocol}`)
    .join(" ");
}

describe("--jobs", () => {
  test("2: both agents are at work before either ends, and each line says whose it is", async () => {
    const rig = await makeRig(two);
    const run = rig.start("run", "--jobs", "2");
    const { a, b } = await bothAgents(rig);
    await a.say("stdout", "one\ntw");
    await b.say("stderr", "other\n");
    await run.says("stderr", "b | other\n");
    await a.say("stdout", "o\nno end");
    await deliver(b, "y");
    await deliver(a, "x");
    const { exitCode, stdout, stderr } = await run.ended();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^a \| one\na \| two\na \| no end\nPROTOCOL /);
    expect(stderr.match(/^✓ /gm)).toHaveLength(2);
    expect(await order(rig)).toBe("+a +b -b -a");
  });

  test("may stand in the config; the option comes before it", async () => {
    const rig = await makeRig({ ...two, config: "[run]\njobs = 2" });
    const run = rig.start("run");
    const { a, b } = await bothAgents(rig);
    await deliver(a, "x");
    await deliver(b, "y");
    expect((await run.ended()).exitCode).toBe(0);
    const serial = await makeRig({ ...two, config: "[run]\njobs = 2", agent: ["true"] });
    await serial.run("run", "--jobs", "1");
    expect(await order(serial)).toBe("+a -a +b -b");
  });

  test("a failure keeps no other from ending, and the outcome tells of it", async () => {
    const rig = await makeRig(two);
    const run = rig.start("run", "--jobs", "2");
    const { a, b } = await bothAgents(rig);
    await a.exit(1);
    await run.says("stderr", "✗ a");
    await deliver(b, "y");
    const { exitCode, stdout } = await run.ended();
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^quiescent_with_failures: 1 protocol delivered, 1 failed/m);
  });

  test.each(["0", "-1", "two", "1.5"])("%s is none", async (jobs) => {
    const rig = await makeRig(two);
    const { exitCode, stderr } = await rig.run("run", `--jobs=${jobs}`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error: --jobs takes a whole number of at least 1, not '${jobs}'`);
  });
});

describe("what does not go together", () => {
  test("a reader waits for the writer that runs, and is given what that wrote", async () => {
    const rig = await makeRig(writerAndReader);
    const run = rig.start("run", "--jobs", "2");
    const a = await rig.nextAttempt();
    expect(a.protocol).toBe("a");
    await a.deliver("note", "n1", { title: "Mind the gap" });
    await deliver(a, "x");
    const b = await rig.nextAttempt();
    expect(b.prompt).toContain("Mind the gap");
    await deliver(b, "y");
    expect((await run.ended()).exitCode).toBe(0);
    expect(await order(rig)).toBe("+a -a +b -b");
  });

  test("nor does it beside a writer of another runa", async () => {
    const rig = await makeRig(writerAndReader);
    const here = rig.start("run");
    const a = await rig.nextAttempt();
    const there = rig.start("run");
    await there.says("stderr", "… waiting for a: runa pid ");
    await deliver(a, "x");
    await deliver(await rig.nextAttempt(), "y");
    expect((await here.ended()).exitCode).toBe(0);
    expect((await there.ended()).exitCode).toBe(0);
    expect(await order(rig)).toBe("+a -a +b -b");
  });

  test("exclusive: never beside another, and what is READY after it does not come before it", async () => {
    const rig = await makeRig({
      protocols: [...two.protocols, { name: "c", requires: ["brief"], produces: ["z"] }],
      artifacts,
      config: "[protocols.b]\nexclusive = true",
      agent: ["true"],
    });
    await rig.run("run", "--jobs", "3");
    expect(await order(rig)).toBe("+a -a +b -b +c -c");
  });
});

describe("work units", () => {
  const carrying = {
    type: "object",
    properties: { title: { type: "string" }, work_unit: { type: "string" } },
    required: ["title", "work_unit"],
  };

  test("go together where everything of a type names its own", async () => {
    const rig = await makeRig({ ...units, schemas: { patch: carrying, task: carrying } });
    const checkout = rig.start("run", "--work-unit", "checkout");
    const one = await rig.nextAttempt();
    const search = rig.start("run", "--work-unit", "search");
    const other = await rig.nextAttempt();
    expect([one.workUnit, other.workUnit]).toEqual(["checkout", "search"]);
    for (const agent of [one, other]) {
      await agent.deliver("patch", `p-${agent.workUnit}`, { title: "A patch" });
      await agent.exit(0);
    }
    expect([(await checkout.ended()).exitCode, (await search.ended()).exitCode]).toEqual([0, 0]);
  });

  test("wait for each other where one may write what the other sees", async () => {
    const rig = await makeRig(units);
    const checkout = rig.start("run", "--work-unit", "checkout");
    const one = await rig.nextAttempt();
    const search = rig.start("run", "--work-unit", "search");
    await search.says("stderr", "… waiting for implement (work unit checkout): runa pid ");
    await one.deliver("patch", "p1", { title: "A patch", work_unit: "checkout" });
    await one.exit(0);
    const other = await rig.nextAttempt();
    await other.deliver("patch", "p2", { title: "A patch", work_unit: "search" });
    await other.exit(0);
    expect([(await checkout.ended()).exitCode, (await search.ended()).exitCode]).toEqual([0, 0]);
    expect(await order(rig)).toBe("+implement -implement +implement -implement");
  });
});
