import { isObject, type JsonObject } from "../json.ts";
import type { ServerConfig } from "../session/config.ts";
import { VERSION } from "../version.ts";
import { type Adapter, type OutputReader, SERVER, STARTUP, type StartReport } from "./adapter.ts";
import { eventIn } from "./event.ts";
import { answered, called, complained, said } from "./shown.ts";
import { tomlValue } from "./toml.ts";
import { sumOf, usageOf } from "./usage.ts";

/** OpenAI's Codex CLI (`codex exec`). */
export const codex: Adapter = {
  name: "codex",
  title: "Codex CLI",
  executable: "codex",
  package: "@openai/codex",
  versionArgs: ["--version"],
  tested: ["0.169.0"],
  permission:
    "The tools of runa's server are approved; commands run in the sandbox that the user's own configuration names, else in the one that only reads. Other MCP servers of that configuration start too, and their calls need an approval that nobody gives.",
  activity: "streams",
  allowMore: ["--sandbox", "workspace-write"],

  launch: ({ server, extra }) => ({
    // `-` stands for the prompt on stdin. It comes before the operator's words: their last option may take any number of words.
    args: ["exec", "--json", "--skip-git-repo-check", "-c", configured(server), "-", ...extra],
  }),
  // What it serves to editors can list its MCP servers and their tools.
  probe: ({ server }) => ({
    args: ["app-server", "-c", configured(server)],
    stdin: REQUESTS.map((request) => `${JSON.stringify(request)}\n`).join(""),
    open: true,
    verdict,
  }),
  reader: codexReader,
};

/** The whole entry at once: member by member it would be mixed with one of that name in the user's file. */
function configured(server: ServerConfig): string {
  const entry = {
    ...server,
    default_tools_approval_mode: "approve",
    // Otherwise it begins without waiting for the server.
    required: true,
    startup_timeout_sec: STARTUP,
  };
  return `mcp_servers.${SERVER}=${tomlValue(entry)}`;
}

const REQUESTS = [
  { id: 1, method: "initialize", params: { clientInfo: { name: "runa", version: VERSION } } },
  { method: "initialized" },
  { id: 2, method: "mcpServerStatus/list", params: {} },
];

function verdict(line: string): StartReport | undefined {
  const answer = eventIn(line);
  if (isObject(answer?.error)) return { started: false, detail: String(answer.error.message) };
  if (answer?.id !== 2 || !isObject(answer.result) || !Array.isArray(answer.result.data)) return undefined;
  const found = answer.result.data.filter(isObject).find(({ name }) => name === SERVER);
  const started = isObject(found?.serverInfo);
  return { started, detail: started ? "connected" : "not connected" };
}

function codexReader(): OutputReader {
  let tokens = 0;
  return {
    read(event) {
      // Cached input and reasoning are parts of these two.
      if (event.type === "turn.completed") tokens += sumOf(event.usage, "input_tokens", "output_tokens");
      if (event.type === "turn.failed") return complained(event.error);
      if (event.type === "error") return complained(event.message);
      if (!isObject(event.item)) return [];
      if (event.type === "item.started") return begun(event.item);
      return event.type === "item.completed" ? completed(event.item) : [];
    },
    rest: () => [],
    usage: () => usageOf(tokens),
  };
}

function begun(item: JsonObject): string[] {
  if (item.type === "mcp_tool_call") return called(`${item.server}/${item.tool}`, item.arguments);
  if (item.type === "command_execution") return called("shell", item.command);
  return [];
}

function completed(item: JsonObject): string[] {
  switch (item.type) {
    case "agent_message":
      return said(item.text);
    case "mcp_tool_call": {
      const answer = isObject(item.result) ? item.result.content : undefined;
      return answered(item.error ?? answer, item.status !== "completed");
    }
    case "command_execution":
      return answered(item.aggregated_output, item.exit_code !== 0);
    case "file_change": {
      const changes = Array.isArray(item.changes) ? item.changes.filter(isObject) : [];
      return changes.flatMap((change) => called(`file ${change.kind}`, change.path));
    }
    case "web_search":
      return called("web search", item.query);
    case "error":
      return complained(item.message);
    default:
      return [];
  }
}
