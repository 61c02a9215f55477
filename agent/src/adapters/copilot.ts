import { join } from "node:path";
import { isObject } from "../json.ts";
import { type Adapter, type OutputReader, SERVER, type StartReport, type Usage } from "./adapter.ts";
import { eventIn } from "./event.ts";
import { literalServer } from "./literal.ts";
import { answered, called, complained, said, serverState } from "./shown.ts";
import { greatest, sumOf, usageOf } from "./usage.ts";

/** GitHub Copilot CLI. */
export const copilot: Adapter = {
  name: "copilot",
  title: "GitHub Copilot CLI",
  executable: "copilot",
  package: "@github/copilot",
  versionArgs: ["--version"],
  tested: ["1.0.102"],
  permission:
    "The tools of runa's server are allowed, and what Copilot allows by itself (reading in the project); everything else is refused. GitHub's own MCP servers are not started; those of the user's configuration are, and their calls are refused.",
  activity: "streams",
  allowMore: ["--allow-tool=write", "--allow-tool=shell(npm:*)"],

  launch: ({ server, extra, directory }) => {
    const usageFile = join(directory(), "usage.json");
    return {
      args: [
        "--additional-mcp-config",
        JSON.stringify({ mcpServers: { [SERVER]: { type: "local", tools: ["*"], ...literalServer(server) } } }),
        "--disable-builtin-mcps",
        `--allow-tool=${SERVER}`,
        "--no-ask-user",
        "--no-auto-update",
        "--output-format=json",
        `--usage-output-file=${usageFile}`,
        ...extra,
      ],
      usageFile,
    };
  },
  // It reports its servers before it calls a model; there is none at this address.
  probe: (session) => ({
    ...copilot.launch(session),
    env: { COPILOT_OFFLINE: "true", COPILOT_PROVIDER_BASE_URL: "http://127.0.0.1:9/v1", COPILOT_MODEL: "none" },
    stdin: "Do nothing.",
    verdict,
  }),
  reader: copilotReader,
  usageOf: usageIn,
};

function verdict(line: string): StartReport | undefined {
  const { type, data } = eventIn(line) ?? {};
  if (type !== "session.mcp_server_status_changed" || !isObject(data)) return undefined;
  if (data.serverName !== SERVER || data.status === "pending") return undefined;
  return { started: data.status === "connected", detail: String(data.error ?? data.status) };
}

function copilotReader(): OutputReader {
  let model: unknown;
  return {
    read({ type, data }) {
      if (!isObject(data)) return [];
      switch (type) {
        case "assistant.message":
          model = data.model ?? model;
          return said(data.content);
        case "tool.execution_start":
          return called(String(data.toolName), data.arguments);
        case "tool.execution_complete": {
          const answer = isObject(data.result) ? data.result.content : undefined;
          return answered(data.error ?? answer, data.success !== true);
        }
        case "session.mcp_server_status_changed":
          return data.status === "failed" ? serverState(data.serverName, data.error ?? data.status) : [];
        case "session.error":
          return complained(data.message);
        default:
          return [];
      }
    },
    rest: () => [],
    usage: () => usageOf(0, undefined, model),
  };
}

/** What `--usage-output-file` holds; it counts cost in requests and credits, never in money. */
function usageIn(file: unknown): Usage {
  if (!isObject(file) || !isObject(file.modelMetrics)) return {};
  const tokens: Record<string, number> = {};
  for (const [model, metrics] of Object.entries(file.modelMetrics)) {
    if (isObject(metrics)) tokens[model] = sumOf(metrics.usage, "inputTokens", "outputTokens");
  }
  const all = Object.values(tokens).reduce((sum, each) => sum + each, 0);
  return usageOf(all, undefined, greatest(tokens));
}
