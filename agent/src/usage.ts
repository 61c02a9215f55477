import type { Cli, CommandClass } from "clipanion";

/** What the value of an option is; the library does not know it. */
const VALUES: Readonly<Record<string, string>> = {
  "--seed": "N",
  "--choose": "MEMBER",
  "--skip": "TYPE",
  "--invalid": "TYPE",
  "--instance-id": "ID",
  "--work-unit": "ID",
  "--sleep": "DURATION",
  "--exit": "CODE",
};

/** The usage of one agent on a line, or with `detailed` its whole help. */
export function usageText(cli: Cli, command: CommandClass, detailed = false): string {
  return withValues(detailed ? cli.usage(command, { detailed }) : cli.usage(command, { prefix: "usage: " }));
}

/** A text of the library, with names for values. The columns after an option stay where they are. */
export function withValues(text: string): string {
  return text.replace(/(--[a-z-]+) #0( *)/g, (_, option: string, space: string) => {
    const value = VALUES[option] ?? "VALUE";
    return `${option} ${value}${space.length > 1 ? " ".repeat(Math.max(2, space.length + 2 - value.length)) : space}`;
  });
}
