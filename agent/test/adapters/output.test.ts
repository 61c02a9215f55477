import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench, type Plan } from "./bench.ts";

const bench = new Bench();
beforeAll(async () => {
  await bench.prepare();
  for (const executable of ["claude", "codex", "gemini", "qwen", "opencode", "copilot"]) bench.install(executable);
});
afterAll(() => bench.dispose());

/** What is shown of these events, and what is reported as used. */
async function shown(name: string, events: readonly object[], more: Plan = {}) {
  const print = events.map((event) => JSON.stringify(event));
  const { stdout, stderr, usage } = await bench.run([name], { plan: { print, ...more } });
  expect(stderr).toBe("");
  return { lines: stdout.split("\n").slice(0, -1), usage };
}

const BAD = "Refused, nothing was written: it breaks its schema.\n- /title: expected text";
const REPORT = { instance_id: "a", title: "T" };

describe("claude-code", () => {
  const turn = (content: readonly object[], more: object = {}) => ({
    type: "assistant",
    message: { model: "opus-5", content, usage: { input_tokens: 1, output_tokens: 1 } },
    parent_tool_use_id: null,
    ...more,
  });
  const result = (tool: object) => ({ type: "user", message: { content: [{ type: "tool_result", ...tool }] } });

  test("an attempt", async () => {
    const { lines, usage } = await shown("claude-code", [
      { type: "system", subtype: "init", model: "default", mcp_servers: [{ name: "runa", status: "connected" }] },
      turn([
        { type: "thinking", thinking: "hm" },
        { type: "text", text: "I write\nthe report.\n" },
        { type: "tool_use", name: "mcp__runa__report", input: REPORT },
      ]),
      result({ content: BAD, is_error: true }),
      turn([{ type: "tool_use", name: "Read", input: { file: "x".repeat(200) } }], { parent_tool_use_id: "1" }),
      result({ content: [{ type: "text", text: "one\ntwo" }] }),
      turn([{ type: "text", text: "Done\u001b[31m\u202e." }]),
      {
        type: "result",
        is_error: false,
        result: "Done.",
        total_cost_usd: 0.0123,
        usage: { input_tokens: 1 },
        modelUsage: {
          "opus-5": { inputTokens: 1, outputTokens: 20, cacheReadInputTokens: 300, cacheCreationInputTokens: 4000 },
          "haiku-5": { inputTokens: 50_000, outputTokens: 0 },
        },
      },
    ]);
    expect(lines).toEqual([
      "I write",
      "the report.",
      '> mcp__runa__report {"instance_id":"a","title":"T"}',
      "< error: Refused, nothing was written: it breaks its schema.",
      `> Read {"file":"${"x".repeat(143)}…`,
      "< one",
      "Done\\u{1b}[31m\\u{202e}.",
    ]);
    expect(usage).toEqual({ tokens: 54_321, cost_usd: 0.0123, model: "opus-5" });
  });

  test("a server that is not up, and an error of its own", async () => {
    const { lines, usage } = await shown("claude-code", [
      { type: "system", subtype: "init", mcp_servers: [{ name: "runa", status: "failed" }] },
      { type: "assistant", message: { model: "<synthetic>", content: [{ type: "text", text: "Not logged in" }] } },
      { type: "result", is_error: true, result: "Not logged in", total_cost_usd: 0, usage: { input_tokens: 0 } },
    ]);
    expect(lines).toEqual(["! MCP server runa: failed", "Not logged in", "! Not logged in"]);
    expect(usage).toBeUndefined();
  });
});

test("qwen", async () => {
  const { lines, usage } = await shown("qwen", [
    { type: "system", subtype: "init", model: "coder", mcp_servers: [{ name: "runa", status: "connected" }] },
    { type: "assistant", message: { content: [{ type: "tool_use", name: "mcp__runa__report", input: REPORT }] } },
    { type: "user", message: { content: [{ type: "tool_result", is_error: false, content: "Delivered." }] } },
    {
      type: "result",
      is_error: false,
      usage: { input_tokens: 300, output_tokens: 30, cache_read_input_tokens: 200, total_tokens: 330 },
    },
  ]);
  expect(lines).toEqual(['> mcp__runa__report {"instance_id":"a","title":"T"}', "< Delivered."]);
  expect(usage).toEqual({ tokens: 330, model: "coder" });
});

test("codex", async () => {
  const call = { type: "mcp_tool_call", server: "runa", tool: "report", arguments: REPORT };
  const { lines, usage } = await shown("codex", [
    { type: "thread.started", thread_id: "1" },
    { type: "item.completed", item: { type: "error", message: "no metadata" } },
    { type: "item.started", item: call },
    {
      type: "item.completed",
      item: { ...call, status: "failed", error: null, result: { content: [{ type: "text", text: BAD }] } },
    },
    { type: "item.completed", item: { ...call, status: "failed", error: { message: "needs approval" } } },
    { type: "item.started", item: { type: "command_execution", command: "npm test" } },
    { type: "item.completed", item: { type: "command_execution", exit_code: 0, aggregated_output: "" } },
    { type: "item.completed", item: { type: "command_execution", exit_code: 1, aggregated_output: "broken\nat" } },
    { type: "item.completed", item: { type: "file_change", changes: [{ path: "a.ts", kind: "add" }] } },
    { type: "item.completed", item: { type: "reasoning", text: "hm" } },
    { type: "item.completed", item: { type: "agent_message", text: "Done." } },
    { type: "turn.completed", usage: { input_tokens: 300, cached_input_tokens: 200, output_tokens: 30 } },
    { type: "error", message: "reconnecting" },
    { type: "turn.failed", error: { message: "no credit" } },
  ]);
  expect(lines).toEqual([
    "! no metadata",
    '> runa/report {"instance_id":"a","title":"T"}',
    "< error: Refused, nothing was written: it breaks its schema.",
    "< error: needs approval",
    "> shell npm test",
    "< done",
    "< error: broken",
    "> file add a.ts",
    "Done.",
    "! reconnecting",
    "! no credit",
  ]);
  expect(usage).toEqual({ tokens: 330 });
});

