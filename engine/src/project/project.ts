import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import {
  openStore,
  type Rebuilt,
  rebuildStore,
  type ScanOptions,
  type ScanReport,
  type Store,
  StoreError,
  type StoreUse,
  scan,
  storeExists,
  type WallTime,
} from "@runa/store";
import { WorkspaceError } from "@runa/store/files";
import { isCheckpointDue, isWhole, type Past } from "@runa/store/replay";
import type { Deciding } from "../decisions/decided.ts";
import { RunaError } from "../diagnostic.ts";
import { log } from "../log/log.ts";
import { artifactsOptionEmpty, noConfig, noMethodology, noProject, storeMissing } from "../messages.ts";
import { projectMethodology } from "../methodology/kept.ts";
import { type Methodology, manifestPath, UnreadableManifestError } from "../methodology/methodology.ts";
import {
  type Config,
  checkBindings,
  configFile,
  fromRoot,
  readConfig,
  unreadableMethodology,
  unreadableWorkspace,
} from "./config.ts";
import { decidingIn } from "./deciding.ts";
import { Lockfile } from "./lockfile/read.ts";
import type { ProjectPolicy } from "./policy.ts";
import { policyOnce, requiresSignatures } from "./policy-once.ts";
import { recordMethodology } from "./record-methodology.ts";
import { logNotKept, logOpened, logScanned } from "./records.ts";

/** What decides which project is opened, and how. */
export interface ProjectOptions {
  readonly workingDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** `--config`. */
  readonly config?: string | undefined;
  /** `--artifacts-dir`, from the working directory. */
  readonly artifactsDir?: string | undefined;
  /** Reads every file of the methodology again, also one that looks unchanged: for whoever obeys it. */
  readonly reread?: boolean | undefined;
  /** Whether what is found need not be kept, so that it is answered without saving where the store cannot be written. */
  readonly looks?: boolean | undefined;
}

/** A project with its configuration: where everything lies. */
export interface Project {
  readonly root: string;
  readonly config: Config;
  /** Where artifacts lie, absolute. */
  readonly workspace: string;
  readonly storeDirectory: string;
  /** Where provenance travels from clone to clone; null without `[history] lockfile`. */
  readonly lockfile: Lockfile | null;
  /** Whether the workspace is not the one that the config names, but `--artifacts-dir`'s. */
  readonly artifactsOverride: boolean;
}

/** A project with its methodology and its open store. */
export interface OpenProject extends Project {
  readonly methodology: Methodology;
  readonly store: Store;
  /** For a project as it was at some event: nothing is scanned, and nothing is asked of processes or of the lock file. */
  readonly past?: Past & { readonly at: WallTime | null };
  /**
   * Who may decide, and what a decision needs: read when first asked for, and one value from then on.
   * @throws RunaError, DiagnosticsError with everything that is wrong in a file
   */
  policy(): Promise<ProjectPolicy>;
  /** Whose decisions count, where the methodology has any. */
  readonly deciding: Deciding;
  close(): void;
}

