import { stripVTControlCharacters } from "node:util";
import { Failure } from "../failure.ts";
import { isObject, type JsonObject } from "../json.ts";
import type { ServerConfig } from "../session/config.ts";
import { type Adapter, type OutputReader, SERVER, type StartReport } from "./adapter.ts";
import { parseJsonc } from "./jsonc.ts";
import { answered, called, complained, said } from "./shown.ts";
import { amount, sumOf, usageOf } from "./usage.ts";

/**
 * OpenCode asks in the middle of a run and nobody answers, which ends the run; what is denied is not offered to the
 * model at all. Each tool by its name too: a name in the user's own configuration would go before the star.
 */
function permission(rest: "ask" | "deny"): JsonObject {
  return {
    "*": rest,
    edit: rest,
    bash: rest,
    task: rest,
    webfetch: rest,
    websearch: rest,
    codesearch: rest,
    external_directory: rest,
    read: { "*": "allow", "*.env": rest, "*.env.*": rest, "*.env.example": "allow" },
    glob: "allow",
    grep: "allow",
    list: "allow",
    lsp: "allow",
    skill: "allow",
    todowrite: "allow",
    todoread: "allow",
    [`${SERVER}_*`]: "allow",
  };
}

/** OpenCode (`opencode run`). */
export const opencode: Adapter = {
  name: "opencode",
  title: "OpenCode",
  executable: "opencode",
  package: "opencode-ai",
  versionArgs: ["--version"],
  tested: ["1.18.33"],
  permission:
    "The tools of runa's server and reading in the project are allowed; everything else is denied, though OpenCode by itself, or the user's configuration, would allow it. Other MCP servers of that configuration start too, and their tools are denied. What the environment variable OPENCODE_PERMISSION allows, or the agent that --agent names, is allowed; --auto allows everything.",
  activity: "after each call",
  allowMore: ["--auto"],

  launch: ({ server, extra, env }) => ({
    args: ["run", "--format", "json", ...extra],
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify(configured(server, extra, env.OPENCODE_CONFIG_CONTENT)),
      OPENCODE_DISABLE_AUTOUPDATE: env.OPENCODE_DISABLE_AUTOUPDATE ?? "1",
    },
  }),
  probe: (session) => ({ ...opencode.launch(session), args: ["mcp", "list"], verdict }),
  reader: openCodeReader,
};

/** The configuration that is merged over the user's own; what the operator already hands over in this way stays. */
function configured(server: ServerConfig, extra: readonly string[], given: string | undefined): JsonObject {
  const base = parsed(given);
  const entry = {
    type: "local",
    command: [server.command, ...server.args],
    environment: server.env,
    enabled: true,
    timeout: 60_000,
  };
  const own = permission(extra.includes("--auto") ? "ask" : "deny");
  const theirs = typeof base.permission === "string" ? { "*": base.permission } : base.permission;
  return {
    ...base,
    permission: isObject(theirs) ? { ...theirs, [`${SERVER}_*`]: "allow" } : own,
    mcp: { ...(isObject(base.mcp) ? base.mcp : {}), [SERVER]: entry },
  };
}

function parsed(content: string | undefined): JsonObject {
  if (content === undefined || content.trim() === "") return {};
  let config: unknown;
  try {
    config = parseJsonc(content);
  } catch {
    config = undefined;
  }
  if (!isObject(config)) throw new Failure("OPENCODE_CONFIG_CONTENT is set and is no JSON object: mend or unset it");
  return config;
}

function verdict(line: string): StartReport | undefined {
  const detail = new RegExp(`[^\\w-]${SERVER}\\s+(\\w[\\w ]*)`).exec(stripVTControlCharacters(line))?.[1];
  return detail === undefined ? undefined : { started: detail === "connected", detail };
}

function openCodeReader(): OutputReader {
  let tokens = 0;
  let cost = 0;
  return {
    read({ type, part, error }) {
      if (type === "error") return complained(reasonOf(error));
      if (!isObject(part)) return [];
      if (type === "text") return said(part.text);
      if (type === "step_finish") {
        tokens += tokensOf(part.tokens);
        cost += amount(part.cost);
      }
      if (type !== "tool_use" || !isObject(part.state)) return [];
      const { status, input, output, error: refusal } = part.state;
      return [...called(String(part.tool), input), ...answered(refusal ?? output, status === "error")];
    },
    rest: () => [],
    usage: () => usageOf(tokens, cost),
  };
}

function tokensOf(tokens: unknown): number {
  if (!isObject(tokens)) return 0;
  return amount(tokens.total) || sumOf(tokens, "input", "output", "reasoning") + sumOf(tokens.cache, "read", "write");
}

function reasonOf(error: unknown): unknown {
  if (!isObject(error)) return error;
  return isObject(error.data) && typeof error.data.message === "string" ? error.data.message : (error.name ?? error);
}
