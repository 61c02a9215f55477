import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draft, units } from "./rig/examples.ts";
import { RUNA_AGENT } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";

const AGENTS = ["claude-code", "codex", "gemini", "qwen", "opencode", "copilot", "rehearse"];

describe("init --agent", () => {
  test.each(AGENTS)("%s: writes the agent's command, which runa-agent knows", async (agent) => {
    const rig = await makeRig({ ...draft, agent: null });
    expect((await rig.run("init", "--methodology", rig.methodology, "--agent", agent)).exitCode).toBe(0);
    const config = readFileSync(join(rig.project, ".runa/config.toml"), "utf8");
    expect(config).toContain(`[agent]\ncommand = ["runa-agent", "${agent}"]\n`);
    const help = await rig.launch([process.execPath, RUNA_AGENT, agent, "--help"], "runa-agent --help").ended();
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain(agent);
  });

  test("keeps what is in the agent's table, and changes the command that is there", async () => {
    const rig = await makeRig({ ...draft, agent: null });
    const methodology = `methodology_path = "${rig.methodology}/manifest.toml"`;
    rig.write(
      ".runa/config.toml",
      `${methodology}\n\n[agent] # ours\n# the one we like\n\n[logging]\nfilter = "warn"\n`,
    );
    await rig.run("init", "--methodology", rig.methodology, "--agent", "codex");
    const transcript =
      "transcript = true # what it prints is kept with each attempt and shown from there; false: printed to the terminal only";
    const kept = `[agent] # ours\ncommand = ["runa-agent", "codex"]\n${transcript}\n# the one we like\n\n[logging]\nfilter = "warn"\n`;
    expect(readFileSync(join(rig.project, ".runa/config.toml"), "utf8")).toBe(`${methodology}\n\n${kept}`);
    await rig.run("init", "--methodology", rig.methodology, "--agent", "gemini");
    expect(readFileSync(join(rig.project, ".runa/config.toml"), "utf8")).toBe(
      `${methodology}\n\n${kept.replace("codex", "gemini")}`,
    );
  });

  test("of an agent that there is not is wrong usage, and changes nothing", async () => {
    const rig = await makeRig(draft);
    const before = readFileSync(join(rig.project, ".runa/config.toml"), "utf8");
    const { exitCode, stderr } = await rig.run("init", "--methodology", rig.methodology, "--agent", "claud-code");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: unknown agent 'claud-code' — did you mean 'claude-code'\?/);
    expect(readFileSync(join(rig.project, ".runa/config.toml"), "utf8")).toBe(before);
  });

  test("the rehearsal agent is found beside runa, also where it is not on the PATH", async () => {
    const rig = await makeRig({ ...draft, agent: null });
    await rig.run("init", "--methodology", rig.methodology, "--agent", "rehearse");
    expect((await rig.run("run")).exitCode).toBe(0);
  });
});

describe("doctor --mcp", () => {
  test("lists the tools of a protocol's server for clients of both eras, and delivers nothing", async () => {
    const rig = await makeRig(draft);
    const { exitCode, stdout, stderr } = await rig.run("doctor", "--mcp", "draft");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /ok +MCP 2025-11-25 and before \(with a handshake\): 1 tool\n +ok +MCP 2026-07-28 \(without\): 1 tool\n/,
    );
    expect(stdout).toContain('"instance_id"');
    expect((await rig.state()).protocols).toMatchObject([{ name: "draft", status: "ready" }]);
  });

  test("starts the server of a scoped protocol with a work unit", async () => {
    const rig = await makeRig(units);
    const { exitCode, stdout } = await rig.run("doctor", "--mcp");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("MCP server of");
  });

  test("of a protocol that there is not is an error", async () => {
    const rig = await makeRig(draft);
    const { exitCode, stderr } = await rig.run("doctor", "--mcp", "nobody");
    expect(exitCode).toBe(1);
    expect(stderr).toBe("error: the methodology has no protocol 'nobody': it has draft\n");
  });
});

