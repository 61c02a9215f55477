import { didYouMean, RunaError } from "@runa/engine";
import type { OpenProject } from "@runa/engine/project";
import { agentWithoutCommand, noAgentConfigured, unknownAgent } from "../messages.ts";
import { AGENTS, type Argv, adapterIn } from "./agent-check.ts";

/** An agent command that can be checked. */
export interface CheckedAgent {
  /** What it is called in the config; null where only its command tells. */
  readonly name: string | null;
  readonly command: Argv;
  /** The tables of the config that its command stands in; null where none has it. */
  readonly table: string | null;
  /** The protocols that are executed with it. */
  readonly protocols: readonly string[];
}

/**
 * The commands that the project's protocols are executed with, each once.
 * @throws RunaError where there is none
 */
export function configuredAgents(project: OpenProject): CheckedAgent[] {
  const distinct = new Map<string, Argv>();
  for (const { name } of project.methodology.protocols) {
    const { command } = project.config.agentFor(name);
    if (command !== null) distinct.set(JSON.stringify(command), command);
  }
  if (distinct.size === 0) throw new RunaError(noAgentConfigured(configFileOf(project)));
  return [...distinct.values()].map((command) => ({ name: null, command, ...usesOf(project, sameAs(command)) }));
}

/**
 * The agent of a name: one of the config's `[agents.NAME]` before one that runa-agent knows.
 * @throws RunaError where there is none of either
 */
export function agentNamed(project: OpenProject, name: string): CheckedAgent {
  const { agents } = project.config;
  const configured = agents.get(name);
  if (configured !== undefined) {
    const { command } = configured;
    if (command === null) throw new RunaError(agentWithoutCommand(configFileOf(project), name));
    const { protocols } = usesOf(project, sameAs(command));
    return { name: `${name} ([agents.${name}])`, command, table: null, protocols };
  }
  if (AGENTS.some((known) => known === name)) {
    const uses = usesOf(project, (command) => adapterIn(command) === name);
    return { name, command: ["runa-agent", name], ...uses };
  }
  const own = agents.size === 0 ? "no [agents.NAME]" : [...agents.keys()].join(", ");
  const hint = didYouMean(name, [...agents.keys(), ...AGENTS]);
  throw new RunaError(unknownAgent(name, hint, own, AGENTS.join(", ")));
}

/** The protocols that nobody can execute. */
export function protocolsWithoutAgent({ methodology, config }: OpenProject): string[] {
  return methodology.protocols.map(({ name }) => name).filter((name) => config.agentFor(name).command === null);
}

/** Where an agent is to be configured. */
export function configFileOf({ config }: OpenProject): string {
  return config.file ?? ".runa/config.toml";
}

function sameAs(command: Argv): (other: Argv) => boolean {
  return (other) => JSON.stringify(other) === JSON.stringify(command);
}

function usesOf({ methodology, config }: OpenProject, isIt: (command: Argv) => boolean) {
  const protocols = methodology.protocols
    .map(({ name }) => name)
    .filter((name) => {
      const { command } = config.agentFor(name);
      return command !== null && isIt(command);
    });
  const tables = [...new Set(protocols.map((name) => config.commandTable(name)))];
  return { protocols, table: tables.length === 0 ? null : tables.join(" and ") };
}
