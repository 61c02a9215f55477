import { constants, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { copyStoreFiles, storeExists } from "@runa/store";
import { reasonOf } from "@runa/store/files";
import { releaseCopied } from "../attempt/release.ts";
import { RunaError } from "../diagnostic.ts";
import { copyNotMade } from "../messages.ts";
import { decidingIn } from "../project/deciding.ts";
import { type OpenProject, openProject } from "../project/project.ts";
import { makeThrowawayDirectory } from "../project/throwaway.ts";
import { tryingPolicy } from "../project/trying-policy.ts";
import { tomlList, tomlString } from "../toml/edit.ts";
import { rehearsingPeople } from "./people.ts";

/** How often a protocol is executed again in a rehearsal: enough to see that it goes round. */
export const MOST_REOPENS = 3;

/** What a project for a rehearsal is made with. */
export interface PlaceSettings {
  /** The manifest. */
  readonly methodology: string;
  /** The agent of every protocol. */
  readonly command: readonly string[];
}

/** A project in which everything may be done: it is an empty one or a copy, and goes when it is closed. */
export function emptyPlace(settings: PlaceSettings): Promise<OpenProject> {
  return openPlace(settings, null);
}

/** The same with the artifacts and the record of a project; of its other files, agents that rehearse need none. */
export async function copyOf(original: OpenProject, settings: PlaceSettings): Promise<OpenProject> {
  const copy = await openPlace(settings, original);
  await releaseCopied(copy);
  return copy;
}

async function openPlace(settings: PlaceSettings, original: OpenProject | null): Promise<OpenProject> {
  const root = makeThrowawayDirectory();
  const remove = () => rmSync(root, { recursive: true, force: true });
  try {
    const lockfile = original?.config.lockfile ?? null;
    mkdirSync(join(root, ".runa", "workspace"), { recursive: true });
    writeFileSync(join(root, ".runa", "config.toml"), configText(settings, lockfile));
    if (original !== null) copyInto(root, original);
    const project = await openProject({ workingDirectory: root, environment: { XDG_CONFIG_HOME: root } });
    const people = tryingPolicy(rehearsingPeople(project.methodology), await original?.policy());
    const policy = async () => people;
    const close = () => {
      project.close();
      remove();
    };
    const deciding = await decidingIn(project.methodology, project.workspace, policy);
    return { ...project, policy, deciding, close };
  } catch (error) {
    remove();
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new RunaError(copyNotMade(reasonOf(error)));
  }
}

/** Nothing of the project's own config but what decides where things stand. */
function configText({ methodology, command }: PlaceSettings, lockfile: string | null): string {
  return [
    `methodology_path = ${tomlString(methodology)}`,
    ...(lockfile === null ? [] : ["[history]", `lockfile = ${tomlString(lockfile)}`]),
    "[agent]",
    `command = ${tomlList(command)}`,
    "transcript = true",
    "",
  ].join("\n");
}

function copyInto(root: string, { workspace, storeDirectory, lockfile, config }: OpenProject): void {
  const mode = constants.COPYFILE_FICLONE;
  if (existsSync(workspace))
    cpSync(workspace, join(root, ".runa", "workspace"), { recursive: true, verbatimSymlinks: true, mode });
  if (storeExists(storeDirectory)) {
    const store = join(root, ".runa", "store");
    mkdirSync(store, { mode: 0o700 });
    copyStoreFiles(storeDirectory, store);
  }
  if (lockfile === null || config.lockfile === null || !existsSync(lockfile.file)) return;
  const copied = join(root, config.lockfile);
  mkdirSync(dirname(copied), { recursive: true });
  copyFileSync(lockfile.file, copied, mode);
}
