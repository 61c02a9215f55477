import { lstatSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { readSourceFile, reasonOf } from "@runa/store";
import { DiagnosticsError, RunaError, type TomlPath } from "../diagnostic.ts";
import { didYouMean } from "../suggestion.ts";
import { locate } from "../toml/locate.ts";
import { isTable, kindOf, parseToml, type TomlFinding, type TomlTable } from "../toml/parse.ts";

export type LogFormat = "text" | "json";

/** The operator's configuration (contract.md section 3). */
export interface Config {
  /** The file it was read from, absolute; null when there is none. */
  readonly file: string | null;
  readonly methodologyPath: string | null;
  readonly artifactsDir: string | null;
  readonly logging: { readonly format: LogFormat; readonly filter: string | null };
  /** The agent's argv; null when none is configured. */
  readonly agentCommand: readonly [string, ...string[]] | null;
}

/** Where a process looks for its configuration. */
export interface ConfigSources {
  /** `--config`, from the working directory. */
  readonly flag: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
  /** The project's root; null outside any project. */
  readonly root: string | null;
}

/** The project's own configuration file. */
export function projectConfigFile(root: string): string {
  return join(root, ".runa", "config.toml");
}

/**
 * The one file that counts, whole: `--config`, `RUNA_CONFIG`, the project's, the user's. Null when there is none.
 * @throws RunaError when an override names no file
 */
export function configFile({ flag, environment, workingDirectory, root }: ConfigSources): string | null {
  const override =
    flag !== undefined ? ["--config", flag] : environment.RUNA_CONFIG ? ["RUNA_CONFIG", environment.RUNA_CONFIG] : null;
  if (override !== null) {
    const [source = "", path = ""] = override;
    const file = resolve(workingDirectory, path);
    if (!isReadable(file))
      throw new RunaError(`${source} names ${file}, which is not a file that can be read: correct the path`);
    return file;
  }
  const candidates = [...(root === null ? [] : [projectConfigFile(root)]), ...userConfigFiles(environment)];
  return candidates.find((file) => exists(file)) ?? null;
}

/** The user's configuration file; none for a user without a home. */
function userConfigFiles({ XDG_CONFIG_HOME, HOME }: NodeJS.ProcessEnv): string[] {
  try {
    // The XDG specification has a relative one ignored.
    const base = XDG_CONFIG_HOME && isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(HOME || homedir(), ".config");
    return [join(base, "runa", "config.toml")];
  } catch {
    // The system knows no user of this id, as in many containers.
    return [];
  }
}

function exists(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch (error) {
    // One that is there but cannot be read, a link to nowhere too, is reported, not passed over in silence.
    return !["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}

function isReadable(file: string): boolean {
  try {
    readSourceFile(file);
    return true;
  } catch {
    return false;
  }
}

const NO_CONFIG: Config = {
  file: null,
  methodologyPath: null,
  artifactsDir: null,
  logging: { format: "text", filter: null },
  agentCommand: null,
};

/**
 * Reads a configuration file; relative paths in it are left as they are, see `fromRoot`.
 * @throws DiagnosticsError with everything that is wrong in it
 */
export async function readConfig(file: string | null): Promise<Config> {
  if (file === null) return NO_CONFIG;
  let bytes: Buffer;
  try {
    bytes = readSourceFile(file);
  } catch (error) {
    throw new DiagnosticsError([{ severity: "error", file, message: `the config cannot be read: ${reasonOf(error)}` }]);
  }
  const document = parseToml(file, bytes);
  const reader = new ConfigReader();
  const config = reader.read(file, document.table);
  if (reader.findings.length > 0) throw new DiagnosticsError(await locate(document, reader.findings));
  return config;
}

/** A path of the configuration, from the project's root. */
export function fromRoot(root: string, path: string): string {
  return isAbsolute(path) ? path : resolve(root, path);
}

const KEYS = ["methodology_path", "artifacts_dir", "logging", "agent"];
const LOGGING_KEYS = ["format", "filter"];
const AGENT_KEYS = ["command"];

class ConfigReader {
  readonly findings: TomlFinding[] = [];

  read(file: string, table: TomlTable): Config {
    this.#unknownKeys(table, [], KEYS);
    const logging = this.#table(table, "logging", LOGGING_KEYS);
    const agent = this.#table(table, "agent", AGENT_KEYS);
    return {
      file,
      methodologyPath: this.#string(table, [], "methodology_path"),
      artifactsDir: this.#string(table, [], "artifacts_dir"),
      logging: { format: this.#format(logging), filter: this.#string(logging, ["logging"], "filter") },
      agentCommand: this.#command(agent),
    };
  }

  #error(path: TomlPath, message: string, at: "key" | "value" = "value"): void {
    this.findings.push({ severity: "error", path, at, message });
  }

  #unknownKeys(table: TomlTable, path: TomlPath, known: readonly string[]): void {
    const where = path.length === 0 ? "the config" : `[${path.join(".")}]`;
    for (const key of Object.keys(table))
      if (!known.includes(key))
        this.#error([...path, key], `unknown key '${key}' in ${where}${didYouMean(key, known)}`, "key");
  }

  #table(parent: TomlTable, key: string, known: readonly string[]): TomlTable {
    const value = parent[key];
    if (value === undefined) return {};
    if (!isTable(value)) {
      this.#error([key], `'${key}' must be a table, written [${key}], not ${kindOf(value)}`);
      return {};
    }
    this.#unknownKeys(value, [key], known);
    return value;
  }

  #string(table: TomlTable, path: TomlPath, key: string): string | null {
    const value = table[key];
    if (value === undefined) return null;
    if (typeof value !== "string") this.#error([...path, key], `'${key}' must be a string, not ${kindOf(value)}`);
    else if (value === "" || value.includes("\0"))
      this.#error([...path, key], `'${key}' is empty or holds a NUL character`);
    else return value;
    return null;
  }

  #format(logging: TomlTable): LogFormat {
    const format = this.#string(logging, ["logging"], "format");
    if (format === null || format === "text" || format === "json") return format ?? "text";
    this.#error(["logging", "format"], `'format' must be "text" or "json", not ${JSON.stringify(format)}`);
    return "text";
  }

  #command(agent: TomlTable): Config["agentCommand"] {
    const { command } = agent;
    if (command === undefined) return null;
    const path = ["agent", "command"];
    if (!Array.isArray(command)) {
      this.#error(path, `'command' must be a list of strings, the program and its arguments, not ${kindOf(command)}`);
      return null;
    }
    const words = command.filter((word): word is string => typeof word === "string" && !word.includes("\0"));
    if (words.length < command.length) this.#error(path, "'command' must hold strings only, none with a NUL character");
    const [program, ...args] = words;
    if (program === undefined || program === "") {
      this.#error(path, '\'command\' is empty: name the program that is the agent, e.g. ["runa-agent", "rehearse"]');
      return null;
    }
    return [program, ...args];
  }
}
