import type { TomlPath } from "../../diagnostic.ts";
import { commandEmpty, commandNoStrings, unknownAgentTable, wrongValue } from "../../messages.ts";
import { didYouMean } from "../../suggestion.ts";
import { kindOf, type TomlTable } from "../../toml/parse.ts";
import { shown, tableName, ValueReader } from "../../toml/value-reader.ts";
import { type AgentOverrides, type AgentSettings, type Binding, LONGEST_BACKOFF } from "./agent-settings.ts";

const AGENT_KEYS = [
  "command",
  "timeout",
  "idle_timeout",
  "settle",
  "attempts",
  "backoff",
  "transcript",
  "output_limit",
  "env",
  "spare",
  "exclusive",
];

/** Reads the tables about agents: `[agent]`, `[agents.NAME]` and `[protocols.NAME]`. */
export class AgentReader extends ValueReader {
  protected agent(table: TomlTable): AgentOverrides {
    return this.#overrides(this.table(table, ["agent"], AGENT_KEYS), ["agent"]);
  }

  protected namedAgents(table: TomlTable): ReadonlyMap<string, AgentOverrides> {
    const agents = this.table(table, ["agents"], null, "[agents.NAME]");
    return new Map(
      Object.keys(agents).map((name) => {
        const path = ["agents", name];
        return [name, this.#overrides(this.table(agents, path, AGENT_KEYS), path)];
      }),
    );
  }

  protected bindings(table: TomlTable, agents: Iterable<string>): ReadonlyMap<string, Binding> {
    const protocols = this.table(table, ["protocols"], null, "[protocols.NAME]");
    const known = [...agents];
    return new Map(
      Object.keys(protocols).map((name) => {
        const path = ["protocols", name];
        const binding = this.table(protocols, path, ["agent", ...AGENT_KEYS]);
        return [name, { agent: this.#agentName(binding, path, known), overrides: this.#overrides(binding, path) }];
      }),
    );
  }

  #agentName(binding: TomlTable, path: TomlPath, known: readonly string[]): string | null {
    const name = this.text(binding, path, "agent");
    if (name === undefined || known.includes(name)) return name ?? null;
    const table = tableName(["agents", name]);
    this.error([...path, "agent"], unknownAgentTable(shown(name), table, didYouMean(name, known)));
    return null;
  }

  #overrides(table: TomlTable, path: TomlPath): AgentOverrides {
    const found: { [K in keyof AgentSettings]: AgentSettings[K] | undefined } = {
      command: this.#command(table, path),
      timeout: this.limit(table, path, "timeout"),
      idleTimeout: this.limit(table, path, "idle_timeout"),
      settle: this.limit(table, path, "settle"),
      attempts: this.wholeNumber(table, path, "attempts", 1),
      backoff: this.duration(table, path, "backoff", LONGEST_BACKOFF),
      transcript: this.boolean(table, path, "transcript"),
      outputLimit: this.size(table, path, "output_limit"),
      env: this.#env(table, path),
      spare: this.#spare(table, path),
      exclusive: this.boolean(table, path, "exclusive"),
    };
    return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  }

  #command({ command }: TomlTable, table: TomlPath): AgentSettings["command"] | undefined {
    if (command === undefined) return undefined;
    const path = [...table, "command"];
    if (!Array.isArray(command)) {
      this.error(path, wrongValue("command", "a list of strings, the program and its arguments", kindOf(command)));
      return undefined;
    }
    const words = command.filter((word): word is string => typeof word === "string" && !word.includes("\0"));
    if (words.length < command.length) this.error(path, commandNoStrings());
    const [program, ...args] = words;
    if (program !== undefined && program !== "") return [program, ...args];
    this.error(path, commandEmpty());
    return undefined;
  }

  #env({ env }: TomlTable, table: TomlPath): AgentSettings["env"] | undefined {
    if (env === undefined || env === "inherit") return env;
    const path = [...table, "env"];
    if (Array.isArray(env))
      return this.names(env, path, "names of environment variables", (name) => /^[^=\0]+$/.test(name));
    const found = typeof env === "string" ? shown(env) : kindOf(env);
    this.error(path, wrongValue("env", '"inherit" or a list of names of environment variables', found));
    return undefined;
  }

  #spare({ spare }: TomlTable, table: TomlPath): readonly string[] | undefined {
    if (spare === undefined) return undefined;
    const path = [...table, "spare"];
    if (Array.isArray(spare))
      return this.names(spare, path, "names of programs without a path", (name) => /^[^/\0]+$/.test(name));
    this.error(path, wrongValue("spare", "a list of names of programs", kindOf(spare)));
    return undefined;
  }
}
