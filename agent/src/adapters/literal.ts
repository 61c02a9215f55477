import type { ServerConfig } from "../session/config.ts";

/** A dollar sign where a CLI fills in variables: the default of one that nobody sets, for defaults are taken as they are. */
const DOLLAR = `\${RUNA_NO_SUCH_VARIABLE:-$}`;

/** A server's configuration for a CLI that fills in variables of the environment, and is to leave this as it is. */
export function literalServer({ command, args, env }: ServerConfig, dollar = DOLLAR): ServerConfig {
  const literal = (text: string) => text.replaceAll("$", () => dollar);
  return {
    command: literal(command),
    args: args.map(literal),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, literal(value)])),
  };
}