test("gemini, whose words come in pieces", async () => {
  const piece = (content: string) => ({ type: "message", role: "assistant", content, delta: true });
  const { lines, usage } = await shown("gemini", [
    { type: "init", model: "auto" },
    { type: "message", role: "user", content: "the prompt" },
    piece("I wr"),
    piece("ite.\nAnd th"),
    piece("en"),
    { type: "tool_use", tool_name: "mcp_runa_report", parameters: REPORT },
    { type: "tool_result", status: "error", output: "params must have 'title'", error: { message: "x" } },
    { type: "tool_result", status: "success", output: "Delivered." },
    { type: "error", severity: "warning", message: "slow" },
    piece("Done."),
    {
      type: "result",
      status: "success",
      stats: { total_tokens: 440, models: { pro: { total_tokens: 400 }, flash: { total_tokens: 40 } } },
    },
  ]);
  expect(lines).toEqual([
    "I write.",
    "And then",
    '> mcp_runa_report {"instance_id":"a","title":"T"}',
    "< error: params must have 'title'",
    "< Delivered.",
    "! slow",
    "Done.",
  ]);
  expect(usage).toEqual({ tokens: 440, model: "pro" });
});

test("opencode", async () => {
  const used = (tokens: object, cost: number) => ({ type: "step_finish", part: { tokens, cost } });
  const { lines, usage } = await shown("opencode", [
    { type: "step_start", part: {} },
    { type: "tool_use", part: { tool: "runa_report", state: { status: "error", input: REPORT, error: BAD } } },
    used({ total: 110, input: 100, output: 10 }, 0.25),
    { type: "tool_use", part: { tool: "runa_report", state: { status: "completed", input: REPORT, output: "Yes." } } },
    used({ input: 100, output: 10, reasoning: 5, cache: { read: 20, write: 1 } }, 0.5),
    { type: "text", part: { text: "Done." } },
    { type: "error", error: { name: "APIError", data: { message: "no credit" } } },
  ]);
  expect(lines).toEqual([
    '> runa_report {"instance_id":"a","title":"T"}',
    "< error: Refused, nothing was written: it breaks its schema.",
    '> runa_report {"instance_id":"a","title":"T"}',
    "< Yes.",
    "Done.",
    "! no credit",
  ]);
  expect(usage).toEqual({ tokens: 246, cost_usd: 0.75 });
});

describe("copilot", () => {
  const events = [
    { type: "session.mcp_server_status_changed", data: { serverName: "runa", status: "pending" } },
    { type: "session.mcp_server_status_changed", data: { serverName: "runa", status: "failed", error: "exited" } },
    { type: "assistant.message", data: { model: "gpt-7", content: "", toolRequests: [{}] } },
    { type: "tool.execution_start", data: { toolName: "runa-report", arguments: REPORT } },
    { type: "tool.execution_complete", data: { success: false, error: { message: BAD }, result: { content: BAD } } },
    { type: "tool.execution_complete", data: { success: true, result: { content: "Delivered." } } },
    { type: "assistant.message_delta", data: { deltaContent: "Do" } },
    { type: "assistant.message", data: { model: "gpt-7", content: "Done." } },
    { type: "session.error", data: { message: "no credit" } },
    { type: "result", exitCode: 0, usage: { premiumRequests: 1 } },
  ];

  test("an attempt", async () => {
    const metrics = (inputTokens: number, outputTokens: number) => ({ usage: { inputTokens, outputTokens } });
    const { lines, usage } = await shown("copilot", events, {
      usage: JSON.stringify({ modelMetrics: { small: metrics(9, 1), "gpt-7": metrics(200, 20) } }),
    });
    expect(lines).toEqual([
      "! MCP server runa: exited",
      '> runa-report {"instance_id":"a","title":"T"}',
      "< error: Refused, nothing was written: it breaks its schema.",
      "< Delivered.",
      "Done.",
      "! no credit",
    ]);
    expect(usage).toEqual({ tokens: 230, model: "gpt-7" });
  });

  test("without the file that tells what was used, the model alone", async () => {
    expect((await shown("copilot", events)).usage).toEqual({ model: "gpt-7" });
    expect((await shown("copilot", events, { usage: "{" })).usage).toEqual({ model: "gpt-7" });
  });
});

test.each(["claude-code", "codex", "gemini", "qwen", "opencode", "copilot"])(
  "%s: events of no known shape show nothing and use nothing",
  async (name) => {
    const odd = [null, 1, "x", [], {}, { item: 1 }, { message: 1 }, { content: [1, null, { type: "text" }] }];
    const types = ["assistant", "user", "result", "item.completed", "turn.completed", "message", "tool_use", "text"];
    const events = [
      ...types.map((type) => ({ type })),
      ...types.flatMap((type) => odd.map((value) => ({ type, message: value, item: value, part: value, data: value }))),
      { type: "result", usage: { input_tokens: -1, total_tokens: "many" }, total_cost_usd: null, stats: 1 },
    ];
    const { usage } = await shown(name, events);
    expect(usage).toBeUndefined();
  },
);
