import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PROGRAMS } from "./programs.ts";
import { draft, units } from "./rig/examples.ts";
import { makeRig } from "./rig/rig.ts";

const AGENTS = ["claude-code", "codex", "gemini", "qwen", "opencode", "copilot", "rehearse"];

describe("init --agent", () => {
  test.each(AGENTS)("%s: writes the agent's command, which runa-agent knows", async (agent) => {
    const rig = await makeRig({ ...draft, agent: null });
    expect((await rig.run("init", "--methodology", rig.methodology, "--agent", agent)).exitCode).toBe(0);
    const config = readFileSync(join(rig.project, ".runa/config.toml"), "utf8");
    expect(config).toContain(`[agent]\ncommand = ["runa-agent", "${agent}"]\n`);
    expect(execFileSync(process.execPath, [PROGRAMS["runa-agent"], agent, "--help"], { encoding: "utf8" })).toContain(
      agent,
    );
  });

  test("keeps what is in the agent's table, and changes the command that is there", async () => {
    const rig = await makeRig({ ...draft, agent: null });
    const methodology = `methodology_path = "${rig.methodology}/manifest.toml"`;
    rig.write(
      ".runa/config.toml",
      `${methodology}\n\n[agent] # ours\n# the one we like\n\n[logging]\nfilter = "warn"\n`,
    );
    await rig.run("init", "--methodology", rig.methodology, "--agent", "codex");
    const kept = `[agent] # ours\ncommand = ["runa-agent", "codex"]\n# the one we like\n\n[logging]\nfilter = "warn"\n`;
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
    expect(stdout).toMatch(/ok +handshake \(2025-11-25 and before\): 1 tool\n +ok +2026-07-28: 1 tool\n/);
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
