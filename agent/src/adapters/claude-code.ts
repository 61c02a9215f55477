import { isObject } from "../json.ts";
import { type Adapter, SERVER, STARTUP, type StartReport } from "./adapter.ts";
import { claudeStream } from "./claude-stream.ts";
import { eventIn } from "./event.ts";
import { literalServer } from "./literal.ts";

/** Claude Code (`claude -p`). */
export const claudeCode: Adapter = {
  name: "claude-code",
  title: "Claude Code",
  executable: "claude",
  package: "@anthropic-ai/claude-code",
  versionArgs: ["--version"],
  tested: ["2.1.197", "2.1.328"],
  permission:
    "The tools of runa's server are allowed, and what Claude Code allows by itself or the user's own settings allow; everything else is refused. No other MCP server is started.",
  activity: "streams",
  allowMore: ["--permission-mode", "acceptEdits", "--allowedTools", "Bash(npm test:*)"],

  launch: ({ server, extra, env }) => ({
    args: [
      "-p",
      "--mcp-config",
      // Without `alwaysLoad` the tools are not among those offered, but have to be searched for first.
      JSON.stringify({ mcpServers: { [SERVER]: { ...literalServer(server), alwaysLoad: true } } }),
      "--strict-mcp-config",
      "--allowedTools",
      `mcp__${SERVER}__*`,
      "--output-format",
      "stream-json",
      "--verbose",
      ...extra,
    ],
    env: {
      // Otherwise it begins without the server, or gives up on one that takes some seconds to start.
      MCP_CONNECTION_NONBLOCKING: env.MCP_CONNECTION_NONBLOCKING ?? "0",
      MCP_CONNECT_TIMEOUT_MS: env.MCP_CONNECT_TIMEOUT_MS ?? `${STARTUP * 1000}`,
      DISABLE_AUTOUPDATER: env.DISABLE_AUTOUPDATER ?? "1",
    },
  }),
  // It reports its servers before it reads the prompt, and carries out `/clear` without a model.
  probe: (session) => ({ ...claudeCode.launch(session), stdin: "/clear", verdict }),
  reader: claudeStream,
};

function verdict(line: string): StartReport | undefined {
  const event = eventIn(line);
  if (event?.type !== "system" || event.subtype !== "init" || !Array.isArray(event.mcp_servers)) return undefined;
  const status = event.mcp_servers.filter(isObject).find(({ name }) => name === SERVER)?.status;
  return { started: status === "connected", detail: String(status ?? "not among its servers") };
}
