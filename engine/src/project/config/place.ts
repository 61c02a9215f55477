import { lstatSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { readSourceFile } from "@runa/store/files";
import { RunaError } from "../../diagnostic.ts";
import { overrideUnreadable } from "../../messages.ts";
import { whyUnreadable } from "../../unreadable.ts";

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
    requireReadable(source, file);
    return file;
  }
  const candidates = [...(root === null ? [] : [projectConfigFile(root)]), ...userFile(environment, "config.toml")];
  return candidates.find((file) => exists(file)) ?? null;
}

/** A file of the user's own configuration, whether it is there or not; none for a user without a home. */
export function userFile({ XDG_CONFIG_HOME, HOME }: NodeJS.ProcessEnv, name: string): string[] {
  try {
    // The XDG specification has a relative one ignored.
    const base = XDG_CONFIG_HOME && isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(HOME || homedir(), ".config");
    return [join(base, "runa", name)];
  } catch {
    // The system knows no user of this id, as in many containers.
    return [];
  }
}

/** Whether something is there under a name, also a link to nowhere. */
export function exists(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch (error) {
    // One that is there but cannot be read, a link to nowhere too, is reported, not passed over in silence.
    return !["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}

function requireReadable(source: string, file: string): void {
  try {
    readSourceFile(file);
  } catch (error) {
    const why = whyUnreadable(file, error);
    throw new RunaError(overrideUnreadable(source, file, why));
  }
}