/** The nearest directory from here upwards that holds `.runa/`; null when none does. */
export function findRoot(from: string): string | null {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    if (isDirectory(join(directory, ".runa"))) return directory;
    if (directory === dirname(directory)) return null;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Finds the project and reads its configuration.
 * @throws RunaError, DiagnosticsError
 */
export async function findProject(options: ProjectOptions): Promise<Project> {
  const { workingDirectory, environment } = options;
  if (options.artifactsDir === "") throw new RunaError(artifactsOptionEmpty());
  const root = findRoot(workingDirectory);
  if (root === null) throw new RunaError(noProject(workingDirectory));
  const config = await readConfig(configFile({ flag: options.config, environment, workingDirectory, root }));
  return {
    root,
    config,
    workspace: workspaceOf(
      root,
      config,
      options.artifactsDir === undefined ? null : resolve(workingDirectory, options.artifactsDir),
    ),
    storeDirectory: join(root, ".runa", "store"),
    lockfile: config.lockfile === null ? null : new Lockfile(root, config.lockfile),
    artifactsOverride: options.artifactsDir !== undefined,
  };
}

function workspaceOf(root: string, config: Config, override: string | null): string {
  const path =
    override ?? (config.artifactsDir === null ? join(root, ".runa", "workspace") : fromRoot(root, config.artifactsDir));
  try {
    // The operator may point at it through a symlink; below it none is followed.
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What `runa init` writes once: the project was made, whatever has become of its store. */
export function stateFile(root: string): string {
  return join(root, ".runa", "state.toml");
}

/**
 * Opens the store of a project; one that was never initialised gets its store here.
 * @param use what for
 * @throws StoreError when it is damaged, cannot be read, or is gone
 */
export function openProjectStore({ root, storeDirectory, config }: Project, use: StoreUse = "record"): Store {
  if (!storeExists(storeDirectory) && existsSync(stateFile(root))) throw new StoreError(storeMissing(storeDirectory));
  return openStore(storeDirectory, use, config.keep !== "none");
}

/**
 * Mends a project's store, or makes a new one; the next scan reads every artifact (attempts.md section 6).
 * @throws RunaError, DiagnosticsError, StoreError
 */
export async function rebuildProject(options: ProjectOptions): Promise<Rebuilt> {
  const { storeDirectory } = await findProject(options);
  return rebuildStore(storeDirectory);
}

/**
 * Opens what is recorded of a project, and nothing else: no methodology has to be there.
 * @param use what the store is opened for
 * @throws RunaError, DiagnosticsError, StoreError
 */
export async function openRecord(options: ProjectOptions, use: StoreUse): Promise<{ project: Project; store: Store }> {
  const project = await findProject(options);
  log.configure({ ...project.config.logging, environment: options.environment });
  const store = openProjectStore(project, use);
  await requireWholeLog(store);
  return { project, store };
}

/**
 * Has the log of an older runa's store, and of one that was made anew, be whole from now on, which is done once; and keeps the
 * state that it leads to where that is due.
 */
export async function requireWholeLog(store: Store): Promise<void> {
  if (!store.persistent || (isWhole(store) && !isCheckpointDue(store))) return;
  const { keepCheckpoints, makeWhole } = await import("@runa/store/replay");
  if (!isWhole(store)) makeWhole(store);
  keepCheckpoints(store);
}

/**
 * The manifest that a project's configuration names.
 * @throws RunaError where it names none
 */
export function methodologyFile({ root, config }: Project): string {
  if (config.methodologyPath === null)
    throw new RunaError(config.file === null ? noConfig(root) : noMethodology(config.file));
  return manifestPath(fromRoot(root, config.methodologyPath));
}

/**
 * Opens a project: configuration, log, store, methodology.
 * @throws RunaError, DiagnosticsError, StoreError
 */
export async function openProject(options: ProjectOptions): Promise<OpenProject> {
  const project = await findProject(options);
  const { config } = project;
  log.configure({ ...config.logging, environment: options.environment });
  const file = methodologyFile(project);
  const store = openProjectStore(project, options.looks ? "look" : "record");
  try {
    await requireWholeLog(store);
    const policy = policyOnce(project.root, config, options.environment);
    // What the store keeps of a methodology lies where agents can write: where signatures count, its files do (decisions 4).
    const reread = options.reread || (await requiresSignatures(config, options.environment, policy));
    const methodology = await projectMethodology(store, file, reread).catch(async (error: unknown) => {
      if (!(error instanceof UnreadableManifestError)) throw error;
      throw await unreadableMethodology(config, error.file, error.reason);
    });
    await checkBindings(config, methodology.protocols);
    const deciding = await decidingIn(methodology, project.workspace, policy);
    const open = { ...project, methodology, store, policy, deciding, close: () => store.close() };
    logOpened(open);
    recordMethodology(store, methodology);
    return open;
  } catch (error) {
    store.close();
    throw error;
  }
}

const NOTHING_FOUND: ScanReport = {
  ...{ new: [], modified: [], revalidated: [], removed: [], unchanged: 0 },
  ...{ gaps: [], unrecognized: [], passedOver: [] },
};

/**
 * Brings the store up to date with the workspace; of a project as it was, tells what could not be read then.
 * @throws RunaError, DiagnosticsError where the workspace has gone or cannot be read; StoreError
 */
export async function scanProject(project: OpenProject, options: ScanOptions = {}): Promise<ScanReport> {
  const { root, store, workspace, methodology, past } = project;
  if (past !== undefined) return { ...NOTHING_FOUND, gaps: past.gaps };
  const wasKept = store.persistent;
  const report = await scan(store, workspace, methodology.types, options).catch(async (error: unknown) => {
    throw error instanceof WorkspaceError ? await unreadableWorkspace(project, error.why) : error;
  });
  if (wasKept && !store.persistent) logNotKept(root);
  logScanned(report);
  return report;
}

/** A path as people and envelopes see it: relative to the project where it lies inside it. */
export function displayPath(root: string, path: string): string {
  const inside = relative(root, path);
  return inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? path : inside;
}
