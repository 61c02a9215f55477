import { join } from "node:path";
import { type Adapter, SERVER } from "./adapter.ts";
import { claudeStream } from "./claude-stream.ts";
import { listed } from "./listed.ts";
import { literalServer } from "./literal.ts";

/** Qwen Code. */
export const qwen: Adapter = {
  name: "qwen",
  title: "Qwen Code",
  executable: "qwen",
  package: "@qwen-code/qwen-code",
  versionArgs: ["--version"],
  tested: ["0.15.10"],
  permission:
    "The tools of runa's server are allowed, and what Qwen Code allows by itself (reading) or the user's own settings allow; everything else is refused. No other MCP server is started.",
  activity: "streams",
  allowMore: ["--approval-mode", "auto-edit"],

  launch: ({ server, extra }) => ({
    args: [
      "--mcp-config",
      JSON.stringify({ mcpServers: { [SERVER]: server } }),
      "--allowed-mcp-server-names",
      SERVER,
      "--allowed-tools",
      `mcp__${SERVER}__*`,
      // With it the tools are not among those offered, but have to be searched for first.
      "--exclude-tools",
      "tool_search",
      "--output-format",
      "stream-json",
      ...extra,
    ],
  }),
  // `mcp list` knows the servers in settings alone, where a variable cannot have a default.
  probe: ({ server, directory }) => {
    const file = join(directory(), "settings.json");
    return {
      args: ["mcp", "list"],
      env: { QWEN_CODE_SYSTEM_SETTINGS_PATH: file, RUNA_DOLLAR: "$" },
      files: { [file]: JSON.stringify({ mcpServers: { [SERVER]: literalServer(server, `\${RUNA_DOLLAR}`) } }) },
      verdict: listed,
    };
  },
  reader: claudeStream,
};
