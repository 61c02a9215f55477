import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { chain, draft, units } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";

const ESCAPE = "\u001b";
// What a terminal would obey or hide; line ends are runa's own.
const HIDDEN = /[^\P{C}\n]|[\u2028\u2029]/u;

describe("text", () => {
  test("has no escape codes where it does not go to a terminal", async () => {
    const rig = await makeRig(chain);
    for (const args of [
      ["state"],
      ["list"],
      ["doctor"],
      ["scan"],
      ["run", "--dry-run"],
      ["step", "--dry-run"],
      ["nope"],
    ]) {
      const { stdout, stderr } = await rig.run(...args, { env: { NO_COLOR: "", TERM: "xterm-256color" } });
      expect(stdout + stderr, args.join(" ")).not.toContain(ESCAPE);
    }
  });

  // `script` makes a terminal; where it is not installed there is none to test with.
  test.runIf(spawnSync("script", ["--version"]).status === 0)("has colours on a terminal alone", async () => {
    const rig = await makeRig({ ...draft, agent: ["/bin/false"] });
    const onTerminal = async (line: string, noColor: string) => {
      const runa = `'${process.execPath}' '${RUNA}' ${line}`;
      const env = { TERM: "xterm-256color", NO_COLOR: noColor };
      return (await rig.launch(["script", "-qec", runa, "/dev/null"], `${runa} on a terminal`, { env }).ended()).stdout;
    };
    expect(await onTerminal("state", "")).toContain(`${ESCAPE}[32mREADY`);
    const plain = await onTerminal("state", "1");
    expect(plain).toContain("READY");
    expect(plain).not.toContain(ESCAPE);
    // Each stream for itself: here only stderr is a terminal.
    expect(await onTerminal("run > out.txt", "")).toContain(`${ESCAPE}[31m✗`);
    expect(rig.read("out.txt")).toContain("quiescent_with_failures");
    expect(rig.read("out.txt")).not.toContain(ESCAPE);
  });

  test("groups state as READY, BLOCKED, WAITING, each with what there is to say", async () => {
    const rig = await makeRig({
      protocols: [
        { name: "later", requires: ["plan"], produces: ["report"] },
        { name: "stuck", requires: ["budget"], produces: ["plan"], trigger: "on_artifact(brief)" },
        { name: "now", requires: ["brief"], accepts: ["hint"], produces: ["sketch"] },
      ],
      artifacts: { "brief/b1": { title: "Brief" }, "hint/h1": { title: "Hint" }, "budget/b1": { sum: 5 } },
    });
    const { stdout } = await rig.run("state");
    expect(stdout).toBe(
      [
        "test-methodology  unscoped: 1 READY, 1 BLOCKED, 1 WAITING",
        "warning: budget/b1 is invalid; `runa doctor` says why",
        "",
        "READY",
        "  now",
        "    because   sketch was not delivered yet",
        "    trigger   on_artifact(brief)",
        "    requires  brief/b1",
        "    accepts   hint/h1",
        "",
        "BLOCKED",
        "  stuck",
        "    requires  budget (invalid)",
        "",
        "WAITING",
        "  later",
        "    trigger    on_artifact(plan)",
        "    waits for  on_artifact(plan): no valid instances of artifact type 'plan' exist",
        "",
      ].join("\n"),
    );
  });
});

