import { isAbsolute, normalize } from "node:path";
import { requiredWithoutPeople, wrongLockfile, wrongValue } from "../../messages.ts";
import type { TomlTable } from "../../toml/parse.ts";
import { shown, tableName } from "../../toml/value-reader.ts";
import { AgentReader } from "./agent-reader.ts";
import { type AgentSettings, agentSettings } from "./agent-settings.ts";
import { DEFAULT_KEEP, KEEP_FORM, type Keep, parseKeep } from "./keep.ts";
import { DEFAULT_RUN_LIMITS, type RunLimits } from "./run-limits.ts";

export type LogFormat = "text" | "json";

/** What the project says of decisions (decisions 4). */
export interface ApprovalSettings {
  /** The file of people, absolute or from the project's root; null where none is named. */
  readonly people: string | null;
  readonly required: boolean;
}

/** What a configuration says, with the defaults for what it does not say. */
export interface ConfigData {
  readonly methodologyPath: string | null;
  readonly artifactsDir: string | null;
  readonly logging: { readonly format: LogFormat; readonly filter: string | null };
  /** `[agent]`: what every protocol uses that is not bound otherwise. */
  readonly agent: AgentSettings;
  /** What a protocol uses: `[agent]`, over it the named agent that it is bound to, over that its own table. */
  agentFor(protocol: string): AgentSettings;
  /** The table that a protocol's command stands in, such as `[agents.reviewer]`; `[agent]` where none has one. */
  commandTable(protocol: string): string;
  /** The named agents, each over `[agent]`. */
  readonly agents: ReadonlyMap<string, AgentSettings>;
  readonly run: RunLimits;
  /** `[history] lockfile`, from the project's root; null for none. */
  readonly lockfile: string | null;
  /** `[approvals]`: who may decide, and whether only what is signed counts. */
  readonly approvals: ApprovalSettings;
  /** `[history] keep`. */
  readonly keep: Keep;
  /** The protocols that have a table of their own. */
  readonly boundProtocols: readonly string[];
}

const KEYS = [
  "methodology_path",
  "artifacts_dir",
  "logging",
  "agent",
  "agents",
  "protocols",
  "run",
  "history",
  "approvals",
];
const LOGGING_KEYS = ["format", "filter"];
const HISTORY_KEYS = ["lockfile", "keep"];
const RUN_KEYS = ["jobs", "max_attempts", "time_limit", "max_cost_usd", "max_reopens"];

/** Reads a configuration's data; everything that is wrong is found at once. */
export class ConfigReader extends AgentReader {
  read(table: TomlTable): ConfigData {
    this.unknownKeys(table, [], KEYS, "the config", "error");
    const logging = this.table(table, ["logging"], LOGGING_KEYS);
    const agent = this.agent(table);
    const agents = this.namedAgents(table);
    const bindings = this.bindings(table, agents.keys());
    const history = this.table(table, ["history"], HISTORY_KEYS);
    return {
      methodologyPath: this.text(table, [], "methodology_path") ?? null,
      artifactsDir: this.text(table, [], "artifacts_dir") ?? null,
      logging: { format: this.#format(logging), filter: this.text(logging, ["logging"], "filter") ?? null },
      agent: agentSettings(agent),
      agentFor: (protocol) => {
        const binding = bindings.get(protocol);
        if (binding === undefined) return agentSettings(agent);
        const named = binding.agent === null ? undefined : agents.get(binding.agent);
        return agentSettings(agent, named ?? {}, binding.overrides);
      },
      commandTable: (protocol) => {
        const binding = bindings.get(protocol);
        if (binding?.overrides.command !== undefined) return tableName(["protocols", protocol]);
        const name = binding?.agent ?? null;
        return name !== null && agents.get(name)?.command !== undefined ? tableName(["agents", name]) : "[agent]";
      },
      agents: new Map([...agents].map(([name, overrides]) => [name, agentSettings(agent, overrides)])),
      approvals: this.#approvals(this.table(table, ["approvals"], ["people", "required"])),
      lockfile: this.#lockfile(history),
      keep: this.#keep(history),
      run: this.#run(this.table(table, ["run"], RUN_KEYS)),
      boundProtocols: [...bindings.keys()],
    };
  }

  #format(logging: TomlTable): LogFormat {
    const format = this.text(logging, ["logging"], "format") ?? "text";
    if (format === "text" || format === "json") return format;
    this.error(["logging", "format"], wrongValue("format", '"text" or "json"', shown(format)));
    return "text";
  }

  /** A file of the project, since it goes where the project goes; not in the store, which stays. */
  #lockfile(table: TomlTable): string | null {
    const path = ["history", "lockfile"];
    const named = this.text(table, ["history"], "lockfile");
    if (named === undefined) return null;
    const inside = normalize(named);
    const problem =
      isAbsolute(named) || inside === ".." || inside.startsWith("../")
        ? "must lie inside the project: give a path from its root"
        : inside === "." || inside.endsWith("/")
          ? "must be a file, not a directory"
          : /^\.runa\/store(\/|$)/.test(inside)
            ? "must not lie in the store, which stays on this machine"
            : null;
    if (problem === null) return inside;
    this.error(path, wrongLockfile(problem, shown(named)));
    return null;
  }

  #approvals(table: TomlTable): ApprovalSettings {
    const people = this.text(table, ["approvals"], "people") ?? null;
    const required = this.boolean(table, ["approvals"], "required") ?? false;
    if (required && table.people === undefined) this.error(["approvals", "required"], requiredWithoutPeople());
    return { people, required };
  }

  #keep(table: TomlTable): Keep {
    const named = this.text(table, ["history"], "keep");
    if (named === undefined) return DEFAULT_KEEP;
    const keep = parseKeep(named);
    if (keep !== null) return keep;
    this.error(["history", "keep"], wrongValue("keep", KEEP_FORM, shown(named)));
    return DEFAULT_KEEP;
  }

  #run(table: TomlTable): RunLimits {
    const path = ["run"];
    const timeLimit = this.limit(table, path, "time_limit");
    return {
      jobs: this.wholeNumber(table, path, "jobs", 1) ?? DEFAULT_RUN_LIMITS.jobs,
      maxAttempts: this.wholeNumber(table, path, "max_attempts", 0) ?? DEFAULT_RUN_LIMITS.maxAttempts,
      timeLimit: timeLimit === undefined ? DEFAULT_RUN_LIMITS.timeLimit : timeLimit,
      maxCostUsd: this.amount(table, path, "max_cost_usd") ?? DEFAULT_RUN_LIMITS.maxCostUsd,
      maxReopens: this.wholeNumber(table, path, "max_reopens", 0) ?? DEFAULT_RUN_LIMITS.maxReopens,
    };
  }
}
