import { at, COST, type Dialect, events, list, text } from "./turn.ts";

/** OpenAI Chat Completions. */
export const chat: Dialect = {
  asks: (path) => path === "/v1/chat/completions",

  read: (body) => ({
    tools: list(at(body, "tools")).map((tool) => text(at(tool, "function", "name"))),
    results: list(at(body, "messages"))
      .filter((message) => at(message, "role") === "tool")
      .map((message) => text(at(message, "content"))),
  }),

  write(action, serial) {
    const call = action.kind === "call";
    const delta = call
      ? {
          role: "assistant",
          content: null,
          tool_calls: [
            {
              index: 0,
              id: `call_${serial}`,
              type: "function",
              function: { name: action.tool, arguments: JSON.stringify(action.args) },
            },
          ],
        }
      : { role: "assistant", content: action.text };
    const chunk = (choices: readonly unknown[], more: object = {}) => ({
      data: {
        id: `chatcmpl_${serial}`,
        object: "chat.completion.chunk",
        created: 1,
        model: "mock-model",
        choices,
        ...more,
      },
    });
    const usage = {
      prompt_tokens: COST.input,
      completion_tokens: COST.output,
      total_tokens: COST.input + COST.output,
    };
    return events([
      chunk([{ index: 0, delta, finish_reason: null }]),
      chunk([{ index: 0, delta: {}, finish_reason: call ? "tool_calls" : "stop" }]),
      chunk([], { usage }),
      { data: "[DONE]" },
    ]);
  },
};
