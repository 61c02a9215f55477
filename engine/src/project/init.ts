import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  openStore,
  readSourceFile,
  reasonOf,
  recordEvent,
  rememberSchemaFiles,
  requireKept,
  type SchemaHash,
  writeDurably,
} from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import { loadMethodology, type Methodology, manifestPath } from "../methodology/methodology.ts";
import { tomlString, withAgentCommand, withSetting } from "../toml/edit.ts";
import { version } from "../version.ts";
import { type Config, fromRoot, projectConfigFile, readConfig } from "./config.ts";
import { stateFile } from "./project.ts";
import { recordMethodology } from "./record-methodology.ts";

export interface InitOptions {
  readonly workingDirectory: string;
  /** The manifest, or the directory that holds it. */
  readonly methodology: string;
  readonly artifactsDir?: string | undefined;
  /** The agent's argv, for `[agent] command`. */
  readonly agentCommand?: readonly string[] | undefined;
  /** Where the configuration is written instead of `.runa/config.toml`. */
  readonly config?: string | undefined;
}

export interface InitResult {
  readonly root: string;
  readonly methodology: Methodology;
  readonly configFile: string;
  readonly workspace: string;
  /** How the configuration wants diagnostics. */
  readonly logging: Config["logging"];
  /** Whether there was a configuration already, of which everything else was kept. */
  readonly hadConfig: boolean;
}

/**
 * Makes a project of the working directory. Again is safe: it sets `methodology_path` (and `artifacts_dir` and the
 * agent's command when given) in the configuration that is there and leaves everything else in it as it was (contract.md section 3).
 * Everything is checked before anything is written.
 * @throws RunaError, DiagnosticsError
 */
export async function initProject(options: InitOptions): Promise<InitResult> {
  if (options.artifactsDir === "") throw new RunaError("--artifacts-dir is empty: name a directory, or leave it out");
  const root = realpathSync(options.workingDirectory);
  const manifest = manifestPath(resolve(root, options.methodology));
  const checked = new Map<string, SchemaHash>();
  const methodology = await loadMethodology(existsSync(manifest) ? realpathSync(manifest) : manifest, {
    hashOf: () => null,
    // There is no store yet to remember them.
    remember: (found) => {
      for (const [fileHash, hash] of found) checked.set(fileHash, hash);
    },
  });
  const configFile = options.config === undefined ? projectConfigFile(root) : resolve(root, options.config);
  const hadConfig = existsSync(configFile);
  const config = await readConfig(hadConfig ? configFile : null);
  const before = hadConfig ? readSourceFile(configFile).toString("utf8") : "";
  const settings: [string, string][] = [["methodology_path", methodology.file]];
  if (options.artifactsDir !== undefined) settings.push(["artifacts_dir", options.artifactsDir]);
  let text = before;
  for (const [key, value] of settings)
    text = await withSetting(text, key, value).catch(() => {
      throw new RunaError(`${configFile} could not be edited: write ${key} = ${tomlString(value)} into it yourself`);
    });
  if (options.agentCommand !== undefined)
    text = await withAgentCommand(text, options.agentCommand).catch(() => {
      throw new RunaError(`${configFile} could not be edited: write [agent] command into it yourself`);
    });
  const artifactsDir = options.artifactsDir ?? config.artifactsDir;
  const workspace = artifactsDir === null ? join(root, ".runa", "workspace") : fromRoot(root, artifactsDir);
  try {
    for (const directory of [join(root, ".runa"), dirname(configFile), workspace])
      mkdirSync(directory, { recursive: true });
    const store = openStore(join(root, ".runa", "store"));
    try {
      requireKept(store);
      writeFile(configFile, text);
      const state = stateFile(root);
      if (!existsSync(state))
        writeFile(state, `initialized_at = ${new Date().toISOString()}\nruna_version = ${tomlString(version)}\n`);
      recordEvent(store, "project_initialised", null, { runa_version: version, methodology: methodology.name });
      recordMethodology(store, methodology);
      rememberSchemaFiles(store, checked);
    } finally {
      store.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new RunaError(
      `the project could not be made in ${root}: ${reasonOf(error)} (${(error as NodeJS.ErrnoException).path ?? "store"})`,
    );
  }
  return { root, methodology, configFile, workspace, logging: config.logging, hadConfig };
}

function writeFile(file: string, text: string): void {
  // Through a symlink to the file itself, so that a config kept elsewhere stays there.
  const target = existsSync(file) ? realpathSync(file) : file;
  writeDurably(realpathSync(dirname(target)), target.slice(dirname(target).length).replace(/^\/+/, ""), text);
}
