import { nearest } from "@runa/engine";
import type { Cli, CommandClass } from "clipanion";

function nameOf({ paths }: CommandClass): string {
  return paths?.[0]?.[0] ?? "";
}

/** The help of runa as a whole. */
export function overview(commands: readonly CommandClass[]): string {
  const rows = commands.map((command) => `  ${nameOf(command).padEnd(8)}${command.usage?.description ?? ""}`);
  return [
    "runa: the runtime that makes agent work verifiable",
    "",
    "Usage: runa COMMAND [options]",
    "",
    "Commands:",
    ...rows,
    "",
    "Every command takes:",
    "  --config PATH         the configuration file (before RUNA_CONFIG and .runa/config.toml)",
    "  --artifacts-dir DIR   where the artifacts lie",
    "  --help                what it does, its options, and examples",
    "",
    "Begin with: runa init --methodology PATH",
    "",
  ].join("\n");
}

/** The help of one command: what it does, its options, examples. */
export function usageOf(cli: Cli, command: CommandClass): string {
  return cli.usage(command, { detailed: true });
}

/** What is shown for a command line that cannot be carried out. */
export function usageError(
  message: string,
  cli: Cli,
  command: CommandClass | undefined,
  commands: readonly CommandClass[],
): string {
  const typed = /'([^']*)'/.exec(message)?.[1];
  const meant = command === undefined && typed !== undefined ? nearest(typed, commands.map(nameOf)) : null;
  const usage =
    command === undefined ? overview(commands) : `${cli.usage(command)}\nMore: runa ${nameOf(command)} --help\n`;
  return `error: ${message}${meant === null ? "" : ` — did you mean '${meant}'?`}\n\n${usage}`;
}
