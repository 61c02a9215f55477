import { describe, expect, test } from "vitest";
import { chain, draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** Lets the next agent deliver one artifact and exit 0. */
async function deliverNext(rig: Rig, protocol: string, type: string, id: string, title: string): Promise<void> {
  const agent = await rig.nextAttempt();
  expect(agent.protocol).toBe(protocol);
  await agent.deliver(type, id, { title });
  await agent.exit(0);
}

/** The protocols that a run executed, in order, from its progress. */
function executed(stderr: string): string[] {
  return [...stderr.matchAll(/^▶ (.*)$/gm)].map((match) => match[1] ?? "");
}

describe("the cascade", () => {
  test("executes one after the other; a second run finds nothing to do and needs no agent", async () => {
    const rig = await makeRig(chain);
    const run = rig.start("run");
    await deliverNext(rig, "draft", "design", "d1", "A design");
    const builder = await rig.nextAttempt();
    expect(builder.prompt).toContain("### design: d1");
    await builder.deliver("code", "c1", { title: "Code" });
    await builder.exit(0);
    const first = await run.ended();
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(
      /^PROTOCOL +OUTCOME +TRIES +TIME +DELIVERED\ndraft +delivered +1 +\d+\.\d s +design\/d1\nbuild +delivered +1 +\d+\.\d s +code\/c1\n/,
    );
    expect(first.stdout).toMatch(/\nall_complete: 2 protocols delivered, nothing is owed\n$/);

    rig.write(".runa/config.toml", rig.read(".runa/config.toml").replace(/\[agent\][\s\S]*/, ""));
    const second = await rig.run("run");
    expect(second).toMatchObject({ exitCode: 0, stderr: "" });
    expect(second.stdout).toMatch(/^all_complete: nothing to do, everything is current\n$/);
  });

  test("goes on after a failure, which it does not try again, with what the failed attempt delivered", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "a", requires: ["brief"], produces: ["x"] },
        { name: "b", requires: ["brief"], produces: ["y"] },
        { name: "c", requires: ["x"], produces: ["z"] },
      ],
      artifacts: { "brief/b1": { title: "Brief" } },
    });
    const run = rig.start("run");
    const failing = await rig.nextAttempt();
    await failing.deliver("x", "x1", { title: "X" });
    await failing.exit(1);
    await deliverNext(rig, "b", "y", "y1", "Y");
    await deliverNext(rig, "c", "z", "z1", "Z");
    const { exitCode, stdout, stderr } = await run.ended();
    expect(exitCode).toBe(2);
    expect(executed(stderr)).toEqual(["a", "b", "c"]);
    expect(stdout).toMatch(/^a +exited +1 +\d+\.\d s +x\/x1$/m);
    expect(stdout).toMatch(/^quiescent_with_failures: 2 protocols delivered, 1 failed/m);
    expect(stdout).toContain("runa run");
    // The next run tries it again.
    const again = rig.start("run");
    await deliverNext(rig, "a", "x", "x1", "X");
    expect((await again.ended()).exitCode).toBe(0);
  });

  test("reworks what feedback reopened until the choice is settled", async () => {
    const rig = await makeRig({
      protocols: [
        {
          name: "write",
          requires: ["brief"],
          accepts: ["feedback"],
          produces: ["text"],
          trigger: "any_of(on_artifact(brief), on_artifact(feedback))",
        },
        { name: "check", requires: ["text"], choices: { verdict: ["accepted", "feedback"] } },
      ],
      artifacts: { "brief/b1": { title: "Brief" } },
    });
    const run = rig.start("run");
    await deliverNext(rig, "write", "text", "t1", "First");
    await deliverNext(rig, "check", "feedback", "f1", "Shorter");
    await deliverNext(rig, "write", "text", "t1", "Second");
    await deliverNext(rig, "check", "accepted", "a1", "Good");
    const { exitCode, stdout } = await run.ended();
    expect(exitCode).toBe(0);
    expect(stdout).toContain("choice 'verdict' of check was settled: accepted");
  });

  test("executes again what had an input changed meanwhile", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    rig.artifact("requirements/r1", { title: "Faster" });
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const second = await rig.nextAttempt();
    expect(second.prompt).toContain("Faster");
    await second.deliver("design", "d1", { title: "A faster design" });
    await second.exit(0);
    expect((await run.ended()).exitCode).toBe(0);
  });

  test("ends a review loop that never converges, as a failure that says so", async () => {
    const rig = await makeRig({
      ...draft,
      // It delivers, and changes what it was given: so it is never current.
      agent: [
        "/bin/sh",
        "-c",
        `mkdir -p .runa/workspace/design
        for name in requirements/r1 design/d1; do echo '{"title": "'$RUNA_ATTEMPT'"}' > .runa/workspace/$name.json; done`,
      ],
    });
    const { exitCode, stdout, stderr } = await rig.run("run");
    expect(exitCode).toBe(2);
    // Once, and ten times again.
    expect(executed(stderr)).toHaveLength(11);
    expect(stdout).toContain(
      "draft was reopened 10 times in this run and is READY again, which max_reopens = 10 does not allow: ",
    );
    expect(stdout).toMatch(/^quiescent_with_failures: 0 protocols delivered, 1 failed/m);
  });

  test("executes what has no outputs once, and again only when others changed what it looks at", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "look", trigger: "on_artifact(text)" },
        { name: "write", requires: ["brief"], produces: ["text"] },
      ],
      artifacts: { "brief/b1": { title: "Brief" }, "text/t0": { title: "Old" } },
    });
    // By age alone the text would be done.
    rig.remove(".runa/workspace/brief");
    await rig.run("scan");
    rig.artifact("brief/b1", { title: "Brief" });
    const run = rig.start("run");
    const looks = await rig.nextAttempt();
    expect(looks.protocol).toBe("look");
    await looks.exit(0);
    await deliverNext(rig, "write", "text", "t1", "New");
    const again = await rig.nextAttempt();
    expect(again.protocol).toBe("look");
    // What it writes itself brings it up no third time.
    await again.writeFile(".runa/workspace/text/t2.json", '{"title": "Noted"}');
    await again.exit(0);
    const { exitCode, stdout, stderr } = await run.ended();
    expect(executed(stderr)).toEqual(["look", "write", "look"]);
    expect(stdout).toMatch(/^all_complete: /m);
    expect(exitCode).toBe(0);
  });
});

