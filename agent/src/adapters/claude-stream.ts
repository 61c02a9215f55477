import { isObject, type JsonObject } from "../json.ts";
import type { OutputReader } from "./adapter.ts";
import { answered, called, complained, said, serverState } from "./shown.ts";
import { amount, sumOf, usageOf } from "./usage.ts";

/** Reads the `stream-json` of Claude Code, which Qwen Code writes too. */
export function claudeStream(): OutputReader {
  let tokens = 0;
  let cost: unknown;
  let model: unknown;
  return {
    read(event) {
      if (event.type === "system" && event.subtype === "init") {
        model = event.model;
        return list(event.mcp_servers)
          .filter((server) => server.status !== "connected")
          .flatMap((server) => serverState(server.name, server.status));
      }
      if (event.type === "assistant" && isObject(event.message)) {
        // What the CLI says in the model's place is signed with a name in angle brackets.
        const { model: name } = event.message;
        if (typeof name === "string" && !name.startsWith("<") && !event.parent_tool_use_id) model = name;
      }
      if (event.type === "result") {
        tokens = tokensOf(event);
        cost = event.total_cost_usd;
        return event.is_error === true ? complained(event.result ?? event.error ?? event.subtype) : [];
      }
      return list(isObject(event.message) ? event.message.content : undefined).flatMap((block) => {
        if (event.type === "assistant" && block.type === "text") return said(block.text);
        if (event.type === "assistant" && block.type === "tool_use") return called(String(block.name), block.input);
        if (event.type === "user" && block.type === "tool_result")
          return answered(block.content, block.is_error === true);
        return [];
      });
    },
    rest: () => [],
    usage: () => usageOf(tokens, cost, model),
  };
}

/** By model, where it says so: that counts the helpers' models too. */
function tokensOf({ modelUsage, usage }: JsonObject): number {
  const models = isObject(modelUsage) ? Object.values(modelUsage) : [];
  const counted = models.reduce<number>(
    (sum, one) => sum + sumOf(one, "inputTokens", "outputTokens", "cacheReadInputTokens", "cacheCreationInputTokens"),
    0,
  );
  if (counted > 0 || !isObject(usage)) return counted;
  return (
    amount(usage.total_tokens) ||
    sumOf(usage, "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
  );
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
