import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draft, units } from "./rig/examples.ts";
import { makeRig } from "./rig/rig.ts";

const DESIGN = `mkdir -p .runa/workspace/design; echo '{"title": "A design"}' > .runa/workspace/design/d1.json`;
const shell = (script: string) => ["/bin/sh", "-c", script];

describe("an attempt that reaches a limit is ended as timed_out", () => {
  test.each([
    { settings: 'timeout = "300ms"', said: "it ran for 300 ms, its timeout" },
    { settings: 'idle_timeout = "300ms"', said: "no output and no tool call for 300 ms, its idle_timeout" },
  ])("$settings", async ({ settings, said }) => {
    const rig = await makeRig({ ...draft, agent: ["sleep", "60"], settings });
    const begin = performance.now();
    const { exitCode, stderr } = await rig.run("step");
    expect(performance.now() - begin).toBeGreaterThan(300);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`timed_out: ${said}`);
    expect(rig.living()).toEqual([]);
  });

  test("though everything was delivered", async () => {
    const settings = 'output_limit = "1kB"\ntranscript = true';
    const rig = await makeRig({ ...draft, agent: shell(`${DESIGN}; seq 1000; sleep 60`), settings });
    const { exitCode, stderr } = await rig.run("step");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("timed_out: it wrote more than 0.001 MB of output, its output_limit");
    expect(stderr).toContain("everything it owes had been delivered all the same");
    expect(rig.artifacts()).toContain("design/d1");
    const [ended] = await rig.events("attempt_ended");
    expect(ended?.body).toMatchObject({ outcome: "timed_out", delivered: [{ instance_id: "d1" }] });
  });

  test("by what its protocol's own table says, which comes before [agent]", async () => {
    const config = '[protocols.draft]\ntimeout = "200ms"';
    const rig = await makeRig({ ...draft, agent: ["sleep", "60"], config, settings: 'timeout = "2h"' });
    expect((await rig.run("step")).stderr).toContain("timed_out: it ran for 200 ms");
  });
});

describe("settle", () => {
  test("ends an agent that has delivered everything and is silent, as delivered", async () => {
    const settings = 'settle = "200ms"';
    const rig = await makeRig({ ...draft, agent: shell(`${DESIGN}; sleep 60`), settings });
    const { exitCode, stderr } = await rig.run("step");
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/✓ draft .* design\/d1 \(everything it owes was delivered; it was silent after that/);
    expect(rig.living()).toEqual([]);
  });

  test("hears of a file that was written in silence", async () => {
    const rig = await makeRig({ ...draft, agent: shell(`sleep 1; ${DESIGN}; sleep 60`), settings: 'settle = "200ms"' });
    const { exitCode, stderr } = await rig.run("step");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("it was silent after that and was ended");
  });

  test("says what its outputs come to when it spoils them while it is ended", async () => {
    const spoil = "echo '{}' > .runa/workspace/design/d1.json; trap - TERM; kill $$";
    const script = `trap "${spoil.replaceAll("$", "\\$")}" TERM; ${DESIGN}; while :; do sleep 0.1; done`;
    const rig = await makeRig({ ...draft, agent: shell(script), settings: 'settle = "200ms"' });
    const { exitCode, stderr } = await rig.run("step");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("invalid_output: 1 output not valid");
    expect(stderr).not.toContain("signalled");
  });

  test("leaves one alone that still owes something", async () => {
    const rig = await makeRig({ ...draft, agent: ["sleep", "60"], settings: 'settle = "100ms"\ntimeout = "1s"' });
    const { exitCode, stderr } = await rig.run("step");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("timed_out: it ran for 1 s, its timeout");
  });
});

test("what an agent started has the grace as well when the agent itself ends at once", async () => {
  // Prints more than it may as soon as it is prepared for the signal.
  const child = `
    const { appendFileSync } = require("node:fs");
    const mend = () => { appendFileSync("terms", "mended"); process.exit(); };
    process.on("SIGTERM", () => { appendFileSync("terms", "term "); setTimeout(mend, 700); });
    console.log("x".repeat(2000));
    setInterval(() => {}, 1000);`;
  const agent = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" });
    setInterval(() => {}, 1000);`;
  const settings = 'transcript = true\noutput_limit = "1kB"';
  const rig = await makeRig({ ...draft, agent: [process.execPath, "-e", agent], settings });
  const { exitCode, stderr } = await rig.run("step");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("timed_out");
  expect(stderr).not.toContain("which it had left");
  expect(rig.read("terms")).toBe("term mended");
});

test("with a transcript, output goes into files of this user's only, and is shown", async () => {
  const script = `printf 'to %s\\n' out; printf 'to %s\\n' err >&2; printf 'no end'; ${DESIGN}`;
  const rig = await makeRig({ ...draft, agent: shell(script), settings: "transcript = true" });
  const { stdout, stderr } = await rig.run("step");
  const [ended] = await rig.events("attempt_ended");
  const directory = `.runa/store/attempts/${ended?.attempt}`;
  expect(rig.read(`${directory}/stdout.log`)).toBe("to out\nno end");
  expect(rig.read(`${directory}/stderr.log`)).toBe("to err\n");
  for (const file of ["stdout.log", "stderr.log", "prompt.md"])
    expect(statSync(join(rig.project, directory, file)).mode & 0o777).toBe(0o600);
  expect(stdout.startsWith("to out\nno end")).toBe(true);
  expect(stderr).toContain("▶ draft\nto err\n✓ draft");
});

describe("env", () => {
  const env = { SECRET: "s", WANTED: "w", LANG: "C.UTF-8" };
  const agent = shell("env > seen");
  const namesIn = (text: string) => text.split("\n").flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);

  test("a list: those, what every program may expect, and runa's own", async () => {
    const rig = await makeRig({ ...draft, agent, settings: 'env = ["WANTED", "NOT_SET"]' });
    await rig.run("step", { env });
    // PWD and such are the shell's own.
    const names = namesIn(rig.read("seen")).filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name));
    const runa = ["RUNA_ATTEMPT", "RUNA_MCP_CONFIG", "RUNA_PROTOCOL", "RUNA_USAGE"];
    expect(names.sort()).toEqual(["HOME", "LANG", "PATH", ...runa, "WANTED"]);
  });

  test("inherit, when it says nothing", async () => {
    const rig = await makeRig({ ...draft, agent });
    await rig.run("step", { env });
    expect(namesIn(rig.read("seen"))).toEqual(expect.arrayContaining(["SECRET", "WANTED", "NO_COLOR"]));
  });

  test("an agent is told its protocol, and its work unit where it has one, whatever runa itself was told", async () => {
    const outside = { RUNA_PROTOCOL: "other", RUNA_WORK_UNIT: "other" };
    const rig = await makeRig({ ...draft, agent });
    await rig.run("step", { env: outside });
    expect(rig.read("seen")).toMatch(/^RUNA_PROTOCOL=draft$/m);
    expect(namesIn(rig.read("seen"))).not.toContain("RUNA_WORK_UNIT");
    const scoped = await makeRig({ ...units, agent });
    await scoped.run("step", "--work-unit", "checkout", { env: outside });
    expect(scoped.read("seen")).toMatch(/^RUNA_PROTOCOL=implement$/m);
    expect(scoped.read("seen")).toMatch(/^RUNA_WORK_UNIT=checkout$/m);
  });
});
