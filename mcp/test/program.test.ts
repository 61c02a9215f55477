import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientOfOld } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportOfOld } from "@modelcontextprotocol/sdk/client/stdio.js";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "runa-mcp-"));
const program = join(directory, "main.mjs");
const log = join(directory, "log");

beforeAll(async () => {
  await build({
    entryPoints: [here("../src/main.ts")],
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    define: { RUNA_VERSION: '"1.2.3"' },
    alias: {
      "@runa/engine/schema": here("../../engine/src/entries/schema.ts"),
      "@runa/engine/session": here("./fake-engine.ts"),
      "@runa/engine": here("./fake-engine.ts"),
      "@modelcontextprotocol/server/_shims": here("../src/no-schema-validator.ts"),
    },
  });
});

afterAll(() => rmSync(directory, { recursive: true }));

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  rmSync(log, { force: true });
  return spawn(process.execPath, [program, ...args], {
    cwd: directory,
    env: { ...process.env, FAKE_LOG: log, ...env },
  });
}

async function run(args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}) {
  const child = start(args, env);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { stdout, stderr, code: code as number | null };
}

const logged = (): unknown[] =>
  readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

const calling = (id: number, instance_id: string) =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "design", arguments: { instance_id } } })}\n`;

describe("the command line", () => {
  test("--help and --version", async () => {
    const help = await run(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("Usage: runa-mcp --protocol NAME [--work-unit ID]");
    expect(await run(["--version"])).toEqual({ code: 0, stdout: "runa-mcp 1.2.3\n", stderr: "" });
  });

  test.each([
    [[], "error: --protocol is missing"],
    [["--protocol", "p", "--work-unit", ""], "error: --work-unit is empty"],
    [["--protocol="], "error: --protocol is empty"],
    [["--protocol", "p", "--nonsense"], "error: Unknown option '--nonsense'"],
    [["p"], "error: Unexpected argument 'p'"],
  ])("%j is wrong usage", async (args, reason) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.startsWith(reason)).toBe(true);
    expect(stderr).toContain("\nUsage: runa-mcp");
  });

  test.each([
    ["nobody", "error: the manifest has no protocol 'nobody'\n"],
    [
      "odd",
      "error: the schema of artifact type 'design' has a property 'instance_id', which the tool needs for itself: rename it\n",
    ],
  ])("a start that is refused is one line: %s", async (protocol, stderr) => {
    expect(await run(["--protocol", protocol])).toEqual({ code: 1, stdout: "", stderr });
  });

  test("what is asked of the engine", async () => {
    await run(["--protocol", "p"]);
    expect(logged()[0]).toEqual({ protocol: "p", workUnit: null, workingDirectory: directory });
    await run(["--protocol=p", "--work-unit", "w", "--config", "a.toml"], "", { RUNA_WORKING_DIR: "/elsewhere" });
    expect(logged()).toEqual([
      { protocol: "p", workUnit: "w", workingDirectory: "/elsewhere", config: join(directory, "a.toml") },
      "closed",
    ]);
  });
});

describe("a client that is gone", () => {
  test("what it had written is carried out and answered, then the program ends", async () => {
    const { code, stdout, stderr } = await run(["--protocol", "p"], calling(1, "a") + calling(2, "b"));
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).id);
    expect({ code, stderr, answers }).toEqual({ code: 0, stderr: "", answers: [1, 2] });
    expect(logged().slice(1)).toEqual(["a", "b", "closed"]);
  });

  test.each([
    ["closes stdin", (child: ChildProcessWithoutNullStreams) => child.stdin.end()],
    [
      "closes all of its pipes",
      (child: ChildProcessWithoutNullStreams) => [child.stdin, child.stdout].map((pipe) => pipe.destroy()),
    ],
    ["sends SIGTERM", (child: ChildProcessWithoutNullStreams) => child.kill("SIGTERM")],
    ["sends SIGINT", (child: ChildProcessWithoutNullStreams) => child.kill("SIGINT")],
  ])("one that %s in the middle of a call: the delivery is made whole", async (_, leave) => {
    const child = start(["--protocol", "p"]);
    child.stdin.write(calling(1, "slow") + calling(2, "never begun"));
    await once(child.stderr, "data");
    leave(child);
    child.stdin.on("error", () => {});
    child.kill("SIGUSR2");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    expect(logged()[1]).toBe("slow");
    expect(logged().at(-1)).toBe("closed");
  });

  test("what was told for the diagnostics goes to the log, as runa_mcp", async () => {
    const { stderr } = await run(["--protocol", "p"], calling(1, "a"), { FAKE_TELL: "1" });
    expect(JSON.parse(stderr)).toMatchObject({ target: "runa_mcp", operation: "call", outcome: "succeeded" });
  });

  test("with a signal and nothing under way, the program ends although stdin is open", async () => {
    const child = start(["--protocol", "p"]);
    child.stdin.write(calling(1, "a"));
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect((await once(child, "exit"))[0]).toBe(0);
  });
});

describe("the official client", () => {
  test.each<[string, ClientOptions, "legacy" | "modern"]>([
    ["by default", {}, "legacy"],
    ["when it negotiates", { versionNegotiation: { mode: "auto" } }, "modern"],
    ["pinned to 2026-07-28", { versionNegotiation: { mode: { pin: "2026-07-28" } } }, "modern"],
  ])("%s", async (_, options, era) => {
    const client = new Client({ name: "test", version: "1" }, options);
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [program, "--protocol", "p"],
      env: { FAKE_LOG: log },
    });
    await client.connect(transport);
    expect(client.getProtocolEra()).toBe(era);
    expect(client.getServerVersion()?.name).toBe("runa-mcp");
    expect(client.getInstructions()).toContain("You owe: at least one `design`.");
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["design"]);
    // The client holds structured results to the tool's output schema, refusals too.
    const made = await client.callTool({ name: "design", arguments: { instance_id: "d", title: "t" } });
    expect(made.structuredContent).toMatchObject({ status: "delivered", instance_id: "d", still_owed: [] });
    const refused = await client.callTool({ name: "design", arguments: { title: "t" } });
    expect(refused).toMatchObject({ isError: true, structuredContent: { status: "refused" } });
    await expect(client.callTool({ name: "nonsense", arguments: {} })).rejects.toMatchObject({ code: -32602 });
    await expect(client.callTool({ name: "design", arguments: { instance_id: "e" } })).resolves.not.toHaveProperty(
      "isError",
    );
    await client.close();
  });

  test("of the line before, 1.x, which knows the handshake only", async () => {
    const client = new ClientOfOld({ name: "test", version: "1" });
    const env = { FAKE_LOG: log };
    await client.connect(new TransportOfOld({ command: process.execPath, args: [program, "--protocol", "p"], env }));
    expect(client.getServerVersion()?.name).toBe("runa-mcp");
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["design"]);
    const made = await client.callTool({ name: "design", arguments: { instance_id: "d", title: "t" } });
    expect(made.structuredContent).toMatchObject({ status: "delivered", instance_id: "d", still_owed: [] });
    const refused = await client.callTool({ name: "design", arguments: { title: "t" } });
    expect(refused).toMatchObject({ isError: true, structuredContent: { status: "refused" } });
    await expect(client.callTool({ name: "nonsense", arguments: {} })).rejects.toMatchObject({ code: -32602 });
    await expect(client.listPrompts()).rejects.toThrow();
    await client.close();
  });
});
