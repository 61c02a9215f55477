import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench } from "./bench.ts";

const bench = new Bench();
beforeAll(() => bench.prepare());
afterAll(() => bench.dispose());

test("--help lists every agent", async () => {
  const { stdout, code } = await bench.run(["--help"]);
  for (const name of ["rehearse", "claude-code", "codex", "gemini", "qwen", "opencode", "copilot"])
    expect(stdout).toContain(`runa-agent ${name} `);
  expect(code).toBe(0);
});

test.each([
  ["claude-code", "claude -p --mcp-config "],
  ["codex", "codex exec --json --skip-git-repo-check -c 'mcp_servers.runa={ command = "],
  ["gemini", "GEMINI_CLI_HOME=PRIVATE gemini --skip-trust "],
  ["qwen", "qwen --mcp-config '{"],
  ["opencode", " opencode run --format json"],
  ["copilot", "copilot --additional-mcp-config '{"],
])("%s --help shows what it runs", async (name, command) => {
  const { stdout, code } = await bench.run([name, "--help"]);
  expect(stdout).toContain(command);
  expect(stdout).toContain(`command = ["runa-agent", "${name}"]`);
  expect(stdout).toContain("--check");
  expect(code).toBe(0);
});

test("what the user has is not looked at unless the agent is started", async () => {
  bench.write(".gemini/settings.json", "{ nonsense");
  expect(await bench.run(["gemini", "--help"])).toMatchObject({ code: 0, stderr: "" });
});