describe("doctor --agent", () => {
  test("says that the configured agent is not installed, and how to install it", async () => {
    const rig = await makeRig({ ...draft, agent: ["runa-agent", "codex"] });
    const { exitCode, stdout } = await rig.run("doctor", "--agent", {
      env: { PATH: `${join(process.execPath, "..")}:/bin:/usr/bin` },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("npm install -g @openai/codex");
  });

  test("of any other command says whether it can be started", async () => {
    const rig = await makeRig({ ...draft, agent: ["sh", "-c", "true"] });
    const found = await rig.run("doctor", "--agent");
    expect(found.exitCode).toBe(0);
    expect(found.stdout).toMatch(/^Agent sh {2}ok\n {2}installed: \/.*\/sh\n/);
    const missing = await makeRig({ ...draft, agent: ["./no-such-agent"] });
    const { exitCode, stdout } = await missing.run("doctor", "--agent");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Agent \.\/no-such-agent {2}problem\n {2}not found: /);
  });

  test("checks each agent that a protocol is bound to", async () => {
    const rig = await makeRig({
      ...draft,
      agent: ["sh"],
      config: '[agents.other]\ncommand = ["cat"]\n[protocols.draft]\nagent = "other"\n',
    });
    const { stdout } = await rig.run("doctor", "--agent");
    expect(stdout).toMatch(/^Agent cat {2}ok\n {2}installed: /);
  });

  test("says which protocols an agent executes, and which no agent does", async () => {
    const rig = await makeRig({
      ...draft,
      protocols: ["a", "b", "c"].map((name) => ({ name, requires: ["requirements"], produces: [`of-${name}`] })),
      agent: null,
      config: '[agents.other]\ncommand = ["cat"]\n[protocols.a]\nagent = "other"\n[protocols.b]\ncommand = ["cat"]\n',
    });
    const { exitCode, stdout } = await rig.run("doctor", "--agent");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("\n  executes: a, b, as [agents.other] and [protocols.b] of the config says\n");
    expect(stdout).toMatch(/^problem {2}without an agent: c; put \[agent\] command = /m);
    const run = await rig.run("run");
    expect(run.stderr).toContain("error: protocol 'c' is to be executed and has no agent: put [agent] command");
  });

  test("NAME is one of the config's before one of runa-agent's", async () => {
    const config = '[agents.codex]\ncommand = ["cat"]\n[protocols.draft]\nagent = "codex"\n';
    const rig = await makeRig({ ...draft, agent: ["sh"], config });
    const named = await rig.run("doctor", "--agent", "codex");
    expect(named.exitCode).toBe(0);
    expect(named.stdout).toMatch(/^Agent codex \(\[agents\.codex\]\) {2}ok\n {2}installed: \S+\n {2}executes: draft\n/);
    const adapter = await rig.run("doctor", "--agent", "rehearse");
    expect(adapter.stdout).toMatch(/^Agent rehearse {2}ok\n/);
    expect(adapter.stdout).toContain("\n  executes: no protocol\n");
  });

  test("NAME that neither knows is one line with both kinds", async () => {
    const rig = await makeRig({ ...draft, config: '[agents.reviewer]\ncommand = ["cat"]\n' });
    const { exitCode, stdout, stderr } = await rig.run("doctor", "--agent", "reviever");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe(
      `error: there is no agent 'reviever' — did you mean 'reviewer'?: the config has reviewer, and runa-agent has ${AGENTS.join(", ")}\n`,
    );
  });

  test("of a command that may not be executed says how it may be", async () => {
    const rig = await makeRig({ ...draft, agent: ["./my-agent"] });
    rig.write("my-agent", "#!/bin/sh\n");
    const { exitCode, stdout } = await rig.run("doctor", "--agent");
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`\n  not executable: chmod +x ${rig.project}/my-agent\n`);
  });

  test("without any agent says what to do", async () => {
    const rig = await makeRig({ ...draft, agent: null });
    const { exitCode, stderr } = await rig.run("doctor", "--agent");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: no agent is configured: put \[agent\] command = /);
  });
});

test("doctor --verbose says which validator judges each type", async () => {
  const rig = await makeRig({
    ...draft,
    schemas: { design: { unevaluatedProperties: false, properties: { title: true } } },
  });
  const { stdout } = await rig.run("doctor", "--verbose");
  expect(stdout).toContain("design: hyperjump, because of unevaluatedProperties at /unevaluatedProperties");
});
