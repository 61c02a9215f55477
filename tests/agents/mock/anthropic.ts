import { at, COST, type Dialect, events, list, text } from "./turn.ts";

/** Anthropic Messages. */
export const anthropic: Dialect = {
  asks: (path) => path === "/v1/messages",

  read: (body) => ({
    tools: list(at(body, "tools")).map((tool) => text(at(tool, "name"))),
    results: list(at(body, "messages"))
      .flatMap((message) => list(at(message, "content")))
      .filter((block) => at(block, "type") === "tool_result")
      .map((block) => text(at(block, "content"))),
  }),

  write(action, serial) {
    const call = action.kind === "call";
    const start = call
      ? { type: "tool_use", id: `toolu_${serial}`, name: action.tool, input: {} }
      : { type: "text", text: "" };
    const delta = call
      ? { type: "input_json_delta", partial_json: JSON.stringify(action.args) }
      : { type: "text_delta", text: action.text };
    const message = {
      id: `msg_${serial}`,
      type: "message",
      role: "assistant",
      model: "mock-model",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: COST.input, output_tokens: 1 },
    };
    const parts = [
      { type: "message_start", message },
      { type: "content_block_start", index: 0, content_block: start },
      { type: "content_block_delta", index: 0, delta },
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: call ? "tool_use" : "end_turn", stop_sequence: null },
        usage: { output_tokens: COST.output },
      },
      { type: "message_stop" },
    ];
    return events(parts.map((data) => ({ event: data.type, data })));
  },
};
