import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench, type Plan, runs, SERVER } from "./bench.ts";

const bench = new Bench();
beforeAll(async () => {
  await bench.prepare();
  for (const executable of ["claude", "codex", "gemini", "qwen", "opencode", "copilot"]) bench.install(executable);
});
afterAll(() => bench.dispose());

const init = (status: string) =>
  JSON.stringify({ type: "system", subtype: "init", mcp_servers: [{ name: "runa", status }] });
const state = (status: string, more = {}) =>
  JSON.stringify({ type: "session.mcp_server_status_changed", data: { serverName: "runa", status, ...more } });
const answer = (entry: object) => JSON.stringify({ id: 2, result: { data: [{ name: "runa", ...entry }] } });
const ESC = "\u001b[31m";

/** One CLI, how it is asked, and what it prints when it has started the server and when it could not. */
interface Case {
  readonly name: string;
  readonly executable: string;
  readonly title: string;
  readonly tested: string;
  readonly silent?: boolean;
  readonly asked: readonly string[];
  readonly stdin: string;
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly why: string;
}

const CLIS: readonly Case[] = [
  {
    name: "claude-code",
    executable: "claude",
    title: "Claude Code",
    tested: "2.1.197, 2.1.328",
    asked: ["-p", "--mcp-config"],
    stdin: "/clear",
    good: [init("connected")],
    bad: [init("failed")],
    why: "failed",
  },
  {
    name: "codex",
    executable: "codex",
    title: "Codex CLI",
    tested: "0.169.0",
    asked: ["app-server", "-c"],
    stdin: "",
    good: ["{}", '{"id":1,"result":{}}', answer({ serverInfo: { name: "runa-mcp" } })],
    bad: [answer({ serverInfo: null })],
    why: "not connected",
  },
  {
    name: "gemini",
    executable: "gemini",
    title: "Gemini CLI",
    tested: "0.61.0",
    asked: ["mcp", "list"],
    stdin: "",
    good: ["Configured MCP servers:", "", `${ESC}✓\u001b[0m runa: /opt/runa-mcp --protocol x (stdio) - Connected`],
    bad: [`${ESC}✗\u001b[0m runa: /opt/runa-mcp --protocol x (stdio) - Disconnected`],
    why: "disconnected",
  },
  {
    name: "qwen",
    executable: "qwen",
    title: "Qwen Code",
    tested: "0.15.10",
    asked: ["mcp", "list"],
    stdin: "",
    good: [`${ESC}✓\u001b[0m runa: /opt/runa-mcp --protocol x (stdio) - Connected`],
    bad: [`${ESC}✗\u001b[0m runa: /opt/runa-mcp --protocol x (stdio) - Disconnected`],
    why: "disconnected",
  },
  {
    name: "opencode",
    executable: "opencode",
    title: "OpenCode",
    tested: "1.18.33",
    silent: true,
    asked: ["mcp", "list"],
    stdin: "",
    good: ["┌  MCP Servers", "│", `●  ✓ runa \u001b[90mconnected`, "│      /opt/runa-mcp --protocol x"],
    bad: [`●  ✗ runa \u001b[90mfailed`],
    why: "failed",
  },
  {
    name: "copilot",
    executable: "copilot",
    title: "GitHub Copilot CLI",
    tested: "1.0.102",
    asked: ["--additional-mcp-config"],
    stdin: "Do nothing.",
    good: [state("pending"), state("connected")],
    bad: [state("pending"), state("failed", { error: "exited\nwith 1" })],
    why: "exited\\nwith 1",
  },
];

/** What is said of a CLI that tells nothing while it calls a tool of its own. */
const SILENT =
  "output: a call is shown when it has ended; while one runs, its silence is not idleness: let idle_timeout and settle be longer than the longest\n";

