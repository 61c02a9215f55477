import { at, COST, type Dialect, events, list, text } from "./turn.ts";

/** OpenAI Responses, with tools in namespaces. */
export const responses: Dialect = {
  asks: (path) => path === "/v1/responses",

  read: (body) => ({
    tools: list(at(body, "tools")).flatMap((tool) =>
      at(tool, "type") === "namespace"
        ? list(at(tool, "tools")).map((inner) => `${text(at(tool, "name"))}/${text(at(inner, "name"))}`)
        : [text(at(tool, "name"))],
    ),
    results: list(at(body, "input"))
      .filter((item) => at(item, "type") === "function_call_output")
      .map((item) => text(at(item, "output"))),
  }),

  write(action, serial) {
    const id = `resp_${serial}`;
    const item =
      action.kind === "call"
        ? {
            type: "function_call",
            id: `fc_${serial}`,
            call_id: `call_${serial}`,
            ...named(action.tool),
            arguments: JSON.stringify(action.args),
          }
        : {
            type: "message",
            id: `msg_${serial}`,
            role: "assistant",
            content: [{ type: "output_text", text: action.text }],
          };
    const usage = {
      input_tokens: COST.input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: COST.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: COST.input + COST.output,
    };
    const parts = [
      { type: "response.created", response: { id } },
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: { id, usage } },
    ];
    return events(parts.map((data) => ({ event: data.type, data })));
  },
};

function named(tool: string): object {
  const [namespace, name] = tool.split("/");
  return name === undefined ? { name: tool } : { name, namespace };
}
