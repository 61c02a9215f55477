import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { openStore, reasonOf, writeDurably } from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import { loadMethodology, type Methodology, manifestPath } from "../methodology/methodology.ts";
import { openTomlMap } from "../toml/locate.ts";
import { version } from "../version.ts";
import { type Config, fromRoot, projectConfigFile, readConfig } from "./config.ts";

export interface InitOptions {
  readonly workingDirectory: string;
  /** The manifest, or the directory that holds it. */
  readonly methodology: string;
  readonly artifactsDir?: string | undefined;
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
 * Makes a project of the working directory. Again is safe: it sets `methodology_path` (and `artifacts_dir` when given)
 * in the configuration that is there and leaves everything else in it as it was (contract.md section 3).
 * Everything is checked before anything is written.
 * @throws RunaError, DiagnosticsError
 */
export async function initProject(options: InitOptions): Promise<InitResult> {
  const root = realpathSync(options.workingDirectory);
  const manifest = manifestPath(resolve(root, options.methodology));
  const methodology = await loadMethodology(existsSync(manifest) ? realpathSync(manifest) : manifest);
  const configFile = options.config === undefined ? projectConfigFile(root) : resolve(root, options.config);
  const hadConfig = existsSync(configFile);
  const before = hadConfig ? readFileSync(configFile, "utf8") : "";
  const config = await readConfig(hadConfig ? configFile : null);
  const settings: [string, string][] = [["methodology_path", methodology.file]];
  if (options.artifactsDir !== undefined) settings.push(["artifacts_dir", options.artifactsDir]);
  let text = before;
  for (const [key, value] of settings) text = await withSetting(text, key, value);
  const artifactsDir = options.artifactsDir ?? config.artifactsDir;
  const workspace = artifactsDir === null ? join(root, ".runa", "workspace") : fromRoot(root, artifactsDir);
  try {
    for (const directory of [join(root, ".runa"), dirname(configFile), workspace])
      mkdirSync(directory, { recursive: true });
    openStore(join(root, ".runa", "store")).close();
    writeFile(configFile, text);
    const state = join(root, ".runa", "state.toml");
    if (!existsSync(state))
      writeFile(state, `initialized_at = ${new Date().toISOString()}\nruna_version = ${tomlString(version)}\n`);
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

/** A TOML text with one of its top-level keys set, and every other character as it was. */
async function withSetting(text: string, key: string, value: string): Promise<string> {
  const map = await openTomlMap(text);
  const place = map.find([key]);
  if (place !== null) return text.slice(0, place.value.start) + tomlString(value) + text.slice(place.value.end);
  const line = `${key} = ${tomlString(value)}\n`;
  const own = text.slice(0, map.firstTable);
  const rest = text.slice(map.firstTable);
  // Below the document's own keys and above the comment that belongs to the first table.
  const comment = rest === "" ? "" : (/(?:[ \t]*#[^\n]*\n|[ \t]*\r?\n)*$/.exec(own)?.[0] ?? "");
  const keys = own.slice(0, own.length - comment.length);
  const gap = rest === "" || comment.startsWith("\n") ? "" : "\n";
  return `${keys}${keys === "" || keys.endsWith("\n") ? "" : "\n"}${line}${gap}${comment}${rest}`;
}

/** A TOML basic string. */
function tomlString(value: string): string {
  // JSON's escapes are TOML's, but for the delete character, which TOML wants escaped too.
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}
