import type { ServerConfig } from "../session/config.ts";

/** A dollar sign for a CLI that fills in variables: the default of a variable that nobody sets. Nothing is filled in in a default. */
const DOLLAR = `\${RUNA_NO_SUCH_VARIABLE:-$}`;

/** A server's configuration that a CLI leaves as it is, though it fills in variables of the environment. */
export function literalServer({ command, args, env }: ServerConfig, dollar = DOLLAR): ServerConfig {
  const literal = (text: string) => text.replaceAll("$", () => dollar);
  return {
    command: literal(command),
    args: args.map(literal),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, literal(value)])),
  };
}
