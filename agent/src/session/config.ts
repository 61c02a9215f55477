import { Failure } from "../failure.ts";
import { isObject } from "../json.ts";

/** How this attempt's MCP server is started: what `RUNA_MCP_CONFIG` holds (contract.md section 7). */
export interface ServerConfig {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function meant(agent: string): string {
  return `runa-agent is meant to be started by runa: put command = ["runa-agent", "${agent}"] under [agent] in .runa/config.toml, then \`runa run\``;
}

/**
 * Reads `RUNA_MCP_CONFIG`; `agent` is the name that the error shows how to configure.
 * @throws Failure when it is missing or is not `{command, args?, env?}`.
 */
export function readServerConfig(env: NodeJS.ProcessEnv, agent = "rehearse"): ServerConfig {
  const text = env.RUNA_MCP_CONFIG;
  if (text === undefined || text === "") throw new Failure(`RUNA_MCP_CONFIG is not set. ${meant(agent)}`);
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw new Failure(`RUNA_MCP_CONFIG is not JSON. ${meant(agent)}`);
  }
  if (!isObject(config) || typeof config.command !== "string" || config.command === "") {
    throw new Failure(`RUNA_MCP_CONFIG has no "command" to start. ${meant(agent)}`);
  }
  const { command, args = [], env: extra = {} } = config;
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string")) {
    throw new Failure(`RUNA_MCP_CONFIG: "args" must be a list of strings. ${meant(agent)}`);
  }
  if (!isObject(extra) || !Object.values(extra).every((value) => typeof value === "string")) {
    throw new Failure(`RUNA_MCP_CONFIG: "env" must be an object of strings. ${meant(agent)}`);
  }
  return { command, args, env: extra as Record<string, string> };
}

/** The value that follows an option such as `--protocol` in the server's arguments, where it is there. */
export function serverOption(config: ServerConfig, name: string): string | undefined {
  const at = config.args.indexOf(name);
  return at === -1
    ? config.args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1)
    : config.args[at + 1];
}
