import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { anthropic } from "./mock/anthropic.ts";
import { chat } from "./mock/chat.ts";
import { gemini } from "./mock/gemini.ts";
import { responses } from "./mock/responses.ts";
import type { Action, Dialect } from "./mock/turn.ts";

/** A real CLI, and what it needs to talk to the mock instead of its vendor. */
export interface Cli {
  /** Its adapter. */
  readonly name: string;
  readonly executable: string;
  readonly package: string;
  readonly version: string;
  readonly dialect: Dialect;
  /** The name under which the model sees the tool that delivers a type. */
  readonly tool: (type: string) => string;
  /** A shell command, as this CLI's model would ask for it. */
  readonly shell: (command: string) => Action;
  /** Words after `--` with which that command is allowed. */
  readonly allow: readonly string[];
  /** The model that its usage names. */
  readonly model: string | undefined;
  /** Writes what it wants in its home; answers with its environment and the words after `--`. */
  readonly connect: (url: string, home: string) => Connection;
}

interface Connection {
  readonly env: Readonly<Record<string, string>>;
  readonly extra: readonly string[];
}

function claudeCode(version: string): Cli {
  return {
    name: "claude-code",
    executable: "claude",
    package: "@anthropic-ai/claude-code",
    version,
    dialect: anthropic,
    tool: (type) => `mcp__runa__${type}`,
    shell: (command) => call("Bash", { command, description: "try" }),
    allow: ["--allowedTools", "Bash(touch:*)"],
    model: "mock-model",
    connect: (url) => ({
      env: {
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_API_KEY: "sk-ant-mock",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      },
      extra: [],
    }),
  };
}

/** The CLIs that the adapters are for, in the versions that they were written for. */
export const CLIS: readonly Cli[] = [
  {
    name: "codex",
    executable: "codex",
    package: "@openai/codex",
    version: "0.169.0",
    dialect: responses,
    tool: (type) => `mcp__runa/${type}`,
    shell: (command) => call("exec_command", { cmd: command }),
    allow: ["--sandbox", "danger-full-access"],
    model: undefined,
    connect: (url, home) => {
      write(
        join(home, ".codex/config.toml"),
        `model = "mock-model"
model_provider = "mock"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
plugins = false
[model_providers.mock]
name = "mock"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "MOCK_API_KEY"
request_max_retries = 0
`,
      );
      return { env: { MOCK_API_KEY: "mock" }, extra: [] };
    },
  },
  claudeCode("2.1.197"),
  claudeCode("2.1.328"),
  {
    name: "copilot",
    executable: "copilot",
    package: "@github/copilot",
    version: "1.0.102",
    dialect: chat,
    tool: (type) => `runa-${type}`,
    shell: (command) => call("bash", { command, description: "try" }),
    allow: ["--allow-tool=shell(touch)"],
    model: "mock-model",
    connect: (url) => ({
      env: {
        COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
        COPILOT_PROVIDER_TYPE: "openai",
        COPILOT_PROVIDER_API_KEY: "mock",
        COPILOT_MODEL: "mock-model",
        COPILOT_OFFLINE: "true",
      },
      extra: ["--disable-client-telemetry"],
    }),
  },
  {
    name: "qwen",
    executable: "qwen",
    package: "@qwen-code/qwen-code",
    version: "0.15.10",
    dialect: chat,
    tool: (type) => `mcp__runa__${type}`,
    shell: (command) => call("run_shell_command", { command, is_background: false }),
    allow: ["--approval-mode", "yolo"],
    model: "mock-model",
    connect: (url, home) => {
      const settings = { privacy: { usageStatisticsEnabled: false }, general: { enableAutoUpdate: false } };
      write(join(home, ".qwen/settings.json"), JSON.stringify(settings));
      return {
        env: { OPENAI_API_KEY: "mock", OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: "mock-model" },
        extra: ["--auth-type", "openai"],
      };
    },
  },
  {
    name: "opencode",
    executable: "opencode",
    package: "opencode-ai",
    version: "1.18.33",
    dialect: chat,
    tool: (type) => `runa_${type}`,
    shell: (command) => call("bash", { command, description: "try" }),
    allow: ["--auto"],
    model: undefined,
    connect: (url, home) => {
      const provider = {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: `${url}/v1`, apiKey: "mock" },
        models: { "mock-model": { tool_call: true } },
      };
      const config = {
        autoupdate: false,
        share: "disabled",
        model: "mock/mock-model",
        small_model: "mock/mock-model",
        provider: { mock: provider },
      };
      write(join(home, ".config/opencode/opencode.json"), JSON.stringify(config));
      return {
        env: {
          OPENCODE_DISABLE_MODELS_FETCH: "1",
          OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
          OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
          npm_config_registry: "http://127.0.0.1:9/",
        },
        extra: [],
      };
    },
  },
  {
    name: "gemini",
    executable: "gemini",
    package: "@google/gemini-cli",
    version: "0.61.0",
    dialect: gemini,
    tool: (type) => `mcp_runa_${type}`,
    shell: (command) => call("run_shell_command", { command }),
    allow: ["--approval-mode", "yolo"],
    model: "mock-model",
    connect: (url, home) => {
      const settings = `{
  // The way in.
  "security": { "auth": { "selectedType": "gemini-api-key" } },
  "privacy": { "usageStatisticsEnabled": false },
  "general": { "enableAutoUpdate": false }
}
`;
      write(join(home, ".gemini/settings.json"), settings);
      return { env: { GEMINI_API_KEY: "mock", GOOGLE_GEMINI_BASE_URL: url }, extra: ["-m", "gemini-2.5-flash"] };
    },
  },
];

function call(tool: string, args: object): Action {
  return { kind: "call", tool, args };
}

function write(file: string, text: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}
