import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import { isObject, type JsonObject } from "../json.ts";
import type { ServerConfig } from "../session/config.ts";
import { type Adapter, type OutputReader, SERVER } from "./adapter.ts";
import { parseJsonc } from "./jsonc.ts";
import { listed } from "./listed.ts";
import { literalServer } from "./literal.ts";
import { answered, called, complained, said } from "./shown.ts";
import { amount, greatest, sumOf, usageOf } from "./usage.ts";

const SETTINGS = "settings.json";

/**
 * Gemini CLI. It takes a server from settings files only: the user's, the project's, and the system's, which must be
 * root's down to the root directory. So it is given a home of its own (`GEMINI_CLI_HOME`), in which everything is a
 * link to what the user has, login included, but for the settings: those are a copy with the server in it.
 */
export const gemini: Adapter = {
  name: "gemini",
  title: "Gemini CLI",
  executable: "gemini",
  package: "@google/gemini-cli",
  versionArgs: ["--version"],
  tested: ["0.61.0"],
  permission:
    "The tools of runa's server are allowed, and what Gemini CLI allows by itself (reading in the project) or the user's own settings allow; everything else is not offered. No other MCP server is started. The project's directory counts as trusted.",
  activity: "streams",
  allowMore: ["--approval-mode", "auto_edit"],

  launch: ({ server, extra, env, directory }) => {
    const user = env.GEMINI_CLI_HOME || env.HOME || homedir();
    const [theirs, home] = [join(user, ".gemini"), directory()];
    const ours = join(home, ".gemini");
    const links = entries(theirs)
      .filter((name) => name !== SETTINGS)
      .map((name) => [join(ours, name), join(theirs, name)]);
    if (entries(user).includes(".env")) links.push([join(home, ".env"), join(user, ".env")]);
    return {
      args: ["--skip-trust", "--allowed-mcp-server-names", SERVER, "--output-format", "stream-json", ...extra],
      env: { GEMINI_CLI_HOME: home },
      files: { [join(ours, SETTINGS)]: `${JSON.stringify(settings(join(theirs, SETTINGS), server), null, 2)}\n` },
      links: Object.fromEntries(links),
    };
  },
  probe: (session) => {
    const { env, ...launch } = gemini.launch(session);
    return { ...launch, env: { ...env, GEMINI_CLI_TRUST_WORKSPACE: "true" }, args: ["mcp", "list"], verdict: listed };
  },
  reader: geminiReader,
};

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function settings(file: string, { command, args, env }: ServerConfig): JsonObject {
  const theirs = settingsIn(file);
  // Variables in the environment's values are filled in twice; the second time a backslash keeps them as they are.
  const escaped = Object.entries(env).map(([name, value]) => [name, value.replaceAll("$", () => "\\$")]);
  const entry = { ...literalServer({ command, args, env: Object.fromEntries(escaped) }), trust: true };
  return { ...theirs, mcpServers: { ...(isObject(theirs.mcpServers) ? theirs.mcpServers : {}), [SERVER]: entry } };
}

function settingsIn(file: string): JsonObject {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new Failure(`the settings of Gemini CLI cannot be read: ${(error as Error).message}`);
  }
  try {
    const parsed = parseJsonc(text);
    if (isObject(parsed)) return parsed;
  } catch {
    // No JSON at all: the error below is of that too.
  }
  throw new Failure(`the settings of Gemini CLI are no JSON object: ${file}`);
}

function geminiReader(): OutputReader {
  let text = "";
  let tokens = 0;
  let model: unknown;
  const flush = () => {
    const lines = said(text);
    text = "";
    return lines;
  };
  return {
    read(event) {
      if (event.type === "message") {
        // The model's words come in pieces that end anywhere.
        if (event.role !== "user") text += typeof event.content === "string" ? event.content : "";
        const end = text.lastIndexOf("\n");
        const lines = end === -1 ? [] : said(text.slice(0, end));
        text = text.slice(end + 1);
        return lines;
      }
      return [...flush(), ...told(event)];
    },
    rest: flush,
    usage: () => usageOf(tokens, undefined, model),
  };

  function told(event: JsonObject): string[] {
    if (event.type === "tool_use") return called(String(event.tool_name), event.parameters);
    if (event.type === "tool_result") return answered(event.output ?? event.error, event.status !== "success");
    if (event.type === "error") return complained(event.message);
    if (event.type === "init") model = event.model;
    if (event.type !== "result") return [];
    if (isObject(event.stats)) {
      tokens = amount(event.stats.total_tokens) || sumOf(event.stats, "input_tokens", "output_tokens");
      model = mostUsed(event.stats.models) ?? model;
    }
    return event.status === "success" ? [] : complained(event.error);
  }
}

function mostUsed(models: unknown): string | undefined {
  if (!isObject(models)) return undefined;
  const tokens = Object.entries(models).map(([name, stats]) => [name, sumOf(stats, "total_tokens")] as const);
  return greatest(Object.fromEntries(tokens));
}
