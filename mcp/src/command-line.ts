import { parseArgs } from "node:util";
import { mcpOptionEmpty, mcpProtocolMissing } from "./messages.ts";

/** What `runa-mcp` was asked to do. */
export type Command =
  | {
      readonly kind: "serve";
      readonly protocol: string;
      readonly workUnit: string | null;
      readonly config: string | null;
    }
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "wrong"; readonly reason: string };

/** The usage text of `runa-mcp`. */
export const USAGE = `Usage: runa-mcp --protocol NAME [--work-unit ID] [--config FILE]

Serves one protocol's outputs as MCP tools over stdin and stdout, to one client, until it closes the connection.
An agent's runtime starts it with what \`runa\` hands over in RUNA_MCP_CONFIG; started by hand it works the same.

Options:
  --protocol NAME    the protocol, as the manifest names it
  --work-unit ID     the work unit; needed by a scoped protocol, refused by an unscoped one
  --config FILE      a config file instead of the project's own
  --version          print the version
  --help             print this text

Environment:
  RUNA_WORKING_DIR   the project's directory (default: the current one)
  RUNA_CONFIG        a config file, like --config; relative to RUNA_WORKING_DIR
  RUNA_ARTIFACTS_DIR where the artifacts lie, when not where the config says
  RUST_LOG           what is logged to stderr (default: warn)

Example:
  runa-mcp --protocol design
`;

const OPTIONS = {
  protocol: { type: "string" },
  "work-unit": { type: "string" },
  config: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

/** The command line with each option and its value as one word: names may begin with a dash too. */
function withValues(args: readonly string[]): string[] {
  const known = Object.keys(OPTIONS).map((name) => `--${name}`);
  const valued = Object.entries(OPTIONS).flatMap(([name, { type }]) => (type === "string" ? [`--${name}`] : []));
  const words: string[] = [];
  for (const arg of args) {
    const last = words.at(-1);
    if (last !== undefined && valued.includes(last) && !known.includes(arg)) words.push(`${words.pop()}=${arg}`);
    else words.push(arg);
  }
  return words;
}

/** Reads the command line; what cannot be understood is wrong usage with its reason, never an exception. */
export function readCommandLine(args: readonly string[]): Command {
  let values: { protocol?: string; "work-unit"?: string; config?: string; help?: boolean; version?: boolean };
  try {
    ({ values } = parseArgs({
      args: withValues(args),
      options: OPTIONS,
    }));
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { kind: "wrong", reason };
  }
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  if (values.protocol === undefined) return { kind: "wrong", reason: mcpProtocolMissing() };
  for (const [option, value] of Object.entries(values))
    if (value === "") return { kind: "wrong", reason: mcpOptionEmpty(`--${option}`) };
  return {
    kind: "serve",
    protocol: values.protocol,
    workUnit: values["work-unit"] ?? null,
    config: values.config ?? null,
  };
}