describe("control, bidirectional and zero-width characters", () => {
  test("in names and texts of artifacts are made visible", async () => {
    const rig = await makeRig({
      ...units,
      artifacts: {
        [`task/a${ESCAPE}[31mb`]: { title: "A task", work_unit: "pay\u202eyap" },
        "task/wrong": { title: 5, [`evil${ESCAPE}[2J\u200b`]: 1, work_unit: "pay\u202eyap" },
      },
      protocols: [...units.protocols, { name: "plan", trigger: "on_artifact(task)", requires: ["task"] }],
    });
    const seen: string[] = [];
    for (const args of [
      ["scan"],
      ["state"],
      ["state", "--work-unit", "pay\u202eyap"],
      ["state", "--work-unit", "pay\u202eyab"],
      ["doctor"],
      ["list"],
      ["step", "--dry-run"],
      ["run", "--dry-run", "--work-unit", "pay\u202eyap"],
    ]) {
      const { stdout, stderr } = await rig.run(...args);
      expect(stdout + stderr, JSON.stringify(args)).not.toMatch(HIDDEN);
      seen.push(stdout + stderr);
    }
    const all = seen.join("");
    expect(all).toContain("a\\u{1b}[31mb");
    expect(all).toContain("pay\\u{202e}yap");
    expect(all).toContain("evil\\u001b[2J\\u{200b}");
  });

  test("in what a live run shows of its work are made visible, and in the prompt", async () => {
    const name = `requirements/a${ESCAPE}]0;b`;
    const rig = await makeRig({ ...draft, artifacts: { [name]: { title: `Fast${ESCAPE}[8m\u2066` } } });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    expect(agent.prompt).toContain("requirements: a\\u{1b}]0;b");
    expect(agent.prompt).toContain("Fast\\u{1b}[8m\\u{2066}");
    expect(agent.prompt).not.toMatch(HIDDEN);
    expect(await agent.call("design", { instance_id: `x${ESCAPE}[2J\u202e`, title: "T" })).toMatchObject({
      isError: true,
    });
    await agent.writeFile(`.runa/workspace/design/c${ESCAPE}c.json`, '{"title": ""}');
    await agent.exit(0);
    const { exitCode, stdout, stderr } = await run.ended();
    expect(exitCode).toBe(2);
    expect(stdout + stderr).not.toMatch(HIDDEN);
    expect(stderr).toContain("design/c\\u{1b}c");
  });
});

describe("a running attempt", () => {
  test("is shown by state, as text and as JSON, until it has ended", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    const [entry] = (await rig.state()).protocols;
    expect(entry?.attempt).toEqual({ id: agent.id, pid: agent.pid, started: expect.any(String) });
    const started = entry?.attempt?.started ?? "";
    expect(Math.abs(Date.now() - Date.parse(started))).toBeLessThan(60_000);
    const { stdout } = await rig.run("state");
    expect(stdout).toMatch(/: 1 RUNNING, 0 READY, 0 BLOCKED, 0 WAITING\n\nRUNNING\n/);
    expect(stdout).not.toMatch(/^READY/m);
    // In the log's form: the local time, without its fraction.
    const [, shown = ""] = /^ {2}draft {2}running since (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$/m.exec(stdout) ?? [];
    expect(Date.parse(shown)).toBe(Math.floor(Date.parse(started) / 1000) * 1000);
    await agent.exit(1);
    await step.ended();
    expect((await rig.state()).protocols[0]?.attempt).toBeUndefined();
  });
});

describe("--json", () => {
  test("prints one document and nothing else, whatever there is to warn of", async () => {
    const rig = await makeRig(chain);
    rig.writeUndecodable(".runa/workspace/requirements");
    for (const args of [["state"], ["step", "--dry-run"], ["run", "--dry-run"]]) {
      const { stdout, stderr, json } = await rig.run(...args, "--json");
      expect(json?.scan_warnings).toEqual([expect.stringContaining("'requirements' is partially scanned")]);
      expect(json?.protocols[0]).toMatchObject({
        name: "draft",
        status: "blocked",
        precondition_failures: [{ artifact_type: "requirements", reason: "scan_incomplete" }],
      });
      expect(stdout).toMatch(/^\{\n[\s\S]*\n\}\n$/);
      expect(stderr).toContain("WARN");
    }
    const text = await rig.run("state");
    expect(text.stdout).toContain("warning:");
    expect(text.stdout).toContain("partially scanned");
  });
});