describe("beside another run", () => {
  const two = {
    protocols: [
      { name: "a", requires: ["brief"], produces: ["x"] },
      { name: "b", requires: ["brief"], produces: ["y"] },
    ],
    artifacts: { "brief/b1": { title: "Brief" } },
  };

  test("a candidate that is being executed is left alone, and a failure there counts here", async () => {
    const rig = await makeRig(two);
    const here = rig.start("run");
    const a = await rig.nextAttempt();
    expect(a.protocol).toBe("a");
    const there = rig.start("run");
    const b = await rig.nextAttempt();
    expect(b.protocol).toBe("b");
    await b.exit(1);
    // Nothing is left to it but what the first holds.
    await there.says("stderr", "… waiting for a: runa pid ");
    await a.deliver("x", "x1", { title: "X" });
    await a.exit(0);
    const other = await there.ended();
    expect(other.exitCode).toBe(2);
    expect(executed(other.stderr)).toEqual(["b"]);
    const { exitCode, stdout, stderr } = await here.ended();
    expect(exitCode).toBe(2);
    expect(executed(stderr)).toEqual(["a"]);
    expect(stdout).toContain("b failed in another run");
  });
});

describe("a run that cannot go on", () => {
  test("says what is owed, why, and leaves with 3", async () => {
    const rig = await makeRig({ ...chain, artifacts: { "design/d1": { name: "no title" } } });
    const { exitCode, stdout } = await rig.run("run");
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^owed: draft +WAITING +on_artifact\(requirements\)$/m);
    expect(stdout).toMatch(/^owed: build +WAITING +on_artifact\(design\)$/m);
    expect(stdout).toMatch(/^quiescent_with_blocked_work: .*; `runa explain` says what would move each$/m);
  });

  test("a hard cycle waits, and is owed", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "hen", requires: ["egg"], produces: ["hen"] },
        { name: "egg", requires: ["hen"], produces: ["egg"] },
      ],
    });
    const { exitCode, stdout } = await rig.run("run");
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^owed: hen +WAITING +.*cycle/m);
    const dry = await rig.run("run", "--dry-run", "--json");
    expect(dry.exitCode).toBe(3);
    expect(dry.json).toMatchObject({ cycle: ["hen", "egg"], execution_plan: [] });
  });
});

