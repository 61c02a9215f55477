import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench, SERVER } from "./bench.ts";

const bench = new Bench();
beforeAll(() => bench.prepare());
afterAll(() => bench.dispose());

const PLAIN = { RUNA_WORKING_DIR: "/srv/$HOME ${HOME}", RUNA_ATTEMPT: "0199-1" };
/** The same for a CLI that fills in variables. */
const FILLED = {
  RUNA_WORKING_DIR: "/srv/${RUNA_NO_SUCH_VARIABLE:-$}HOME ${RUNA_NO_SUCH_VARIABLE:-$}{HOME}",
  RUNA_ATTEMPT: "0199-1",
};

async function started(name: string, executable: string, extra: readonly string[] = [], env = {}) {
  bench.install(executable);
  const ended = await bench.run([name, ...(extra.length === 0 ? [] : ["--", ...extra])], { env });
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  if (ended.note === undefined) throw new Error(`${executable} was not started`);
  expect(ended.note.stdin).toBe("# draft\n");
  return ended.note;
}

describe("claude-code", () => {
  test("command line and environment", async () => {
    const { argv, added, files } = await started("claude-code", "claude", ["--model", "opus", "--", "x"]);
    expect(argv).toEqual([
      "-p",
      "--mcp-config",
      JSON.stringify({
        mcpServers: { runa: { command: SERVER.command, args: SERVER.args, env: FILLED, alwaysLoad: true } },
      }),
      "--strict-mcp-config",
      "--allowedTools",
      "mcp__runa__*",
      "--output-format",
      "stream-json",
      "--verbose",
      "--model",
      "opus",
      "--",
      "x",
    ]);
    expect(added).toEqual({
      MCP_CONNECTION_NONBLOCKING: "0",
      MCP_CONNECT_TIMEOUT_MS: "60000",
      DISABLE_AUTOUPDATER: "1",
    });
    expect(files).toEqual({});
  });

  test("what the operator has set stays", async () => {
    const { added } = await started("claude-code", "claude", [], {
      MCP_CONNECT_TIMEOUT_MS: "90000",
      DISABLE_AUTOUPDATER: "0",
    });
    expect(added).toEqual({ MCP_CONNECTION_NONBLOCKING: "0" });
  });
});

test("codex: command line and environment", async () => {
  const { argv, added, files } = await started("codex", "codex", ["--sandbox", "workspace-write"]);
  expect(argv).toEqual([
    "exec",
    "--json",
    "--skip-git-repo-check",
    "-c",
    'mcp_servers.runa={ command = "/opt/runa-mcp", args = ["--protocol", "draft", "--work-unit", "a \\"b\\" \\\\ ünit"], ' +
      'env = { RUNA_WORKING_DIR = "/srv/$HOME ${HOME}", RUNA_ATTEMPT = "0199-1" }, default_tools_approval_mode = "approve", ' +
      "required = true, startup_timeout_sec = 60 }",
    "-",
    "--sandbox",
    "workspace-write",
  ]);
  expect(added).toEqual({});
  expect(files).toEqual({});
});

test("qwen: command line and environment", async () => {
  const { argv, added, files } = await started("qwen", "qwen", ["-m", "coder"]);
  expect(argv).toEqual([
    "--mcp-config",
    JSON.stringify({ mcpServers: { runa: { command: SERVER.command, args: SERVER.args, env: PLAIN } } }),
    "--allowed-mcp-server-names",
    "runa",
    "--allowed-tools",
    "mcp__runa__*",
    "--exclude-tools",
    "tool_search",
    "--output-format",
    "stream-json",
    "-m",
    "coder",
  ]);
  expect(added).toEqual({});
  expect(files).toEqual({});
});

test("copilot: command line, and a private directory for what it used", async () => {
  const { argv, added, files } = await started("copilot", "copilot", ["--allow-tool=write"]);
  const [directory = ""] = Object.keys(files);
  expect(directory).toMatch(/^runa-agent-\d+-\d+-\w{6}\/$/);
  expect(files).toEqual({ [directory]: "700" });
  expect(argv).toEqual([
    "--additional-mcp-config",
    JSON.stringify({
      mcpServers: { runa: { type: "local", tools: ["*"], command: SERVER.command, args: SERVER.args, env: FILLED } },
    }),
    "--disable-builtin-mcps",
    "--allow-tool=runa",
    "--no-ask-user",
    "--no-auto-update",
    "--output-format=json",
    `--usage-output-file=${bench.temporary}/${directory}usage.json`,
    "--allow-tool=write",
  ]);
  expect(added).toEqual({});
});

describe("opencode", () => {
  const denied = {
    "*": "deny",
    edit: "deny",
    bash: "deny",
    task: "deny",
    webfetch: "deny",
    websearch: "deny",
    codesearch: "deny",
    external_directory: "deny",
    read: { "*": "allow", "*.env": "deny", "*.env.*": "deny", "*.env.example": "allow" },
    glob: "allow",
    grep: "allow",
    list: "allow",
    lsp: "allow",
    skill: "allow",
    todowrite: "allow",
    todoread: "allow",
    "runa_*": "allow",
  };
  const runa = {
    type: "local",
    command: [SERVER.command, ...SERVER.args],
    environment: PLAIN,
    enabled: true,
    timeout: 60_000,
  };

  test("command line and environment", async () => {
    const { argv, added, files } = await started("opencode", "opencode", ["-m", "a/b"]);
    expect(argv).toEqual(["run", "--format", "json", "-m", "a/b"]);
    const { OPENCODE_CONFIG_CONTENT: content = "", ...rest } = added;
    expect(JSON.parse(content)).toEqual({ permission: denied, mcp: { runa } });
    expect(rest).toEqual({ OPENCODE_DISABLE_AUTOUPDATE: "1" });
    expect(files).toEqual({});
  });

  test("with --auto nothing is denied, so that it can be approved", async () => {
    const { added } = await started("opencode", "opencode", ["--auto"]);
    const { permission } = JSON.parse(added.OPENCODE_CONFIG_CONTENT ?? "");
    expect(JSON.stringify(permission)).not.toContain("deny");
    expect(permission.bash).toBe("ask");
  });

  test("what the operator hands over in the same way stays", async () => {
    const { added } = await started("opencode", "opencode", [], {
      OPENCODE_CONFIG_CONTENT:
        '{ "model": "a/b", // mine\n "permission": { "bash": "allow", }, "mcp": { "runa": 1, "other": { "type": "remote" } } }',
    });
    expect(JSON.parse(added.OPENCODE_CONFIG_CONTENT ?? "")).toEqual({
      model: "a/b",
      permission: { bash: "allow", "runa_*": "allow" },
      mcp: { runa, other: { type: "remote" } },
    });
  });

  test("a configuration that cannot be read is said so", async () => {
    bench.install("opencode");
    const ended = await bench.run(["opencode"], { env: { OPENCODE_CONFIG_CONTENT: "{" } });
    expect(ended.stderr).toBe("error: OPENCODE_CONFIG_CONTENT is set and is no JSON object: mend or unset it\n");
    expect(ended.code).toBe(1);
    expect(ended.note).toBeUndefined();
  });
});