describe.each(CLIS)("$name --check", ({ name, executable, title, tested, silent, asked, stdin, good, bad, why }) => {
  const check = (plan: Plan, env = {}) =>
    bench.run([name, "--check"], { plan: { skipStdin: name === "codex", ...plan }, env });
  const found = () =>
    `${title}: ${join(bench.root, "bin", executable)}\nversion: 9.9.9 (tested: ${tested})\n${silent ? SILENT : ""}`;

  test("it starts the server, and is ended then", async () => {
    const ended = await check({ print: good, wait: true });
    expect(ended).toMatchObject({ code: 0, stdout: `${found()}server: connected\n`, stderr: "", usage: undefined });
    expect(ended.note?.argv.slice(0, asked.length)).toEqual(asked);
    expect(ended.note?.stdin).toBe(stdin);
    expect(JSON.stringify(ended.note)).toContain(SERVER.command);
    expect(readdirSync(bench.temporary)).toEqual([]);
  });

  test("it does not start the server", async () => {
    const { code, stdout, stderr } = await check({ print: bad, wait: true });
    expect(stderr).toBe(`error: ${executable} did not start the MCP server: ${why}\n`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: found() });
  });

  test("it ends without a word about the server: its last one is told", async () => {
    const { code, stderr } = await check({ print: ["hello"], complain: "no licence\n", exit: 1 });
    expect(stderr).toMatch(new RegExp(`^error: ${executable} did not start the MCP server: (no licence|hello)\n$`));
    expect(code).toBe(1);
  });

  test("without a server it is not tried", async () => {
    const { code, stdout, note } = await check({}, { RUNA_MCP_CONFIG: undefined });
    expect(stdout).toBe(`${found()}server: not tried, RUNA_MCP_CONFIG names none\n`);
    expect({ code, note }).toEqual({ code: 0, note: undefined });
  });

  test("a version that cannot be told", async () => {
    const { code, stderr } = await check({ version: "" });
    expect(stderr).toMatch(new RegExp(`^error: ${join(bench.root, "bin", executable)} --version failed: `));
    expect(code).toBe(1);
  });
});

test("what a CLI has launched is ended, too", async () => {
  const { code, note } = await bench.run(["claude-code", "--check"], {
    plan: { print: [init("connected")], wait: true, launcher: true },
  });
  expect(code).toBe(0);
  expect(note?.pid).toBeGreaterThan(0);
  expect(runs(note?.pid)).toBe(false);
});

test("not installed", async () => {
  bench.uninstall("claude");
  const { code, stdout, stderr } = await bench.run(["claude-code", "--check"]);
  expect(stderr).toBe("error: claude is not installed: npm install -g @anthropic-ai/claude-code\n");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});

test("codex is asked for its servers over JSON-RPC", async () => {
  const { note } = await bench.run(["codex", "--check"], { plan: { skipStdin: true, print: [answer({})] } });
  expect(note?.argv).toEqual(["app-server", "-c", expect.stringMatching(/^mcp_servers\.runa=\{ command = /)]);
});

test("copilot is given a model that is nowhere", async () => {
  const { note } = await bench.run(["copilot", "--check"], { plan: { print: [state("connected")] } });
  expect(note?.added).toEqual({
    COPILOT_OFFLINE: "true",
    COPILOT_PROVIDER_BASE_URL: "http://127.0.0.1:9/v1",
    COPILOT_MODEL: "none",
  });
});

test("gemini and qwen are shown the server in settings of their own", async () => {
  const print = ["✓ runa: x (stdio) - Connected"];
  const gemini = (await bench.run(["gemini", "--check"], { plan: { print } })).note;
  expect(Object.keys(gemini?.added ?? {})).toEqual(["GEMINI_CLI_HOME", "GEMINI_CLI_TRUST_WORKSPACE"]);
  const qwen = (await bench.run(["qwen", "--check"], { plan: { print } })).note;
  const file = qwen?.added.QWEN_CODE_SYSTEM_SETTINGS_PATH ?? "";
  expect(qwen?.files[file.slice(bench.temporary.length + 1)]).toMatch(/^600 \{"mcpServers":\{"runa":\{"command":/);
});
