import { existsSync, lstatSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { openStore, rememberSchemaFiles, requirePersistent, type SchemaHash } from "@runa/store";
import { readSourceFile, reasonOf, writeDurably } from "@runa/store/files";
import { recordEvent } from "@runa/store/log";
import { type Diagnostic, RunaError } from "../diagnostic.ts";
import { artifactsOptionEmpty, configNotEdited, configOptionEmpty, projectNotMade } from "../messages.ts";
import { loadMethodology, type Methodology, manifestPath } from "../methodology/methodology.ts";
import { hasTableEntry, tomlList, tomlString, withSetting, withTableEntry } from "../toml/edit.ts";
import { version } from "../version.ts";
import { type Config, fromRoot, projectConfigFile, readConfig } from "./config.ts";
import { GITIGNORE } from "./gitignore.ts";
import { displayPath, stateFile } from "./project.ts";
import { recordMethodology } from "./record-methodology.ts";

export interface InitOptions {
  readonly workingDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The manifest, or the directory that holds it. */
  readonly methodology: string;
  readonly artifactsDir?: string | undefined;
  /** The agent's argv, for `[agent] command`; its output is kept, unless the configuration says otherwise. */
  readonly agentCommand?: readonly string[] | undefined;
  /** `--config`: where the configuration is written instead of the file of `RUNA_CONFIG`, or `.runa/config.toml`. */
  readonly config?: string | undefined;
}

export interface InitResult {
  readonly root: string;
  readonly methodology: Methodology;
  /** What is no error in it and should not stay silent. */
  readonly findings: readonly Diagnostic[];
  readonly configFile: string;
  readonly workspace: string;
  /** How the configuration wants diagnostics. */
  readonly logging: Config["logging"];
  /** Whether there was a configuration already, of which everything else was kept. */
  readonly hadConfig: boolean;
}

/**
 * Makes a project of the working directory. Again is safe: it sets `methodology_path` (and `artifacts_dir` and the
 * agent when given) in the configuration that is there and leaves everything else in it as it was. Paths inside the
 * project are written relative to it, so that a project that is moved or cloned uses its own (contract.md section 3).
 * Everything is checked before anything is written.
 * @throws RunaError, DiagnosticsError
 */
export async function initProject(options: InitOptions): Promise<InitResult> {
  if (options.config === "") throw new RunaError(configOptionEmpty());
  if (options.artifactsDir === "") throw new RunaError(artifactsOptionEmpty());
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
  const configFile = configFileToWrite(root, options);
  const hadConfig = existsSync(configFile);
  const config = await readConfig(hadConfig ? configFile : null);
  const before = hadConfig ? readSourceFile(configFile).toString("utf8") : "";
  const text = await withSettings(before, root, methodology, options).catch(() => {
    throw new RunaError(configNotEdited(configFile));
  });
  const artifactsDir = options.artifactsDir ?? config.artifactsDir;
  const workspace = artifactsDir === null ? join(root, ".runa", "workspace") : fromRoot(root, artifactsDir);
  try {
    for (const directory of [join(root, ".runa"), dirname(configFile), workspace])
      mkdirSync(directory, { recursive: true });
    const store = openStore(join(root, ".runa", "store"));
    try {
      requirePersistent(store);
      writeFile(configFile, text);
      const state = stateFile(root);
      if (!existsSync(state))
        writeFile(state, `initialized_at = ${new Date().toISOString()}\nruna_version = ${tomlString(version)}\n`);
      const ignoring = join(root, ".runa", ".gitignore");
      // Whatever lies there is somebody's, a link to nowhere too.
      if (lstatSync(ignoring, { throwIfNoEntry: false }) === undefined) writeFile(ignoring, GITIGNORE);
      const body = { runa_version: version, methodology: methodology.name };
      recordEvent(store, { kind: "project_initialised", attempt: null, body });
      recordMethodology(store, methodology);
      rememberSchemaFiles(store, checked);
    } finally {
      store.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new RunaError(projectNotMade(root, reasonOf(error), (error as NodeJS.ErrnoException).path ?? "store"));
  }
  // Loaded here: no command but a few needs it.
  const { lintMethodology } = await import("../methodology/lint/lint-methodology.ts");
  const findings = await lintMethodology(methodology);
  return { root, methodology, findings, configFile, workspace, logging: config.logging, hadConfig };
}

/** The file that the configuration is written to; unlike for other commands it need not be there yet. */
function configFileToWrite(root: string, { config, environment }: InitOptions): string {
  const override = config ?? environment.RUNA_CONFIG;
  return override ? resolve(root, override) : projectConfigFile(root);
}

/** A configuration's text with everything set that was asked for. */
async function withSettings(
  before: string,
  root: string,
  methodology: Methodology,
  { artifactsDir, agentCommand }: InitOptions,
): Promise<string> {
  let text = await withSetting(before, "methodology_path", displayPath(root, methodology.file));
  if (artifactsDir !== undefined)
    text = await withSetting(
      text,
      "artifacts_dir",
      isAbsolute(artifactsDir) ? displayPath(root, artifactsDir) : artifactsDir,
    );
  if (agentCommand === undefined) return text;
  text = await withTableEntry(text, { table: "agent", key: "command", value: tomlList(agentCommand) });
  if (await hasTableEntry(text, "agent", "transcript")) return text;
  return withTableEntry(text, {
    table: "agent",
    key: "transcript",
    value: "true",
    comment: "what it prints is kept with each attempt and shown from there; false: printed to the terminal only",
    after: "command",
  });
}

function writeFile(file: string, text: string): void {
  if (!existsSync(file)) {
    writeDurably(realpathSync(dirname(file)), basename(file), text);
    return;
  }
  // Through a symlink to the file itself, so that a config kept elsewhere stays there.
  const target = realpathSync(file);
  writeDurably(dirname(target), basename(target), text, statSync(target).mode & 0o777);
}
