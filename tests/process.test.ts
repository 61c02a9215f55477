import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { RUNA, RUNA_AGENT } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { within } from "./rig/within.ts";

const NODE = process.execPath;

describe("SIGUSR1 has no program listen for a debugger", () => {
  test("runa", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    run.signal("SIGUSR1");
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const { exitCode, stderr } = await run.ended();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringContaining("Debugger") });
  });

  test("runa-mcp", async () => {
    const rig = await makeRig(draft);
    const { server, program } = await rig.serve("--protocol", "draft");
    program.signal("SIGUSR1");
    expect(await server.call("design", { instance_id: "d1", title: "By hand" })).toMatchObject({ isError: false });
    expect(await server.tools()).toHaveLength(1);
    expect(program.stderr).toBe("");
  });

  test("runa-agent", async () => {
    const rig = await makeRig(draft);
    // Its server sends the signal, answers nothing and ends.
    const config = { command: "sh", args: ["-c", "kill -USR1 $PPID; echo no server >&2"] };
    const env = { RUNA_MCP_CONFIG: JSON.stringify(config) };
    const agent = rig.launch([NODE, RUNA_AGENT, "rehearse"], "runa-agent", { env });
    const { exitCode, stderr } = await agent.ended();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: the MCP server did not start: no server [^\n]*\n$/);
  });
});

describe("a hangup that was ignored when runa was started stays ignored", () => {
  /** Sends a hangup, then Ctrl-C, of which the agent's end makes nothing; what was told of them. */
  async function hungUp(rig: Rig, signal: (signal: NodeJS.Signals) => void) {
    const agent = await rig.nextAttempt();
    signal("SIGHUP");
    signal("SIGINT");
    return async () => {
      await agent.deliver("design", "d1", { title: "A design" });
      await agent.exit(0);
    };
  }

  test("by nohup", async () => {
    const rig = await makeRig(draft);
    // As shells tell a program which command they started.
    const run = rig.start("run", { env: { _: "/usr/bin/nohup" } });
    const deliver = await hungUp(rig, (signal) => run.signal(signal));
    await run.says("stderr", "SIGINT: ");
    await deliver();
    const { exitCode, stderr } = await run.ended();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringContaining("SIGHUP") });
  });

  test("by the shell that started it", async () => {
    const rig = await makeRig(draft);
    const line = `trap '' HUP; '${NODE}' '${RUNA}' run & echo $!; wait $!`;
    const shell = rig.launch(["sh", "-c", line], "runa in a shell");
    await shell.says("stdout", "\n");
    const deliver = await hungUp(rig, (signal) => process.kill(Number.parseInt(shell.stdout, 10), signal));
    await shell.says("stderr", "SIGINT: ");
    await deliver();
    const { exitCode, stderr } = await shell.ended();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringContaining("SIGHUP") });
  });
});

// `script` makes a terminal; where it is not installed there is none to lose.
describe.runIf(spawnSync("script", ["--version"]).status === 0)("a terminal that goes away does no harm", () => {
  /** Runs a command on a terminal until `meanwhile` has been done without one; the command's exit code. */
  async function onLostTerminal(rig: Rig, command: string, env: Record<string, string>, meanwhile: Meanwhile) {
    expect(spawnSync("mkfifo", ["ended"], { cwd: rig.project }).status).toBe(0);
    const line = `trap '' HUP; ${command} > out.txt; echo $? > ended`;
    const terminal = rig.launch(["script", "-qec", line, "/dev/null"], "a terminal", {
      env: { SHELL: "/bin/sh", ...env },
    });
    const finish = await meanwhile();
    await terminal.killed();
    await finish();
    return (await within(readFile(join(rig.project, "ended"), "utf8"), "its end")).trim();
  }
  type Meanwhile = () => Promise<() => Promise<void>>;

  test("to runa", async () => {
    // The agent keeps off the terminal: it is a plain Node program.
    const rig = await makeRig({ ...draft, settings: "transcript = true" });
    const code = await onLostTerminal(rig, `'${NODE}' '${RUNA}' run`, {}, async () => {
      const agent = await rig.nextAttempt();
      return async () => {
        await agent.deliver("design", "d1", { title: "A design" });
        await agent.exit(0);
      };
    });
    expect(code).toBe("0");
    expect(rig.read("out.txt")).toContain("all_complete");
  });

  test("to runa-agent", async () => {
    const rig = await makeRig(draft);
    for (const name of ["up", "go"]) spawnSync("mkfifo", [name], { cwd: rig.project });
    rig.write("bin/claude", "#!/bin/sh\necho up > up\ncat go\n");
    chmodSync(join(rig.project, "bin/claude"), 0o755);
    const env = {
      PATH: `${join(rig.project, "bin")}:${process.env.PATH}`,
      RUNA_MCP_CONFIG: JSON.stringify({ command: "true", args: [] }),
    };
    const command = `'${NODE}' '${RUNA_AGENT}' claude-code`;
    const code = await onLostTerminal(rig, command, env, async () => {
      await within(readFile(join(rig.project, "up"), "utf8"), "the agent's start");
      return () => writeFile(join(rig.project, "go"), "gone\n");
    });
    expect(code).toBe("0");
    expect(rig.read("out.txt")).toBe("gone\n");
  });
});
