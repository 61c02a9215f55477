import type { ServerConfig } from "../session/config.ts";

const UNSET = "RUNA_NO_SUCH_VARIABLE";

/**
 * Text in which `$` stands for itself where a CLI fills in variables of the environment: as the default of one that
 * nobody sets, for a default is not looked into again.
 */
export function literal(text: string): string {
  return text.replaceAll("$", () => `\${${UNSET}:-$}`);
}

/** A server's configuration for such a CLI. */
export function literalServer({ command, args, env }: ServerConfig): ServerConfig {
  return {
    command: literal(command),
    args: args.map(literal),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, literal(value)])),
  };
}
