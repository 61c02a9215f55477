/** What every program may expect, and what is runa's: an agent gets these whatever the config lists. */
const ALWAYS: ReadonlySet<string> = new Set(["PATH", "HOME", "LANG", "TERM", "USER", "SHELL", "TMPDIR"]);
const RUNA = "RUNA_";

/**
 * What leads to agents that sign. Where decisions have to be signed no attempt gets these, so that an agent cannot have a
 * person's agent sign for it (decisions 4).
 */
export const WITHHELD: Readonly<Record<string, undefined>> = { SSH_AUTH_SOCK: undefined, GPG_AGENT_INFO: undefined };

/**
 * The environment of an agent (`env` in the config, attempts.md section 3): all of runa's, or of it only the variables
 * that are listed and those that every agent gets.
 * @param own what the attempt itself sets; it wins, also where it takes a variable away
 */
export function agentEnvironment(
  base: NodeJS.ProcessEnv,
  allowed: "inherit" | readonly string[],
  own: Readonly<Record<string, string | undefined>>,
): NodeJS.ProcessEnv {
  const names = allowed === "inherit" ? null : new Set(allowed);
  const passes = (name: string) => names === null || ALWAYS.has(name) || name.startsWith(RUNA) || names.has(name);
  const passed = Object.entries(base).filter(([name]) => passes(name) && !Object.hasOwn(own, name));
  return Object.fromEntries([...passed, ...Object.entries(own).filter(([, value]) => value !== undefined)]);
}
