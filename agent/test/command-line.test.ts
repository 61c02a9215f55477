import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage } from "./stage.ts";

const stage = new Stage();
beforeAll(() => stage.prepare());
afterAll(() => stage.dispose());

/** Runs the program in this process, for what ends before any server is started. */
async function inside(argv: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const { runAgent } = await stage.load();
  const code = await runAgent(argv, { env, stdin, stdout, stderr, colorDepth: 1 });
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

describe("command line", () => {
  test.each([
    [[], "name the agent to run"],
    [["claude"], 'there is no agent "claude"; there is: rehearse, claude-code, codex, gemini, qwen, opencode, copilot'],
    [["rehearse", "--bogus"], 'Unsupported option name ("--bogus")'],
    [["rehearse", "more"], 'Extraneous positional argument ("more")'],
    [["rehearse", "--seed"], "Not enough arguments to option --seed"],
    [["rehearse", "--seed", "one"], '--seed "one" is no whole number from 0 to 9007199254740991'],
    [["rehearse", "--exit", "256"], '--exit "256" is no whole number from 0 to 255'],
    [["rehearse", "--sleep", "2"], '--sleep "2" is no duration up to 596h; write 500ms, 2s, 45m or 2h'],
    [["rehearse", "--instance-id", ""], "--instance-id must not be empty"],
  ])("wrong usage %j is told on stderr, with the usage", async (argv, message) => {
    const ended = await inside(argv);
    expect(ended.stdout).toBe("");
    expect(ended.stderr.split("\n")[0]).toBe(`error: ${message}`);
    expect(ended.stderr).toContain("runa-agent");
    expect(ended.stderr).not.toMatch(/\bat .*\.m?js:/);
    expect(ended.stderr).not.toContain("#0");
    expect(ended.code).toBe(1);
  });
});

describe("environment", () => {
  test.each([
    [undefined, "RUNA_MCP_CONFIG is not set."],
    ["{", "RUNA_MCP_CONFIG is not JSON."],
    ["[]", 'RUNA_MCP_CONFIG has no "command" to start.'],
    ['{"command":"x","args":"y"}', 'RUNA_MCP_CONFIG: "args" must be a list of strings.'],
    ['{"command":"x","env":{"A":1}}', 'RUNA_MCP_CONFIG: "env" must be an object of strings.'],
  ])("RUNA_MCP_CONFIG=%s", async (config, message) => {
    const ended = await inside(["rehearse"], { RUNA_MCP_CONFIG: config });
    expect(ended.stderr.split("\n")).toEqual([
      `error: ${message} runa-agent is meant to be started by runa: put command = ["runa-agent", "rehearse"] under [agent] in .runa/config.toml, then \`runa run\``,
      "",
    ]);
    expect(ended.code).toBe(1);
  });
});