describe("run --dry-run", () => {
  test("projects the cascade, downstream without context, and executes nothing", async () => {
    const rig = await makeRig(chain);
    const { exitCode, stderr, json } = await rig.run("run", "--dry-run", "--json");
    // The code speaks of today: `build` is owed and not READY.
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "" });
    expect(json?.execution_plan).toEqual([
      expect.objectContaining({ protocol: "draft", projection: "current", context: expect.anything() }),
      { protocol: "build", trigger: "on_artifact(design)", projection: "projected" },
    ]);
    const text = await rig.run("run", "--dry-run");
    expect(text.stdout).toMatch(
      /\n\n {2}1\. +draft +ready now +because design was not delivered yet\n {2}2\. +build +projected +on_artifact\(design\)\n$/,
    );
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });

  test("leaves with 0 where only READY work is owed or nothing is, and with 3 where more is", async () => {
    const rig = await makeRig(draft);
    expect((await rig.run("run", "--dry-run")).exitCode).toBe(0);
    rig.artifact("design/d1", { title: "By hand" });
    const done = await rig.run("run", "--dry-run");
    expect(done.exitCode).toBe(0);
    expect(done.stdout).toMatch(/\n\nNo READY protocols\.\n$/);
    rig.remove(".runa/workspace/design");
    rig.remove(".runa/workspace/requirements");
    expect((await rig.run("run", "--dry-run")).exitCode).toBe(3);
  });
});

describe("after kill -9 of runa", () => {
  test("the next run waits for the agent that lives on and judges it by what it delivered", async () => {
    const rig = await makeRig(chain);
    const killed = rig.start("run");
    const agent = await rig.nextAttempt();
    await killed.killed();
    const next = rig.start("run");
    await next.says("stderr", `its agent (pid ${agent.pid}) is still at work`);
    expect((await rig.state()).protocols).toMatchObject([{ name: "draft", attempt: { id: agent.id } }, {}]);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    await deliverNext(rig, "build", "code", "c1", "Code");
    const { exitCode, stderr } = await next.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^✓ draft .*; its runa had died, so its exit code is unknown\)$/m);
    expect(stderr.match(/died/g)).toHaveLength(stderr.includes("still at work") ? 2 : 1);
    expect(executed(stderr)).toEqual(["build"]);
  });

  test("an agent that died too, its work undone, is abandoned and tried again", async () => {
    const rig = await makeRig(draft);
    const killed = rig.start("run");
    const agent = await rig.nextAttempt();
    await killed.killed();
    await agent.kill("SIGKILL");
    // Nobody executes it any more, though nobody has ended it yet.
    const [entry] = (await rig.state()).protocols;
    expect(entry).toMatchObject({ name: "draft", status: "ready" });
    expect(entry?.attempt).toBeUndefined();
    const next = rig.start("run");
    await deliverNext(rig, "draft", "design", "d1", "A design");
    const { exitCode, stderr } = await next.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("draft: its runa had died; abandoned");
  });

  test("an agent that had delivered everything is not made to do it again", async () => {
    const rig = await makeRig(draft);
    const killed = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    await killed.killed();
    await agent.exit(0);
    const { exitCode, stdout, stderr } = await rig.run("run");
    expect(exitCode).toBe(0);
    expect(executed(stderr)).toEqual([]);
    expect(stderr).toMatch(/^✓ draft .*; its runa had died, so its exit code is unknown\)$/m);
    expect(stderr.match(/died/g)).toHaveLength(stderr.includes("still at work") ? 2 : 1);
    expect(stdout).toMatch(/^all_complete: /m);
  });
});
