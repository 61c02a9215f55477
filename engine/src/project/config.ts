import { isAbsolute, resolve } from "node:path";
import { readSourceFile } from "@runa/store/files";
import { DiagnosticsError, RunaError } from "../diagnostic.ts";
import { didYouMean } from "../suggestion.ts";
import { locate } from "../toml/locate.ts";
import { parseToml, type TomlDocument, type TomlFinding } from "../toml/parse.ts";
import { whyUnreadable } from "../unreadable.ts";
import { type ConfigData, ConfigReader } from "./config/config-reader.ts";

export type { AgentSettings } from "./config/agent-settings.ts";
export type { LogFormat } from "./config/config-reader.ts";
export { type ConfigSources, configFile, projectConfigFile } from "./config/place.ts";
export type { RunLimits } from "./config/run-limits.ts";

/** The operator's configuration (contract.md section 3, attempts.md section 3). */
export interface Config extends ConfigData {
  /** The file it was read from, absolute; null when there is none. */
  readonly file: string | null;
  /** What it was read from, for the place of what turns out wrong later; null when there is no file. */
  readonly document: TomlDocument | null;
}

/**
 * Reads a configuration file; relative paths in it are left as they are, see `fromRoot`.
 * @throws DiagnosticsError with everything that is wrong in it
 */
export async function readConfig(file: string | null): Promise<Config> {
  if (file === null) return { file, document: null, ...new ConfigReader().read({}) };
  let bytes: Buffer;
  try {
    bytes = readSourceFile(file);
  } catch (error) {
    const message = `the config cannot be read: ${whyUnreadable(file, error)}`;
    throw new DiagnosticsError([{ severity: "error", file, message }]);
  }
  const document = parseToml(file, bytes);
  const reader = new ConfigReader();
  const data = reader.read(document.table);
  if (reader.findings.length > 0) throw new DiagnosticsError(await locate(document, reader.findings));
  return { file, document, ...data };
}

/** A path of the configuration, from the project's root. */
export function fromRoot(root: string, path: string): string {
  return isAbsolute(path) ? path : resolve(root, path);
}

/** What is said of a `methodology_path` that leads to no manifest: where it stands, what it names, and what to do. */
export async function unreadableMethodology({ document }: Config, manifest: string, reason: string): Promise<Error> {
  const message = `'methodology_path' names ${manifest}, which cannot be read (${reason}): correct it, or run \`runa init --methodology PATH\``;
  const finding: TomlFinding = { severity: "error", path: ["methodology_path"], at: "value", message };
  return document === null ? new RunaError(message) : new DiagnosticsError(await locate(document, [finding]));
}

/**
 * Checks that every protocol with a table in the configuration is one of the methodology's (attempts.md section 3).
 * @throws DiagnosticsError with all that are not
 */
export async function checkBindings(
  { document, boundProtocols }: Config,
  protocols: readonly { readonly name: string }[],
): Promise<void> {
  const known = protocols.map(({ name }) => name);
  const findings = boundProtocols
    .filter((name) => !known.includes(name))
    .map((name): TomlFinding => {
      const message = `the methodology has no protocol '${name}'${didYouMean(name, known)}`;
      return { severity: "error", path: ["protocols", name], at: "key", message };
    });
  if (document !== null && findings.length > 0) throw new DiagnosticsError(await locate(document, findings));
}
