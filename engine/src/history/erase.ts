import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "@runa/store";
import { attemptsHolding } from "@runa/store/contents";
import { contentOf, readRegularFile, reasonOf } from "@runa/store/files";
import { attemptDirectory } from "../attempt/attempt-directory.ts";
import { outputPaths } from "../process/transcript.ts";
import type { Project } from "../project/project.ts";

/** What was erased of a content outside of the store's database, and what could not be. */
export interface Erased {
  readonly prompts: number;
  readonly transcripts: number;
  /** Files that were moved away from the workspace. */
  readonly superseded: number;
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/** Directories below the workspace into which runa moves what does not count any more. */
const MOVED_AWAY = [".superseded", ".archive"];

/**
 * Erases what runa has written that holds a content, or may quote it: of attempts that were given it or delivered it the prompt
 * and what their agents printed, and copies of it that were moved out of the workspace.
 */
export function eraseOutside(project: Project & { readonly store: Store }, hash: string): Erased {
  const failed: { path: string; reason: string }[] = [];
  const erase = (path: string): boolean => {
    try {
      if (!existsSync(path)) return false;
      rmSync(path);
      return true;
    } catch (error) {
      failed.push({ path, reason: reasonOf(error) });
      return false;
    }
  };
  const count = (paths: readonly string[]) => paths.filter(erase).length;
  const directories = attemptsHolding(project.store, hash).map((id) => attemptDirectory(project, id));
  const prompts = count(directories.map((directory) => join(directory, "prompt.md")));
  const transcripts = count(directories.flatMap((directory) => Object.values(outputPaths(directory))));
  const moved = MOVED_AWAY.flatMap((name) => filesBelow(join(project.workspace, name), failed));
  const superseded = count(moved.filter((path) => holds(path, hash, failed)));
  return { prompts, transcripts, superseded, failed };
}

function filesBelow(directory: string, failed: { path: string; reason: string }[]): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") failed.push({ path: directory, reason: reasonOf(error) });
    return [];
  }
}

function holds(path: string, hash: string, failed: { path: string; reason: string }[]): boolean {
  try {
    const file = readRegularFile(path);
    return file !== null && contentOf(file.bytes).hash === hash;
  } catch (error) {
    failed.push({ path, reason: reasonOf(error) });
    return false;
  }
}
