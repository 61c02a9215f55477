import { isAbsolute, resolve } from "node:path";
import { readSourceFile } from "@runa/store/files";
import { DiagnosticsError, RunaError, type TomlPath } from "../diagnostic.ts";
import {
  artifactsMoved,
  artifactsOptionUnreadable,
  configUnknownProtocol,
  configUnreadable,
  methodologyMoved,
  peopleUnreadable,
  workspaceUnreadable,
} from "../messages.ts";
import { didYouMean } from "../suggestion.ts";
import { locate } from "../toml/locate.ts";
import { parseToml, type TomlDocument, type TomlFinding } from "../toml/parse.ts";
import { whyUnreadable } from "../unreadable.ts";
import { type ApprovalSettings, type ConfigData, ConfigReader } from "./config/config-reader.ts";

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
    const message = configUnreadable(whyUnreadable(file, error));
    throw new DiagnosticsError([{ severity: "error", file, message }]);
  }
  const document = parseToml(file, bytes);
  const reader = new ConfigReader();
  const data = reader.read(document.table);
  if (reader.findings.length > 0) throw new DiagnosticsError(await locate(document, reader.findings));
  return { file, document, ...data };
}

/**
 * What a configuration's bytes say of decisions.
 * @throws DiagnosticsError where they are no TOML
 */
export function approvalsIn(file: string, bytes: Uint8Array): ApprovalSettings {
  return new ConfigReader().read(parseToml(file, bytes).table).approvals;
}

/** A path of the configuration, from the project's root. */
export function fromRoot(root: string, path: string): string {
  return isAbsolute(path) ? path : resolve(root, path);
}

/** What is said of a `methodology_path` that leads to no manifest: where it stands, what it names, and what to do. */
export function unreadableMethodology(config: Config, manifest: string, reason: string): Promise<Error> {
  return atValue(config, ["methodology_path"], methodologyMoved(manifest, reason));
}

/** The same of a workspace that has gone: what names it, where that stands, and what to do. */
export async function unreadableWorkspace(
  project: { readonly config: Config; readonly workspace: string; readonly artifactsOverride: boolean },
  reason: string,
): Promise<Error> {
  const { config, workspace, artifactsOverride } = project;
  if (artifactsOverride) return new RunaError(artifactsOptionUnreadable(workspace, reason));
  if (config.artifactsDir !== null) return atValue(config, ["artifacts_dir"], artifactsMoved(workspace, reason));
  return new RunaError(workspaceUnreadable(workspace, reason, config.file ?? "the config"));
}

/** What is said of a file of people that cannot be read. */
export function unreadablePeople(config: Config, file: string, reason: string): Promise<Error> {
  return atValue(config, ["approvals", "people"], peopleUnreadable(file, reason));
}

/** An error at a value of the configuration. */
async function atValue({ document }: Config, path: TomlPath, message: string): Promise<Error> {
  const finding: TomlFinding = { severity: "error", path, at: "value", message };
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
      const message = configUnknownProtocol(name, didYouMean(name, known));
      return { severity: "error", path: ["protocols", name], at: "key", message };
    });
  if (document !== null && findings.length > 0) throw new DiagnosticsError(await locate(document, findings));
}
